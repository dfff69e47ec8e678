// SPDX-License-Identifier: Apache-2.0
#include "models/values/kept_weights.h"

namespace dcnsim {
namespace {

std::uint64_t weights_of(const Descriptor& d) {
  if (d.kind != LayerKind::kConv) return 0;
  return static_cast<std::uint64_t>(d.conv.out_channels) *
         static_cast<std::uint64_t>(d.conv.reduction());
}

}  // namespace

KeptWeights::Layer& KeptWeights::of(std::size_t index, const Descriptor& descriptor) {
  Descriptor layer = descriptor;
  layer.input_address = layer.input2_address = layer.output_address = 0;
  const DescriptorBytes bytes = encode(layer);
  if (index < known_.size() && known_[index].descriptor == bytes) return known_[index].layer;
  const std::uint64_t codes = weights_of(layer);
  if (index < known_.size()) codes_ -= known_[index].codes;
  if (codes_ + codes > kMostCodes) {
    known_.clear();
    codes_ = 0;
  }
  codes_ += codes;
  if (known_.size() <= index) known_.resize(index + 1);
  known_[index] = {bytes, {}, codes};
  return known_[index].layer;
}

}  // namespace dcnsim
