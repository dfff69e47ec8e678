// SPDX-License-Identifier: Apache-2.0
#include "analysis/cli/allocate_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <set>

#include "analysis/cli/value_checks.h"
#include "analysis/report/allocation_report.h"
#include "models/base/text/printable.h"

namespace dcnsim::cli {
namespace {

const std::map<std::string, CostKind> kCosts = {{"size", CostKind::kSize},
                                                {"macs", CostKind::kMacs},
                                                {"energy", CostKind::kEnergy},
                                                {"cycles", CostKind::kCycles}};
const std::map<std::string, NoiseModel> kNoiseModels = {{"paper", NoiseModel::kPaper},
                                                        {"tensor", NoiseModel::kTensor},
                                                        {"measured", NoiseModel::kMeasured}};

/// "NAME=6" or "NAME=4..9".
std::pair<std::string, WidthRange> read_bound(const std::string& text) {
  const auto fail = [&]() {
    throw UsageError(fmt::format("--bounds {}: expected NAME=BITS or NAME=LOWEST..HIGHEST", text));
  };
  const std::size_t equals = text.rfind('=');
  if (equals == std::string::npos || equals == 0) fail();
  WidthRange range;
  const char* const end = text.data() + text.size();
  auto parsed = std::from_chars(text.data() + equals + 1, end, range.lowest);
  if (parsed.ec != std::errc()) fail();
  range.highest = range.lowest;
  if (parsed.ptr != end) {
    if (text.compare(static_cast<std::size_t>(parsed.ptr - text.data()), 2, "..") != 0) fail();
    parsed = std::from_chars(parsed.ptr + 2, end, range.highest);
    if (parsed.ec != std::errc() || parsed.ptr != end) fail();
  }
  if (range.lowest < kMinBits || range.highest > kMaxBits || range.lowest > range.highest) {
    throw UsageError(fmt::format("--bounds {}: expected widths within {}..{}, the lower one first",
                                 text, kMinBits, kMaxBits));
  }
  return {text.substr(0, equals), range};
}

void add_goals(CLI::App& app, AllocateOptions& options) {
  const char* const group = "Goal, at most one [--equal-bits 8]";
  whole(app.add_option("--equal-bits", options.equal_bits,
                       "Least cost at the SQNR of equal widths of this many bits"),
        1, 16, "BITS")
      ->group(group);
  real(app.add_option("--target-sqnr", options.target_sqnr_db,
                      "Least cost at this SQNR of the network's output, dB"),
       {-20.0, 200.0}, "DB")
      ->group(group);
  real(app.add_option("--max-size", options.max_size_kb,
                      "Best SQNR within this model size, kB (1000 bytes)"),
       {0, kNoBound, true}, "KB")
      ->group(group);
  real(app.add_option("--max-energy", options.max_energy_uj,
                      "Best SQNR within this simulated energy an image, uJ"),
       {0, kNoBound, true}, "UJ")
      ->group(group);
  real(app.add_option("--max-latency", options.max_latency_ms,
                      "Best SQNR within this simulated latency, ms"),
       {0, kNoBound, true}, "MS")
      ->group(group);
}

void add_models(CLI::App& app, AllocateOptions& options) {
  const char* const group = "What bits cost and bring";
  one_of(app.add_option("--cost", options.cost,
                        "What a bit costs: its weights (size), the MACs that read it (macs),\n"
                        "or by simulation on the accelerator (energy, cycles)\n"
                        "[what a budget limits, else size]"),
         {"size", "macs", "energy", "cycles"})
      ->group(group);
  one_of(app.add_option("--noise", options.noise,
                        "What each tensor adds to the output's noise: all alike (paper), by\n"
                        "its own SQNR (tensor), or measured one tensor at a time (measured)"),
         {"paper", "tensor", "measured"})
      ->capture_default_str()
      ->group(group);
  app.add_option("--accelerator", options.accelerator, kAcceleratorHelp)
      ->type_name("FILE|PRESET")
      ->capture_default_str()
      ->group(group);
}

void add_widths(CLI::App& app, AllocateOptions& options) {
  const char* const group = "Widths";
  one_of(app.add_option("--tensors", options.tensors,
                        "Allocate weights only, or weights and layer outputs (all)"),
         {"weights", "all"})
      ->capture_default_str()
      ->group(group);
  whole(app.add_option("-a,--activations", options.activations,
                       "Width of layer outputs with --tensors weights"),
        1, 16, "BITS")
      ->capture_default_str()
      ->group(group);
  add_scales(app, options.scales)->group(group);
  whole(app.add_option("--min-bits", options.lowest, "Lowest width of every tensor"), 1, 16, "BITS")
      ->capture_default_str()
      ->group(group);
  whole(app.add_option("--max-bits", options.highest, "Highest width of every tensor"), 1, 16,
        "BITS")
      ->capture_default_str()
      ->group(group);
  app.add_option("--bounds", options.bounds,
                 "Width of one tensor, fixed or within bounds; may be repeated:\n"
                 "conv0=8, conv3=4..9, conv0.output=6 (a layer's name: its weights)")
      ->type_name("NAME=BITS")
      ->allow_extra_args(false)  // a network may follow
      ->group(group);
  whole(app.add_option("--pin-ends", options.pin_ends,
                       "Fix the weights of the first and the last layer at this width"),
        1, 16, "BITS")
      ->group(group);
}

void add_images(CLI::App& app, AllocateOptions& options) {
  const char* const group = "Images";
  file_of(app.add_option("--calibration", options.calibration,
                         "Images from which everything is chosen, as --images\n"
                         "[500 training images of CIFAR-10]"),
          {FileKind::kImages}, "PATH")
      ->group(group);
  app.add_option("--calibration-labels", options.calibration_labels, kLabelsHelp)
      ->type_name("FILE")
      ->group(group);
  options.pixels.add_to(app, group);
  whole(app.add_option("--calibration-limit", options.calibration_limit,
                       "Use only the first N calibration images"),
        1)
      ->group(group);
  whole(app.add_option("--sensitivity-images", options.sensitivity_images,
                       "Calibration images on which sensitivities are measured"),
        1)
      ->capture_default_str()
      ->group(group);
  options.cache.add_to(app, "measured sensitivities, mappings and calibrations", group);
  file_of(
      app.add_option("--images", options.images,
                     "Images on which accuracy is reported, never chosen from:\n" +
                         std::string(kImagesHelp) +
                         "\n[the first 1,000 test images of CIFAR-10; for a network that takes\n"
                         "others, none, and no accuracy]"),
      {FileKind::kImages}, "PATH")
      ->group(group);
  app.add_option("--labels", options.labels, kLabelsHelp)->type_name("FILE")->group(group);
  whole(app.add_option("--limit", options.limit, "Use only the first N of them"), 1)->group(group);
  whole(app.add_option("-j,--jobs", options.jobs, "Worker processes; results do not depend on it"),
        1, 1024)
      ->capture_default_str()
      ->group(group);
}

void add_outputs(CLI::App& app, AllocateOptions& options) {
  const char* const group = "Output";
  app.add_option("-o,--output", options.output,
                 "QONNX network to write; compressed if it ends in .gz")
      ->type_name(kOutputType)
      ->group(group);
  app.add_option("--write-widths", options.widths,
                 "YAML file of the widths to write, for quantize and run --widths")
      ->type_name(kOutputType)
      ->group(group);
  app.add_option("--json", options.json, "Write everything to FILE (schema dcnsim.allocate/1)")
      ->type_name(kOutputType)
      ->group(group);
  app.add_option("--curve", options.curve,
                 "CSV file of cost against accuracy to write: equal widths, the\n"
                 "paper's rule, measured sensitivities, hardware cost")
      ->type_name(kOutputType)
      ->group(group);
  app.add_option("--plot", options.plot, "The same as a picture, .svg or .png")
      ->type_name(kPictureType)
      ->group(group);
}

/// At most one goal.
void check_goals(const AllocateOptions& options) {
  const char* first = nullptr;
  for (const auto& [option, is_given] : {std::pair{"--equal-bits", options.equal_bits.has_value()},
                                         {"--target-sqnr", options.target_sqnr_db.has_value()},
                                         {"--max-size", options.max_size_kb.has_value()},
                                         {"--max-energy", options.max_energy_uj.has_value()},
                                         {"--max-latency", options.max_latency_ms.has_value()}}) {
    if (!is_given) continue;
    if (first != nullptr) {
      throw UsageError(fmt::format("{} and {}: expected at most one goal", first, option));
    }
    first = option;
  }
}

}  // namespace

Request read_request(const AllocateOptions& options, const Machine& machine) {
  check_goals(options);
  Request request;
  request.cost = options.cost.empty() ? CostKind::kSize : kCosts.at(options.cost);
  const auto budget = [&](const char* option, double value, double unit, const char* unit_name,
                          CostKind cost) {
    if (!options.cost.empty() && request.cost != cost) {
      throw UsageError(fmt::format("{} is a budget of {}: --cost {} contradicts it", option,
                                   to_string(cost), options.cost));
    }
    request.cost = cost;
    request.goal = Goal{Goal::Kind::kCost, value * unit};
    request.words = fmt::format("the best SQNR within {:g} {} of {}", value, unit_name,
                                cost == CostKind::kCycles ? "latency" : to_string(cost));
    request.option = option;
    request.unit = unit;
    request.unit_name = unit_name;
  };
  if (options.target_sqnr_db) {
    request.goal = Goal{Goal::Kind::kNoise, std::pow(10, -*options.target_sqnr_db / 10)};
    request.words = fmt::format("the least {} at an output SQNR of {:g} dB",
                                to_string(request.cost), *options.target_sqnr_db);
    request.option = "--target-sqnr";
  } else if (options.max_size_kb) {
    budget("--max-size", *options.max_size_kb, 8e3, "kB", CostKind::kSize);
  } else if (options.max_energy_uj) {
    budget("--max-energy", *options.max_energy_uj, 1e6, "uJ", CostKind::kEnergy);
  } else if (options.max_latency_ms) {
    budget("--max-latency", *options.max_latency_ms, 1e-3 / machine.clock_period_s(), "ms",
           CostKind::kCycles);
  } else {
    request.equal_bits = options.equal_bits.value_or(kDefaultEqualBits);
    request.words = fmt::format("the least {} at the output SQNR of equal {}-bit widths",
                                to_string(request.cost), request.equal_bits);
  }
  if (*scales_named(options.scales) != Scales::kPowerOfTwo) {
    request.words += ", scales " + options.scales;
  }
  return request;
}

NoiseModel noise_model(const AllocateOptions& options) { return kNoiseModels.at(options.noise); }

std::vector<std::pair<std::string, WidthRange>> read_ranges(const AllocateOptions& options,
                                                            const FloatNetwork& network) {
  if (options.lowest > options.highest) {
    throw UsageError(
        fmt::format("--min-bits {} is above --max-bits {}", options.lowest, options.highest));
  }
  std::vector<std::pair<std::string, WidthRange>> ranges;
  if (options.pin_ends) {
    const std::vector<Tensor> weights = tensors_of(network, Scope::kWeights);
    const WidthRange pinned{*options.pin_ends, *options.pin_ends};
    if (!weights.empty()) ranges = {{weights.front().name, pinned}, {weights.back().name, pinned}};
  }
  const std::vector<Tensor> all = tensors_of(network, Scope::kAll);
  std::set<std::string> bounded;
  for (const std::string& bound : options.bounds) {
    ranges.push_back(read_bound(bound));
    if (!bounded.insert(ranges.back().first).second) {
      throw UsageError(fmt::format("--bounds: {} given twice", printable(ranges.back().first)));
    }
    const auto tensor = std::find_if(
        all.begin(), all.end(), [&](const Tensor& t) { return t.name == ranges.back().first; });
    if (options.tensors == "weights" && tensor != all.end() && !tensor->is_weight) {
      throw UsageError(
          fmt::format("--bounds {}: layer outputs take part with --tensors all only", bound));
    }
  }
  return ranges;
}

void add_options(CLI::App& app, AllocateOptions& options) {
  app.add_option("network", options.network, kFloatNetworkHelp)
      ->type_name("FILE|NAME")
      ->capture_default_str();
  add_goals(app, options);
  add_models(app, options);
  add_widths(app, options);
  add_images(app, options);
  add_outputs(app, options);
  options.layout.add_to(app);
}

}  // namespace dcnsim::cli
