// SPDX-License-Identifier: Apache-2.0
#include "analysis/experiments/tuned_curve.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <stdexcept>
#include <tuple>
#include <variant>

#include "analysis/evaluation/network_file.h"
#include "analysis/report/allocation_report.h"
#include "models/base/text/printable.h"
#include "workloads/onnx/onnx_network.h"

namespace dcnsim {
namespace {

namespace fs = std::filesystem;

constexpr const char* kAllocations = "allocations";

bool ends_with(const std::string& text, const std::string& ending) {
  return text.size() >= ending.size() &&
         text.compare(text.size() - ending.size(), ending.size(), ending) == 0;
}

/// Of a network's or a result's file.
std::string without_ending(std::string path) {
  for (const char* ending : {".json", ".gz", ".onnx"}) {
    if (ends_with(path, ending)) path.resize(path.size() - std::string(ending).size());
  }
  return path;
}

/// The network beside a result.
std::string network_beside(const std::string& result) {
  const std::string network = without_ending(result) + ".onnx";
  return fs::exists(network) ? network : network + ".gz";
}

/// The allocations beside the results of a folder, and what they say of equal widths.
class Allocations {
 public:
  explicit Allocations(const std::string& folder) : folder_(folder + "/" + kAllocations) {
    for (const std::string& file : json_files(folder_)) add(file);
  }

  const std::string& accelerator() const { return accelerator_; }

  /// Throws unless all are of this network.
  void require_network(const std::string& sha256) const {
    for (const auto& [name, allocation] : by_name_) {
      if (sha256_of(allocation.inputs, "network") == sha256) continue;
      throw std::runtime_error(
          fmt::format("{}/{}.json: is of another network than the results in {}", folder_, name,
                      fs::path(folder_).parent_path().string()));
    }
  }

  /// Name, rule and figures of what a result's network was fine-tuned at.
  TunedPoint point_of(const FinetuneResult& result) const {
    const FinetuneWidths& widths = result.report.widths;
    if (widths.weights && *widths.weights != kFloat) {
      const std::string name = fmt::format("equal {}", *widths.weights);
      const auto equal = equal_.find(name);
      if (equal != equal_.end()) return point(name, kEqualRule, equal->second);
      throw std::runtime_error(
          fmt::format("{}: no figures of {} bits in {}", result.path, name, folder_));
    }
    for (const InputFile& input : result.report.inputs) {
      if (input.role == "allocation") return allocated_point(result, input);
    }
    throw std::runtime_error(result.path + ": expected equal widths or an allocation");
  }

 private:
  void add(const std::string& file) {
    AllocationReport allocation = load_allocation_report(file);
    const std::string accelerator = sha256_of(allocation.inputs, "accelerator");
    if (by_name_.empty()) {
      accelerator_ = allocation.accelerator;
      accelerator_sha256_ = accelerator;
    }
    if (accelerator != accelerator_sha256_) {
      throw std::runtime_error(file +
                               ": is for another accelerator than the allocations before it");
    }
    for (const TensorReport& tensor : allocation.tensors) {
      if (ends_with(tensor.name, ".weight")) continue;
      throw std::runtime_error(fmt::format("{}: allocates {}, expected weights alone", file,
                                           printable(tensor.name, 100)));
    }
    for (const AllocationFigures& figures : allocation.equal) add_equal(file, figures);
    by_name_.emplace(fs::path(without_ending(file)).filename().string(), std::move(allocation));
  }

  void add_equal(const std::string& file, const AllocationFigures& figures) {
    const auto [at, is_new] = equal_.try_emplace(figures.name, figures);
    const auto tied = [](const AllocationFigures& f) {
      return std::tie(f.weight_bits, f.energy_pj, f.measured_sqnr_db);
    };
    if (is_new || tied(at->second) == tied(figures)) return;
    throw std::runtime_error(
        fmt::format("{}: /equal_widths: other figures of {} bits than in the allocations before it",
                    file, printable(figures.name, 100)));
  }

  TunedPoint allocated_point(const FinetuneResult& result, const InputFile& network) const {
    const std::string file = fs::path(network.path).filename().string();
    const std::string name = without_ending(file);
    const auto found = by_name_.find(name);
    if (found == by_name_.end()) {
      throw std::runtime_error(fmt::format("{}: no {}.json in {}", result.path, name, folder_));
    }
    const std::string path = folder_ + "/" + file;
    if (describe_network("allocation", user_file(path)).sha256 != network.sha256) {
      throw std::runtime_error(
          fmt::format("{}: {} is another one than was fine-tuned", result.path, path));
    }
    const CostKind cost = found->second.cost_kind;
    if (cost != CostKind::kSize && cost != CostKind::kEnergy) {
      throw std::runtime_error(fmt::format("{}/{}.json: /cost/kind: {}, expected size or energy",
                                           folder_, name, to_string(cost)));
    }
    return point(name, to_string(cost), found->second.allocation);
  }

  static TunedPoint point(const std::string& name, const std::string& rule,
                          const AllocationFigures& figures) {
    TunedPoint point;
    point.name = name;
    point.rule = rule;
    point.weight_bits = figures.weight_bits;
    point.energy_pj = figures.energy_pj;
    point.sqnr_db = figures.measured_sqnr_db;
    return point;
  }

  std::string folder_;
  std::string accelerator_, accelerator_sha256_;
  std::map<std::string, AllocationReport> by_name_;
  std::map<std::string, AllocationFigures> equal_;  ///< by name: "equal 4"
};

void require_same_pace(const TunedCurve& curve, const TunedPoint& point,
                       const FinetuneResult& result) {
  const FinetuneRecipe& recipe = result.report.recipe;
  if (recipe.epochs != curve.recipe.epochs) {
    throw std::runtime_error(
        fmt::format("{}: /recipe/epochs: {}, expected {} as in the results before it", result.path,
                    recipe.epochs, curve.recipe.epochs));
  }
  if (!is_same_pace(recipe, point.recipe)) {
    throw std::runtime_error(result.path + ": has other rates than other seeds of its widths");
  }
}

void require_same_activations(TunedCurve& curve, const FinetuneResult& result) {
  const std::optional<int>& bits = result.report.widths.activations;
  if (!bits) return;
  if (curve.activation_bits == 0) curve.activation_bits = *bits;
  if (*bits != kFloat && *bits == curve.activation_bits) return;
  throw std::runtime_error(
      fmt::format("{}: /widths/activations: expected {} bits as in the results before it",
                  result.path, curve.activation_bits));
}

void add(TunedCurve& curve, TunedPoint point, const FinetuneResult& result) {
  const FinetuneReport& report = result.report;
  const auto found = std::find_if(
      curve.points.begin(), curve.points.end(),
      [&](const TunedPoint& p) { return p.rule == point.rule && p.name == point.name; });
  const bool is_new = found == curve.points.end();
  if (is_new) point.recipe = report.recipe;
  TunedPoint& at = is_new ? curve.points.emplace_back(std::move(point)) : *found;
  require_same_pace(curve, at, result);
  for (const TunedRun& run : at.runs) {
    if (run.seed != report.recipe.seed) continue;
    throw std::runtime_error(fmt::format("{}: is of {} with seed {}, as is {}", result.path,
                                         at.name, run.seed, run.result));
  }
  at.runs.push_back({report.recipe.seed, result.path, network_beside(result.path),
                     report.accumulator_bits, *report.before, *report.fine_tuned, report.seconds});
}

/// Keeps the seeds that all points have.
void keep_common_seeds(TunedCurve& curve, const std::string& folder) {
  std::map<std::uint64_t, std::size_t> points_by_seed;
  for (const TunedPoint& point : curve.points) {
    for (const TunedRun& run : point.runs) ++points_by_seed[run.seed];
  }
  for (const auto& [seed, points] : points_by_seed) {
    if (points == curve.points.size()) curve.seeds.push_back(seed);
  }
  if (curve.seeds.empty()) {
    throw std::runtime_error(folder + ": no seed that all points were fine-tuned with");
  }
  const auto is_common = [&](const TunedRun& run) {
    return std::binary_search(curve.seeds.begin(), curve.seeds.end(), run.seed);
  };
  for (TunedPoint& point : curve.points) {
    std::sort(point.runs.begin(), point.runs.end(),
              [](const TunedRun& a, const TunedRun& b) { return a.seed < b.seed; });
    const auto kept = std::stable_partition(point.runs.begin(), point.runs.end(), is_common);
    curve.left_out += static_cast<std::size_t>(point.runs.end() - kept);
    point.runs.erase(kept, point.runs.end());
  }
}

}  // namespace

TunedCurve load_tuned_curve(const std::string& folder) {
  const std::vector<FinetuneResult> results = load_finetune_results(folder);
  if (results.empty()) {
    throw std::runtime_error(folder + ": no results of dcnsim finetune --json");
  }
  const Allocations allocations(folder);
  TunedCurve curve;
  for (const FinetuneResult& result : results) {
    require_same(curve, result);
    require_same_activations(curve, result);
    add(curve, allocations.point_of(result), result);
  }
  allocations.require_network(curve.network_sha256);
  keep_common_seeds(curve, folder);
  curve.accelerator = allocations.accelerator();
  const auto order = [](const TunedPoint& point) {
    const bool is_by_energy = point.rule == to_string(CostKind::kEnergy);
    const int rank = point.rule == kEqualRule ? 0 : is_by_energy ? 2 : 1;
    const auto bits = static_cast<double>(point.weight_bits);
    return std::tuple(rank, is_by_energy ? point.energy_pj : bits, point.name);
  };
  std::sort(curve.points.begin(), curve.points.end(),
            [&](const TunedPoint& a, const TunedPoint& b) { return order(a) < order(b); });
  return curve;
}

std::string right_images(const TunedPoint& point, const TunedRun& run, const Dataset& test,
                         std::size_t jobs, const OnProgress& progress) {
  const auto loaded = load_network(run.network);
  const auto* network = std::get_if<FixedNetwork>(&loaded);
  if (network == nullptr) {
    throw std::runtime_error(run.network + ": is a float network, expected a fine-tuned one");
  }
  std::uint64_t weight_bits = 0;
  for (const FixedLayer& layer : network->layers) {
    weight_bits += layer.weights.size() * static_cast<std::uint64_t>(layer.weight.bits);
  }
  if (weight_bits != point.weight_bits) {
    throw std::runtime_error(fmt::format("{}: has {} bits of weights, expected {} as {} has",
                                         run.network, weight_bits, point.weight_bits, point.name));
  }
  std::string right =
      right_images(*network, test, jobs, progress, {run.accumulator_bits, Overflow::kWrap});
  const auto correct = static_cast<std::uint64_t>(std::count(right.begin(), right.end(), '1'));
  if (correct != run.fine_tuned.correct) {
    throw std::runtime_error(fmt::format("{}: has {} images right, expected {} as in {}",
                                         run.network, correct, run.fine_tuned.correct, run.result));
  }
  return right;
}

}  // namespace dcnsim
