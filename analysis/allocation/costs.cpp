// SPDX-License-Identifier: Apache-2.0
#include "analysis/allocation/costs.h"

#include <algorithm>
#include <set>
#include <stdexcept>

#include "analysis/evaluation/machine.h"
#include "workloads/map_parts.h"

namespace dcnsim {
namespace {

using Widths = std::vector<int>;

/// Groups of tensors such that no layer sees two of a group: one simulation varies them together.
/// touched[i]: layers that see tensor i.
std::vector<std::vector<std::size_t>> independent_groups(
    const std::vector<std::set<std::size_t>>& touched) {
  std::vector<std::vector<std::size_t>> groups;
  std::vector<std::set<std::size_t>> taken;
  for (std::size_t tensor = 0; tensor < touched.size(); ++tensor) {
    const auto clashes = [&](const std::set<std::size_t>& layers) {
      return std::any_of(touched[tensor].begin(), touched[tensor].end(),
                         [&](std::size_t layer) { return layers.count(layer) > 0; });
    };
    const auto free = std::find_if_not(taken.begin(), taken.end(), clashes);
    const auto group = static_cast<std::size_t>(free - taken.begin());
    if (free == taken.end()) {
      taken.emplace_back();
      groups.emplace_back();
    }
    taken[group].insert(touched[tensor].begin(), touched[tensor].end());
    groups[group].push_back(tensor);
  }
  return groups;
}

}  // namespace

CostTables counted_costs(const FloatNetwork& network, const std::vector<Tensor>& tensors,
                         CostKind kind, int lowest, int highest) {
  CostTables tables;
  for (const Tensor& tensor : tensors) {
    const auto per_bit = static_cast<double>(kind == CostKind::kSize ? elements(network, tensor)
                                                                     : macs(network, tensor));
    std::vector<double> costs;
    for (int bits = lowest; bits <= highest; ++bits) costs.push_back(per_bit * bits);
    tables.cost.push_back(std::move(costs));
  }
  return tables;
}

std::vector<double> expected_zeros(NetworkQuantizer& quantizer, const QuantizeOptions& options) {
  const std::vector<LayerFormats> formats = quantizer.formats(options);
  const Calibration& calibration = quantizer.calibration();
  const Format input = quantizer.input_format(options);
  const MapParts<FloatNetwork> maps(quantizer.network());
  std::vector<double> zeros;
  for (const auto& layer : quantizer.network().layers) {
    const LayerNode& node = layer.node;
    double all = 0, elements = 0;
    for (const MapPart& part : maps.seen(node.input, node.view, node.input_shape())) {
      const auto index = static_cast<std::size_t>(part.producer);
      const double share = part.producer == kNetworkInput
                               ? calibration.input.zero_fraction(input)
                               : calibration.outputs[index].zero_fraction(
                                     formats[index].output.format, formats[index].output.step);
      const auto count = static_cast<double>(part.shape.elements());
      all += count * share;
      elements += count;
    }
    zeros.push_back(all / elements);
  }
  return zeros;
}

SimulatedCosts::SimulatedCosts(const Machine& machine, NetworkQuantizer& quantizer,
                               std::vector<Tensor> tensors, QuantizeOptions base, std::size_t jobs)
    : machine_(machine),
      quantizer_(quantizer),
      tensors_(std::move(tensors)),
      base_(std::move(base)),
      jobs_(jobs) {}

std::vector<SimulatedCosts::Key> SimulatedCosts::keys(const Widths& widths) {
  const FloatNetwork& network = quantizer_.network();
  const auto formats = quantizer_.formats(with_widths(network, tensors_, widths, base_));
  const auto bits_of = [&](int producer) {
    return producer == kNetworkInput
               ? base_.input_bits
               : formats[static_cast<std::size_t>(producer)].output.format.bits;
  };
  std::vector<Key> keys;
  for (std::size_t i = 0; i < formats.size(); ++i) {
    const LayerNode& node = network.layers[i].node;
    keys.push_back({static_cast<int>(i),
                    node.kind == LayerKind::kConv ? formats[i].weight.format.bits : 0,
                    bits_of(node.input), node.kind == LayerKind::kAdd ? bits_of(node.input2) : 0,
                    formats[i].output.format.bits});
  }
  return keys;
}

void SimulatedCosts::learn(const std::vector<Widths>& allocations) {
  std::vector<Widths> wanted;
  std::set<Key> covered;
  for (const Widths& widths : allocations) {
    bool is_new = false;
    for (const Key& key : keys(widths)) {
      is_new |= known_.count(key) == 0 && covered.insert(key).second;
    }
    if (is_new) wanted.push_back(widths);
  }
  const auto results = simulate(wanted);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const std::vector<Key> at = keys(wanted[i]);
    for (std::size_t layer = 0; layer < at.size(); ++layer) {
      known_.emplace(at[layer], results[i].at(layer));
    }
  }
}

std::vector<std::vector<LayerCost>> SimulatedCosts::simulate(
    const std::vector<Widths>& allocations) {
  if (allocations.empty()) return {};
  if (progress) progress(0, allocations.size());
  const auto make = [&](std::size_t index) {
    const QuantizeOptions options =
        with_widths(quantizer_.network(), tensors_, allocations[index], base_);
    return Candidate{quantizer_.quantize(options).network, expected_zeros(quantizer_, options)};
  };
  return simulate_costs(machine_, allocations.size(), make, jobs_, [&](std::size_t done) {
    if (progress) progress(done, allocations.size());
  });
}

std::vector<LayerCost> SimulatedCosts::networks(const std::vector<Widths>& allocations) {
  std::set<Widths> unknown;
  for (const Widths& widths : allocations) {
    if (known_networks_.count(widths) == 0) unknown.insert(widths);
  }
  const std::vector<Widths> wanted(unknown.begin(), unknown.end());
  const auto results = simulate(wanted);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    known_networks_.emplace(wanted[i], total(results[i]));
  }
  std::vector<LayerCost> costs;
  for (const Widths& widths : allocations) costs.push_back(known_networks_.at(widths));
  return costs;
}

std::vector<LayerCost> SimulatedCosts::layers(const Widths& widths) {
  learn({widths});
  std::vector<LayerCost> costs;
  for (const Key& key : keys(widths)) costs.push_back(known_.at(key));
  return costs;
}

CostTables SimulatedCosts::tables(CostKind kind, const Widths& around, int lowest, int highest) {
  const auto varied = [&](const std::vector<std::size_t>& tensors, int bits) {
    Widths widths = around;
    for (const std::size_t tensor : tensors) widths[tensor] = bits;
    return widths;
  };
  const std::vector<Key> reference = keys(around);
  std::vector<std::set<std::size_t>> touched(tensors_.size());
  for (std::size_t tensor = 0; tensor < tensors_.size(); ++tensor) {
    const std::vector<Key> changed =
        keys(varied({tensor}, around[tensor] == lowest ? highest : lowest));
    for (std::size_t layer = 0; layer < changed.size(); ++layer) {
      if (changed[layer] != reference[layer]) touched[tensor].insert(layer);
    }
  }
  std::vector<Widths> allocations{around};
  for (const std::vector<std::size_t>& group : independent_groups(touched)) {
    for (int bits = lowest; bits <= highest; ++bits) allocations.push_back(varied(group, bits));
  }
  learn(allocations);

  CostTables tables;
  tables.fixed = cost_of(total(layers(around)), kind);
  for (std::size_t tensor = 0; tensor < tensors_.size(); ++tensor) {
    std::vector<double> costs;
    for (int bits = lowest; bits <= highest; ++bits) {
      costs.push_back(cost_of(total(layers(varied({tensor}, bits))), kind) - tables.fixed);
    }
    tables.cost.push_back(std::move(costs));
  }
  return tables;
}

double cost_of(const LayerCost& cost, CostKind kind) {
  return kind == CostKind::kCycles ? static_cast<double>(cost.cycles) : cost.energy_pj;
}

}  // namespace dcnsim
