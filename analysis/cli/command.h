// SPDX-License-Identifier: Apache-2.0
// What the subcommands share: their entry points, widths, progress.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "analysis/cli/pixel_options.h"
#include "analysis/evaluation/accuracy.h"
#include "analysis/evaluation/input_file.h"
#include "analysis/inference/fixed_network.h"
#include "analysis/inference/run_progress.h"
#include "analysis/quantizer/quantize_network.h"
#include "models/base/file/file_claims.h"
#include "workloads/images/dataset.h"
#include "workloads/network.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace dcnsim {
struct SweepSpec;
}

namespace dcnsim::cli {

/// Each adds one subcommand; the function it leaves in `action` does the work when that subcommand
/// was chosen.
using Action = std::function<void()>;
void add_run(CLI::App& app, Action& action);
void add_quantize(CLI::App& app, Action& action);
/// `command_line`: as the program got it.
void add_finetune(CLI::App& app, Action& action, const std::vector<std::string>& command_line);
void add_allocate(CLI::App& app, Action& action);
void add_map(CLI::App& app, Action& action);
void add_compile(CLI::App& app, Action& action);
void add_experiment(CLI::App& app, Action& action);
void add_inspect(CLI::App& app, Action& action);
void add_new_machine(CLI::App& app, Action& action);
void add_timeline(CLI::App& app, Action& action);
void add_sweep(CLI::App& app, Action& action);
void add_sweep_results(CLI::App& sweep, Action& action);
void add_sweep_slurm(CLI::App& sweep, Action& action);
void add_sweep_watch(CLI::App& sweep, Action& action);
void add_report(CLI::App& app, Action& action);

/// A contradiction between options: exit code 2.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Stopped by the user, with everything kept that was done: exit code 130.
struct Interrupted : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Before any work. Throws UsageError if an output is an input or another output,
/// std::runtime_error if one cannot be written. Where an output is standard output, what the
/// command says goes to standard error.
void claim(const FileClaims& claims);

/// What an option says whose value is written as a stream, as a picture and as a memory's contents:
/// tests look for all options with these.
inline constexpr const char* kOutputType = "FILE|-";
inline constexpr const char* kPictureType = "FILE.svg|.png";
inline constexpr const char* kImageType = "FILE.bin|.elf|.hex";

/// The sweep file, its names resolved to what comes with dcnsim. Throws std::runtime_error.
SweepSpec load_sweep(const std::string& path);

/// Says so if `--limit` (0: not given) is beyond the images that there are.
void note_limit(std::uint64_t limit, std::size_t images);

/// Processes to use by default: one a core.
std::size_t default_jobs();

/// Widths from the command line.
struct WidthOptions {
  WidthRequest asked;  ///< with the default rule
  std::string rule = "min-error";

  void add_to(CLI::App& app);
  bool given() const { return asked.given(); }
  /// `cache`: folder where calibrations are kept; "" for nowhere.
  WidthRequest request(const std::string& cache = "") const;
  QuantizeOptions options() const { return request().options(); }
  FormatRule format_rule() const;
  /// For a float network with this input, in the file `network`; files are added to `inputs`.
  Dataset calibration_images(const std::string& network, const Shape& input,
                             std::vector<InputFile>& inputs) const;
};

/// `--scales` of float networks' codes: one of kScalesNames, `name` at first.
CLI::Option* add_scales(CLI::App& app, std::string& name);

/// The float network in `file`, pixels being what the user or the file says. Throws
/// std::runtime_error for one in fixed point.
StatedNetwork load_stated_floats(const InputPath& file, const PixelOptions& pixels);

/// Where results are kept that cost time and never change.
struct CacheOptions {
  std::string folder_option;
  bool none = false;
  std::string kept;

  /// `what` is kept.
  void add_to(CLI::App& app, const std::string& what, const std::string& group = "");
  /// "" for nowhere; an interruption speaks of another. Throws UsageError if the folder that was
  /// asked for cannot be used.
  std::string folder() const;

 private:
  std::string chosen_folder() const;
};

/// One line on a terminal's standard error from the beginning on, refreshed a few times a second;
/// silent elsewhere. It stays until something else is said.
class Progress {
 public:
  Progress(const std::string& what, std::size_t total);
  void update(std::size_t done, const std::string& note = "");

 private:
  void show(std::size_t done, const std::string& note);

  std::string what_;
  std::size_t total_;
  bool enabled_;
  std::chrono::steady_clock::time_point start_, last_;
};

/// Progress for long work: a Progress for each part. Parts that are among the `stages`, in their
/// order, are numbered: "3 of 5"; those that are not needed are left out.
ProgressFactory on_terminal(const std::vector<std::string>& stages = {});
/// The same for the stages of a run; the line goes with the listener.
OnRunProgress run_on_terminal();

}  // namespace dcnsim::cli
