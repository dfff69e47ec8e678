// SPDX-License-Identifier: Apache-2.0
// The main job: a network on an accelerator, image by image, inside the SystemC model. What comes
// of it is accuracy, latency, traffic, energy and area, by layer (RunReport).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "analysis/inference/fixed_network.h"
#include "analysis/inference/layer_dump.h"
#include "analysis/inference/run_progress.h"
#include "analysis/report/run_report.h"
#include "analysis/trace/trace_format.h"
#include "models/arch/accelerator_config.h"
#include "models/base/file/file_claims.h"
#include "workloads/images/dataset.h"
#include "workloads/network.h"

namespace dcnsim {

/// How time is simulated. It does not depend on the data, values do not depend on it.
enum class RunTiming : std::uint8_t {
  kAuto,                ///< values of all images loosely timed, times of one approximately
  kLooselyTimed,        ///< everything (Transport)
  kApproximatelyTimed,  ///< everything: requests compete in the memory
};

/// Whether a run says what changes to the machine would save.
enum class RunWhatIf : std::uint8_t {
  kNone,
  kFixed,  ///< with the mappings as they are
  kNew,    ///< mapped anew for each changed machine
};

/// What is to be run; everything but `data_dir` has a default. What may be a file or a name is
/// found as ShippedData does.
struct RunRequest {
  /// Folder of the data that comes with dcnsim, laid out as its sources are. Who links
  /// dcnsim::inference has it as DCNSIM_DATA_DIR.
  std::string data_dir;

  /// ONNX file or name, float or in fixed point; or a network in fixed point.
  std::variant<std::string, FixedNetwork> network = std::string("cifar10_plain7");
  WidthRequest widths;                    ///< of a float network
  std::optional<PixelConvention> pixels;  ///< instead of what the network's file states

  /// YAML file or preset, or a machine. Its cost.tables, if given, replace the shipped tables.
  std::variant<std::string, AcceleratorConfig> accelerator = std::string("small_edge");
  std::optional<Dataflow> dataflow;    ///< instead of the accelerator's
  std::optional<Objective> objective;  ///< instead of the accelerator's
  std::optional<double> slack;         ///< likewise its mapping.slack, percent
  std::optional<Objective> second_objective;

  /// CIFAR-10 .bin file or folder of them, .npy array (ImageFiles); or images. "": the first 1,000
  /// test images of CIFAR-10 where the network takes them, else no images. Without images there is
  /// everything but accuracy, and values are of no account.
  std::variant<std::string, Dataset> images = std::string();
  std::string labels;           ///< of a .npy
  std::size_t image_limit = 0;  ///< only the first so many; 0: all
  bool no_images = false;       ///< even where "" stands for some
  double zeros = 0;  ///< share of zeros among the input codes of convolutions, without images

  std::string mapping_file;   ///< the user's mapping (mapping_yaml.h); "": every layer is searched
  std::string mapping_cache;  ///< folder where searches are kept; "" for nowhere

  RunTiming timing = RunTiming::kAuto;
  RunWhatIf what_if = RunWhatIf::kFixed;
  std::optional<int> batch;  ///< instead of the accelerator's mapping.batch (ThroughputReport)
  bool check = false;        ///< every code of every layer against the reference executor's
  std::size_t jobs = 1;  ///< processes that simulate images at a time; results do not depend on it

  std::optional<std::string> predictions;  ///< CSV file to write (PredictionTable)
  std::vector<DumpRequest> dumps;
  std::vector<std::size_t> dump_images{0};  ///< whose codes are dumped, in rising order

  std::optional<std::string> trace;         ///< file to write a timeline of one image to (trace.md)
  std::optional<TraceFormat> trace_format;  ///< instead of that of the file's name
  std::optional<std::string> vcd;           ///< file to write its waveforms to
  std::size_t trace_image = 0;              ///< which, from 0 on; also the one timed for kAuto
};

/// A field of the request asks for what is not there, or contradicts another: "field: problem".
struct RequestError : std::invalid_argument {
  RequestError(const std::string& field, const std::string& problem);
  std::string field, problem;
};

/// An image to be traced or dumped is none of those that are run.
struct NoSuchImage : RequestError {
  NoSuchImage(const std::string& field, std::size_t image, std::size_t count);
};

/// What it reads and writes; run() checks it. Throws what load_accelerator throws, and
/// std::runtime_error for a name that nothing has.
FileClaims files_of(const RunRequest& request);

/// Runs the network. Prints nothing, reads no environment variable, and writes no files but those
/// that are asked for; equal requests and files give equal reports. `progress` is called in this
/// process.
///
/// Images are simulated in worker processes, `jobs` at a time, which are forked from this one: it
/// should have no other threads. SystemC elaborates in the workers alone, so that any number of
/// runs may follow one another, unless this process has elaborated a model of its own.
///
/// Throws std::runtime_error or std::invalid_argument, one line that names file, field, value and
/// what was expected: what cannot be read or written, a file written that is read too, a machine
/// without tables for it, a network that does not fit the machine or the images, labels beyond its
/// classes, a mapping that breaks a rule, FixedPointAlready, RequestError; with `check`, codes that
/// differ. std::logic_error: the model broke a promise of its own (times that depend on data).
RunReport run(const RunRequest& request, const OnRunProgress& progress = {});

}  // namespace dcnsim
