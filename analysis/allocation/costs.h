// SPDX-License-Identifier: Apache-2.0
// What a bit costs: the ρ of the allocation, as a table over widths for every tensor. From the
// network alone, or from simulating it on a machine.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "analysis/allocation/tensors.h"
#include "analysis/evaluation/layer_cost.h"
#include "analysis/quantizer/quantize_network.h"

namespace dcnsim {

struct Machine;

enum class CostKind {
  kSize,    ///< bits of weights, and of feature maps if outputs are allocated (the paper: size)
  kMacs,    ///< multiply-accumulates that read the tensor, times its width
  kEnergy,  ///< simulated, pJ an image
  kCycles   ///< simulated, cycles an image
};

/// Allocation cost by tensor and bits - lowest; `fixed` is what no width changes.
struct CostTables {
  std::vector<std::vector<double>> cost;
  double fixed = 0;
};

/// kSize and kMacs: linear in the width.
CostTables counted_costs(const FloatNetwork& network, const std::vector<Tensor>& tensors,
                         CostKind kind, int lowest, int highest);

/// Zero codes to expect in each layer's input at these widths, from the calibration images and the
/// float network: what rounds to 0 in the input's format.
std::vector<double> expected_zeros(NetworkQuantizer& quantizer, const QuantizeOptions& options);

/// Costs of one network on one machine. A layer's cost depends on the widths of its weights, inputs
/// and output only, so it is simulated once for each such combination.
class SimulatedCosts {
 public:
  /// `base` has the widths of what is not allocated. References must outlive it.
  SimulatedCosts(const Machine& machine, NetworkQuantizer& quantizer, std::vector<Tensor> tensors,
                 QuantizeOptions base, std::size_t jobs);

  /// Called before simulations (done 0) and as they end.
  std::function<void(std::size_t done, std::size_t total)> progress;

  /// Layers of the network at these widths, each as it was when its widths were first simulated.
  /// What layers share in time (refresh, open rows) moves a whole network's cost by less than 3e-4
  /// on cifar10_plain7 (two or three refreshes), by some per cent on one of a few microseconds.
  std::vector<LayerCost> layers(const std::vector<int>& widths);

  /// The whole network at each of these widths, simulated as it is.
  std::vector<LayerCost> networks(const std::vector<std::vector<int>>& allocations);

  /// Simulates what the allocations need and is not known yet, all at once.
  void learn(const std::vector<std::vector<int>>& allocations);

  /// One tensor's width varied, the others as in `around`: cost is the change against `around`,
  /// fixed the cost of `around`. Exact for any mix of widths as long as no layer sees two of them
  /// change (weights alone), else the linear part of it.
  CostTables tables(CostKind kind, const std::vector<int>& around, int lowest, int highest);

 private:
  /// Layer; bits of weights, inputs and output (0: none).
  using Key = std::array<int, 5>;
  std::vector<Key> keys(const std::vector<int>& widths);
  std::vector<std::vector<LayerCost>> simulate(const std::vector<std::vector<int>>& allocations);

  const Machine& machine_;
  NetworkQuantizer& quantizer_;
  std::vector<Tensor> tensors_;
  QuantizeOptions base_;
  std::size_t jobs_;
  std::map<Key, LayerCost> known_;
  std::map<std::vector<int>, LayerCost> known_networks_;
};

/// kEnergy in pJ or kCycles.
double cost_of(const LayerCost& cost, CostKind kind);

}  // namespace dcnsim
