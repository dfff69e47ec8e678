// SPDX-License-Identifier: Apache-2.0
// The operators of NetworkBuilder that are or become a ReLU.
#include <limits>
#include <stdexcept>

#include "models/arch/config_fields.h"
#include "workloads/onnx/network_builder.h"

namespace dcnsim {

/// With 0 as its lower bound alone it is a ReLU.
void NetworkBuilder::clip() {
  constexpr double kNone = std::numeric_limits<float>::max();
  const auto bound = [&](const char* name, int index, double none) {
    const double given = attributes_->real(name, none);
    return has_input(index) ? scalar(constants_.get(input(index))) : given;
  };
  const double low = bound("min", 1, -kNone), high = bound("max", 2, kNone);
  if (high < kNone) {
    const bool is_of_image = activation(input(0)).producer == kNetworkInput;
    const bool is_like_relu6 = low == 0 && high > 0;
    throw std::runtime_error("its upper bound " + fields::decimal(high) + " is not supported: " +
                             (is_of_image     ? "clip the images before, and leave it out"
                              : is_like_relu6 ? "ReLU instead of ReLU6 would do"
                                              : "of activations the machine has ReLU only"));
  }
  if (low <= -kNone) return deliver(activation(input(0)));
  if (low == 0) return relu();
  throw std::runtime_error("its lower bound " + fields::decimal(low) +
                           " is not supported: of activations the machine has ReLU only");
}

void NetworkBuilder::relu() {
  const Activation from = activation(input(0));
  if (from.producer == kNetworkInput) operand(input(0));
  Layer* layer = changeable(input(0));
  std::vector<Layer*> passed;
  const auto is_pool = [](const Layer* l) { return l->node.kind == LayerKind::kPool; };
  if (layer != nullptr && is_pool(layer) && layer->non_negative) return deliver(from);
  while (layer != nullptr && is_pool(layer) && layer->node.pool.kind == PoolKind::kMax) {
    passed.push_back(layer);
    const bool may_pass = layer->sole_reader && layer->node.input != kNetworkInput;
    layer = may_pass ? &layers_[static_cast<std::size_t>(layer->node.input)] : nullptr;
  }
  if (layer != nullptr && !is_pool(layer)) {
    layer->node.relu = true;
    layer->non_negative = true;
    for (Layer* pool : passed) pool->non_negative = true;
    return deliver(from);
  }
  if (non_negative(from.producer)) return deliver(from);
  Layer& copy = copy_of(input(0));
  copy.node.relu = true;
  copy.non_negative = true;
}

}  // namespace dcnsim
