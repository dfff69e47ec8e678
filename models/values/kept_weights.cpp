// SPDX-License-Identifier: Apache-2.0
#include "models/values/kept_weights.h"

namespace dcnsim {

KeptWeights::Layer& KeptWeights::of(std::size_t index, const Descriptor& descriptor) {
  Descriptor layer = descriptor;
  layer.input_address = layer.input2_address = layer.output_address = 0;
  const DescriptorBytes bytes = encode(layer);
  if (known_.size() <= index) known_.resize(index + 1);
  Known& known = known_[index];
  if (known.descriptor != bytes) known = {bytes, {}};
  return known.layer;
}

}  // namespace dcnsim
