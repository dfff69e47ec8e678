// SPDX-License-Identifier: Apache-2.0
// The options of `dcnsim allocate` and what they ask for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analysis/allocation/study.h"
#include "analysis/cli/command.h"
#include "analysis/cli/layout_options.h"
#include "analysis/cli/shipped_files.h"
#include "analysis/evaluation/machine.h"

namespace dcnsim::cli {

/// Equal widths whose SQNR is the goal if nothing else is asked for.
constexpr int kDefaultEqualBits = 8;

struct AllocateOptions {
  std::string network = kBuiltInNetwork;
  std::string accelerator = "small_edge";
  std::optional<double> target_sqnr_db, max_size_kb, max_energy_uj, max_latency_ms;
  std::optional<int> equal_bits;
  std::string cost;  ///< "": what the goal is about, else size
  std::string noise = "measured";
  std::string tensors = "weights";
  std::string scales = to_string(Scales::kPowerOfTwo);
  int activations = 8;
  int lowest = 2, highest = 16;
  std::optional<int> pin_ends;
  std::vector<std::string> bounds;
  PixelOptions pixels;
  std::string calibration, calibration_labels;
  std::uint64_t calibration_limit = 0;
  std::uint64_t sensitivity_images = 128;
  CacheOptions cache;
  LayoutOptions layout;
  std::string images, labels;
  std::uint64_t limit = 0;
  std::size_t jobs = default_jobs();
  std::optional<std::string> output, widths, json, curve, plot;
};

/// Adds every option to the subcommand.
void add_options(CLI::App& allocate, AllocateOptions& options);

/// What is asked for, in the units of the allocation.
struct Request {
  CostKind cost = CostKind::kSize;
  std::optional<Goal> goal;  ///< nothing: the noise of equal widths
  int equal_bits = kDefaultEqualBits;
  std::string words;
  const char* option = "";
  double unit = 1;             ///< of the budget, in units of the cost
  const char* unit_name = "";  ///< the same for people
};

/// Throws UsageError: a budget and a cost that contradict each other.
Request read_request(const AllocateOptions& options, const Machine& machine);

NoiseModel noise_model(const AllocateOptions& options);

/// Ranges of single tensors: "NAME=6", "NAME=4..9", and the pinned ends of `network`. Throws
/// UsageError.
std::vector<std::pair<std::string, WidthRange>> read_ranges(const AllocateOptions& options,
                                                            const FloatNetwork& network);

}  // namespace dcnsim::cli
