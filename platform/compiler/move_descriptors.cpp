// SPDX-License-Identifier: Apache-2.0
#include "platform/compiler/move_descriptors.h"

#include <algorithm>

#include "models/arch/descriptor.h"

namespace dcnsim {

void move(Descriptor& d, std::uint64_t weights, std::uint64_t maps) {
  if (!d.input_on_chip) d.input_address += maps;
  if (!d.output_on_chip) d.output_address += maps;
  if (d.kind == LayerKind::kAdd) d.input2_address += maps;
  if (d.kind == LayerKind::kConv || d.has_table()) d.weight_address += weights;
}

void move_descriptors(std::uint8_t* list, std::size_t count, std::uint64_t weights,
                      std::uint64_t maps) {
  for (std::size_t i = 0; i < count; ++i, list += kDescriptorBytes) {
    DescriptorBytes bytes;
    std::copy_n(list, kDescriptorBytes, bytes.begin());
    Descriptor d = decode(bytes);
    move(d, weights, maps);
    bytes = encode(d);
    std::copy(bytes.begin(), bytes.end(), list);
  }
}

}  // namespace dcnsim
