// SPDX-License-Identifier: Apache-2.0
// What searches among the mappings of a layer have in common, wherever its maps lie and however
// much the buffers hold.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "models/arch/accelerator_config.h"
#include "models/perf/counters.h"
#include "models/perf/prediction.h"
#include "platform/compiler/mapper/bounds.h"

namespace dcnsim {

/// What is known of an execution: what it counts, or that it takes longer than so many cycles.
struct Evaluated {
  std::optional<LayerCounters> counters;
  std::uint64_t longer_than = 0;
};

/// Of one layer.
struct LayerWork {
  /// `config` stays.
  explicit LayerWork(const AcceleratorConfig& config) : predicted(config) {}

  Predictor::Work predicted;
  std::map<std::array<int, 3>, LeastWork> least;  ///< by channels, inputs and chunk
  /// By the descriptor as it was executed, and how many tiles each buffer has places for.
  std::unordered_map<std::string, Evaluated> evaluated;
};

/// Of all layers that are mapped on machines which differ in nothing but the capacities of their
/// buffers and accumulators, and what is not about time.
class LayerWorks {
 public:
  /// `config`: of any of them.
  explicit LayerWorks(const AcceleratorConfig& config) : config_(config) {}
  LayerWorks(const LayerWorks&) = delete;
  LayerWorks& operator=(const LayerWorks&) = delete;

  /// `key`: what tells layers apart wherever their maps lie.
  std::shared_ptr<LayerWork> of(const std::string& key) {
    std::shared_ptr<LayerWork>& work = works_[key];
    if (!work) work = std::make_shared<LayerWork>(config_);
    return work;
  }

 private:
  const AcceleratorConfig config_;
  std::map<std::string, std::shared_ptr<LayerWork>> works_;
};

}  // namespace dcnsim
