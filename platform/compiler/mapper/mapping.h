// SPDX-License-Identifier: Apache-2.0
// How one layer is executed, and how good that is.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "models/arch/accelerator_config.h"
#include "models/arch/descriptor.h"

namespace dcnsim {

struct LayerCounters;

inline constexpr std::array kLoopOrders{LoopOrder::kWeightOuter, LoopOrder::kPixelOuter,
                                        LoopOrder::kWeightChunkOuter, LoopOrder::kPixelChunkOuter};
constexpr std::string_view to_string(LoopOrder order) {
  constexpr std::string_view names[] = {"weights-outer", "pixels-outer", "weight-chunks-outer",
                                        "pixel-chunks-outer"};
  return names[static_cast<int>(order)];
}

/// Less is better; the second figure decides between equal first ones.
struct Score {
  double first = 0, second = 0;

  friend bool operator<(const Score& a, const Score& b) {
    return a.first != b.first ? a.first < b.first : a.second < b.second;
  }
  friend Score operator*(const Score& score, double factor) {
    return {score.first * factor, score.second * factor};
  }
  friend Score operator+(const Score& a, const Score& b) {
    return {a.first + b.first, a.second + b.second};
  }
};

/// What a layer takes, pJ; never less for larger counters. Zeros among the data are not counted
/// when layers are mapped. Empty where no objective needs it.
struct EnergyModel {
  std::function<double(const Descriptor&, const LayerCounters&)> energy_pj;
  std::string identity;  ///< tells models with different results apart

  /// Throws std::invalid_argument where it is empty.
  double of(const Descriptor& layer, const LayerCounters& counters) const;
};

/// What is made small first and second: cycles, bytes on the bus or, as `energy_pj()` says, pJ.
template <typename EnergyPj>
Score score(const MappingConfig& mapping, std::uint64_t cycles, std::uint64_t bytes,
            const EnergyPj& energy_pj) {
  const auto figure = [&](Objective objective) -> double {
    if (objective == Objective::kEnergy) return energy_pj();
    return static_cast<double>(objective == Objective::kLatency ? cycles : bytes);
  };
  return {figure(mapping.objective), figure(mapping.then())};
}
/// Throws what EnergyModel::of() throws.
Score score(const MappingConfig& mapping, const EnergyModel& energy, const Descriptor& layer,
            const LayerCounters& counters);

/// A user's wishes for one layer; what is absent is searched.
struct MappingRequest {
  std::optional<int> tile_h, tile_w, tile_channels, chunk_k;
  std::optional<int> tile_in;  ///< 0: all
  std::optional<LoopOrder> order;
  std::optional<bool> keep_output;
  std::optional<int> output_segment;  ///< 0: all channels in one plane
  std::optional<int> output_strip;    ///< with output_segment; 0: all columns in one strip

  bool fixes_tiling() const {
    return tile_h || tile_w || tile_channels || chunk_k || tile_in || order;
  }
};

/// By layer name; layers that are not named are searched.
struct NetworkRequest {
  std::string file;  ///< named by errors
  std::map<std::string, MappingRequest> layers;
};

}  // namespace dcnsim
