// SPDX-License-Identifier: Apache-2.0
// What a layer sees of the map that it reads, value by value, from the meaning of MapView and Join
// alone.
#pragma once

#include <cstddef>

#include "workloads/network.h"

namespace dcnsim {

/// Calls visit(place in an input of shape `in`, layer or kNetworkInput, place in its output) for
/// every value but zeros, of `made` layers that have been run; places count rows, columns and
/// channels, channels innermost.
template <class Network, class Visit>
void for_each_seen(const Network& network, std::size_t made, int producer, const MapView& view,
                   const Shape& in, const Visit& visit) {
  const auto place = [](const Shape& shape, int y, int x, int c) {
    return static_cast<std::size_t>((y * shape.width + x) * shape.channels + c);
  };
  for (int y = 0; y < in.height; ++y) {
    for (int x = 0; x < in.width; ++x) {
      for (int c = view.zeros_before; c < in.channels - view.zeros_after; ++c) {
        const int row = view.row + y * view.stride_h, column = view.column + x * view.stride_w;
        const int channel = view.channel + c - view.zeros_before;
        if (producer == kNetworkInput) {
          visit(place(in, y, x, c), producer, place(network.input, row, column, channel));
          continue;
        }
        const Join& join = network.layers[static_cast<std::size_t>(producer)].node.join;
        for (std::size_t i = 0; i < made; ++i) {
          const LayerNode& writer = network.layers[i].node;
          const Shape output = writer.output_shape();
          const int own = channel - writer.join.channel;
          const bool writes =
              join.any() ? writer.join.map == join.map : static_cast<int>(i) == producer;
          if (!writes || own < 0 || own >= output.channels) continue;
          visit(place(in, y, x, c), static_cast<int>(i), place(output, row, column, own));
        }
      }
    }
  }
}

}  // namespace dcnsim
