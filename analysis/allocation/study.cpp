// SPDX-License-Identifier: Apache-2.0
#include "analysis/allocation/study.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "analysis/allocation/sensitivity_cache.h"
#include "analysis/evaluation/output_noise.h"
#include "models/base/text/suggest.h"

namespace dcnsim {
namespace {

void check(const std::string& field, const WidthRange& range) {
  if (range.lowest < kMinBits || range.highest > kMaxBits || range.lowest > range.highest) {
    throw std::invalid_argument(field + ": " + std::to_string(range.lowest) + ".." +
                                std::to_string(range.highest) + ", expected widths within " +
                                std::to_string(kMinBits) + ".." + std::to_string(kMaxBits) +
                                ", the lower one first");
  }
}

AllocationSpace make_space(const FloatNetwork& network, const StudyOptions& options) {
  AllocationSpace space;
  space.base = options.base;
  space.tensors = tensors_of(network, options.scope);
  if (space.tensors.empty()) {
    throw std::invalid_argument("the network has no weights: nothing to allocate");
  }
  check("widths", options.range);
  space.ranges.assign(space.tensors.size(), options.range);
  std::vector<std::string> names;
  for (const Tensor& tensor : space.tensors) names.push_back(tensor.name);
  for (const auto& [name, range] : options.ranges) {
    check(name, range);
    auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) found = std::find(names.begin(), names.end(), name + ".weight");
    if (found == names.end()) {
      std::vector<std::string> known = names;
      for (const FloatLayer& layer : network.layers) known.push_back(layer.node.name);
      throw NoSuchTensor(name + ": no such tensor takes part in the allocation" +
                         suggestion(name, known));
    }
    space.ranges[static_cast<std::size_t>(found - names.begin())] = range;
  }
  return space;
}

/// "" for raw pixels, as if there were nothing else.
std::string convention_key(const FloatNetwork& network) {
  const auto& pixels = network.convention.pixels;
  return !pixels || *pixels == PixelConvention{} ? "" : ", pixels " + to_string(*pixels);
}

/// "" for powers of two.
std::string scales_key(Scales scales) {
  return scales == Scales::kPowerOfTwo ? "" : std::string(", scales ") + to_string(scales);
}

bool is_simulated(CostKind kind) { return kind == CostKind::kEnergy || kind == CostKind::kCycles; }

}  // namespace

AllocationStudy::AllocationStudy(const FloatNetwork& network, const Dataset& calibration,
                                 const Machine& machine, StudyOptions options)
    : calibration_(calibration),
      options_(std::move(options)),
      space_(make_space(network, options_)),  // refuses ranges before long work
      quantizer_(network, kept_calibration(cache(), network, calibration,
                                           progress("calibrating", calibration.size()))) {
  if (options_.sensitivity) space_.sensitivity = *options_.sensitivity;
  simulated_.emplace(machine, quantizer_, space_.tensors, space_.base, options_.jobs);
  simulated_->progress = [this, listener = OnProgress{}](std::size_t done,
                                                         std::size_t total) mutable {
    if (done == 0 && total > 0) listener = progress("simulating", total);
    if (listener) listener(done);
    if (done == total) listener = {};
  };
}

OnProgress AllocationStudy::progress(const std::string& what, std::size_t total) const {
  return options_.progress ? options_.progress(what, total) : OnProgress{};
}

QuantizeOptions AllocationStudy::widths(const std::vector<int>& widths) const {
  return with_widths(quantizer_.network(), space_.tensors, widths, space_.base);
}

void AllocationStudy::measure() {
  if (!space_.sensitivity.noise.empty()) return;
  const int lowest = space_.lowest(), highest = space_.highest();
  const Dataset images = first_images(calibration_, options_.sensitivity_images);
  const std::string key = sensitivity_key();
  const std::string file = sensitivity_file(options_.cache_folder, key);
  if (!file.empty()) {
    if (auto cached = load_sensitivity(file, key, lowest, highest, space_.tensors.size())) {
      space_.sensitivity = std::move(*cached);
      return;
    }
  }
  const std::size_t batches = (images.size() + kSensitivityBatch - 1) / kSensitivityBatch;
  space_.sensitivity = measure_sensitivity(
      quantizer_, space_.tensors, space_.base, lowest, highest, images, options_.jobs,
      progress("measuring sensitivities, batches", batches), options_.known_noise);
  if (!file.empty()) save_sensitivity(file, key, space_.sensitivity);
}

std::string AllocationStudy::sensitivity_key() const {
  return "sensitivity 2: " + options_.subject + ", " + std::to_string(calibration_.size()) +
         " images, " + std::to_string(options_.sensitivity_images) + " measured, " +
         (options_.scope == Scope::kAll ? "all tensors" : "weights") + ", " +
         std::to_string(space_.lowest()) + ".." + std::to_string(space_.highest()) +
         " bits, activations " + std::to_string(options_.base.activation_bits) +
         scales_key(options_.base.scales) + convention_key(quantizer_.network());
}

const NoiseTables& AllocationStudy::noise(NoiseModel model) {
  if (model == NoiseModel::kMeasured) measure();
  const auto [at, is_new] = noise_.try_emplace(model);
  if (is_new) at->second = noise_tables(model, quantizer_, space_);
  return at->second;
}

CostTables AllocationStudy::costs(CostKind kind, const std::vector<int>& around) {
  return is_simulated(kind) ? simulated_->tables(kind, around, space_.lowest(), space_.highest())
                            : counted_costs(quantizer_.network(), space_.tensors, kind,
                                            space_.lowest(), space_.highest());
}

Allocation AllocationStudy::allocate(NoiseModel model, CostKind cost, const Goal& goal) {
  if (is_simulated(cost)) {
    return dcnsim::allocate(space_, noise(model), *simulated_, cost, goal);
  }
  return dcnsim::allocate(space_, noise(model), costs(cost, {}), goal);
}

AllocationFigures AllocationStudy::figures(const std::string& name, const std::vector<int>& widths,
                                           NoiseModel model, const Dataset& evaluation) {
  const QuantizeOptions options = this->widths(widths);
  const FixedNetwork fixed = quantizer_.quantize(options).network;
  const FloatNetwork& network = quantizer_.network();
  AllocationFigures figures;
  figures.name = name;
  figures.predicted_sqnr_db = to_db(predicted_output_noise(space_, noise(model), widths));
  if (float_outputs_.empty()) {
    float_outputs_ = kept_float_outputs(cache(), network, calibration_, options_.jobs,
                                        progress("float outputs", calibration_.size()));
  }
  figures.measured_sqnr_db =
      to_db(measured_output_noise(float_outputs_, fixed, calibration_, options_.jobs,
                                  progress(name + ", output SQNR", calibration_.size())));
  figures.weight_bits = weight_bits(network, options);
  const LayerCost cost = simulate(widths);
  figures.energy_pj = cost.energy_pj;
  figures.cycles = cost.cycles;
  if (evaluation.size() > 0) {
    figures.correct = count_correct(fixed, evaluation, options_.jobs,
                                    progress(name + ", accuracy", evaluation.size()));
  }
  return figures;
}

std::vector<CurvePoint> AllocationStudy::curve(const std::vector<Rule>& rules,
                                               const Dataset& evaluation, KnownAccuracies& known) {
  std::vector<CurvePoint> points;
  const auto add = [&](const std::string& rule, NoiseModel model, const std::vector<int>& widths) {
    CurvePoint point;
    point.rule = rule;
    point.widths = widths;
    point.weight_bits = weight_bits(quantizer_.network(), this->widths(widths));
    point.predicted_sqnr_db = to_db(predicted_output_noise(space_, noise(model), widths));
    points.push_back(std::move(point));
  };
  for (int bits = kCurveLowest; bits <= kCurveHighest; ++bits) {
    add(kEqualRule, rules.empty() ? NoiseModel::kTensor : rules.front().noise,
        equal_widths(space_, bits));
  }
  for (const Rule& rule : rules) {
    const auto allocations = rule_allocations(space_, noise(rule.noise), [&](double max_noise) {
      return allocate(rule.noise, rule.cost, {Goal::Kind::kNoise, max_noise}).solution.widths;
    });
    for (const std::vector<int>& widths : allocations) add(rule.name, rule.noise, widths);
  }

  std::vector<std::vector<int>> all;
  for (const CurvePoint& point : points) all.push_back(point.widths);
  simulated_->networks(all);
  const OnProgress on_point = progress("accuracy along the curves, points", points.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    CurvePoint& point = points[i];
    const LayerCost cost = simulate(point.widths);
    point.energy_pj = cost.energy_pj;
    point.cycles = cost.cycles;
    const auto [at, is_new] = known.try_emplace(point.widths);
    if (is_new) {
      const FixedNetwork network = quantizer_.quantize(this->widths(point.widths)).network;
      at->second = static_cast<double>(count_correct(network, evaluation, options_.jobs)) /
                   static_cast<double>(evaluation.size());
    }
    point.top1 = at->second;
    if (on_point) on_point(i + 1);
  }
  return points;
}

std::vector<std::string> AllocationStudy::exact_tensors() {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < space_.tensors.size(); ++i) {
    const Tensor& tensor = space_.tensors[i];
    const int lowest = space_.ranges[i].lowest;
    const Scales scales = space_.base.scales;
    if (choice(quantizer_, tensor, lowest, scales).noise == 0) names.push_back(tensor.name);
  }
  return names;
}

}  // namespace dcnsim
