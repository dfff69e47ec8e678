// SPDX-License-Identifier: Apache-2.0
// The layers of a network as descriptors, before they are mapped and placed.
#pragma once

#include <vector>

#include "models/arch/descriptor.h"
#include "workloads/network.h"

namespace dcnsim {

/// One a layer, without tiling and addresses, and with planes for maps that layers write or read in
/// ranges of channels: each range is whole planes, and so a map of its own. Throws what
/// validate(network) throws, and std::runtime_error naming the layer: geometry beyond a descriptor,
/// biases beyond their place in memory, multipliers beyond those of the requantizer.
std::vector<Descriptor> describe(const FixedNetwork& network, const Accumulator& accumulator);

/// The layer as one tile: a tiling that is valid for every layer, though few buffers hold it.
Tiling one_tile(const Descriptor& layer);

}  // namespace dcnsim
