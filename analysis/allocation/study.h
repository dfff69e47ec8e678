// SPDX-License-Identifier: Apache-2.0
// Everything needed to allocate widths for one network on one machine, made when first asked for
// and then shared: calibration, measured sensitivities, simulated costs, curves.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "analysis/allocation/allocate.h"
#include "analysis/allocation/curve.h"
#include "analysis/evaluation/float_outputs.h"

namespace dcnsim {

/// A range is asked for of what takes no part.
struct NoSuchTensor : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

struct StudyOptions {
  Scope scope = Scope::kWeights;
  QuantizeOptions base;     ///< widths of what is not allocated, scales of all
  WidthRange range{2, 16};  ///< of every tensor
  /// Instead, by tensor; a layer's name means its weights.
  std::vector<std::pair<std::string, WidthRange>> ranges;
  std::size_t sensitivity_images = 128;    ///< the first of the calibration images
  std::optional<Sensitivity> sensitivity;  ///< of another study of this network and these tensors
  /// What studies of the same network and images measure for each other; may be null, stays.
  KnownNoise* known_noise = nullptr;
  std::size_t jobs = 1;
  std::string cache_folder;  ///< where measured sensitivities are kept; "" for nowhere
  std::string subject;       ///< of what, by hash: network and calibration images
  ProgressFactory progress;  ///< may be empty
};

/// StudyOptions::subject from the SHA-256 of both files.
inline std::string allocation_subject(const std::string& network, const std::string& calibration) {
  return "network " + network + ", calibration " + calibration;
}

/// What one set of widths comes to.
struct AllocationFigures {
  std::string name;
  double predicted_sqnr_db = 0;  ///< by the noise model
  double measured_sqnr_db = 0;   ///< on the calibration images
  std::uint64_t weight_bits = 0;
  double energy_pj = 0;       ///< simulated, an image
  std::uint64_t cycles = 0;   ///< simulated, an image
  std::uint64_t correct = 0;  ///< of the evaluated images, if there are any
};

/// A way to choose widths.
struct Rule {
  std::string name;
  NoiseModel noise = NoiseModel::kPaper;
  CostKind cost = CostKind::kSize;
};

/// Top-1, 0..1, by widths.
using KnownAccuracies = std::map<std::vector<int>, double>;

class AllocationStudy {
 public:
  /// Calibrates. References must outlive it. Throws std::invalid_argument: what calibrate() throws,
  /// unknown or impossible ranges (with the field and what was expected).
  AllocationStudy(const FloatNetwork& network, const Dataset& calibration, const Machine& machine,
                  StudyOptions options);

  NetworkQuantizer& quantizer() { return quantizer_; }
  const AllocationSpace& space() const { return space_; }
  QuantizeOptions widths(const std::vector<int>& widths) const;

  /// kMeasured measures the sensitivities, or takes them from the cache.
  const NoiseTables& noise(NoiseModel model);
  CostTables costs(CostKind kind, const std::vector<int>& around);

  /// Throws Unreachable.
  Allocation allocate(NoiseModel noise, CostKind cost, const Goal& goal);

  AllocationFigures figures(const std::string& name, const std::vector<int>& widths,
                            NoiseModel model, const Dataset& evaluation);

  /// One inference with these widths.
  LayerCost simulate(const std::vector<int>& widths) {
    return simulated_->networks({widths}).front();
  }

  /// Equal widths and every rule, each point simulated and evaluated, unless its accuracy on these
  /// images is known.
  std::vector<CurvePoint> curve(const std::vector<Rule>& rules, const Dataset& evaluation,
                                KnownAccuracies& known);

  /// Tensors that are exact at every width (all zeros, say): their widths are arbitrary.
  std::vector<std::string> exact_tensors();

 private:
  OnProgress progress(const std::string& what, std::size_t total) const;
  void measure();
  CachePlace cache() const { return {options_.cache_folder, options_.subject}; }
  std::string sensitivity_key() const;

  const Dataset& calibration_;
  StudyOptions options_;
  AllocationSpace space_;
  NetworkQuantizer quantizer_;
  std::map<NoiseModel, NoiseTables> noise_;
  std::optional<SimulatedCosts> simulated_;
  FloatOutputs float_outputs_;  ///< for the calibration images, once asked for
};

}  // namespace dcnsim
