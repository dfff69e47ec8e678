// SPDX-License-Identifier: Apache-2.0
// Tensors in the form in which they lie in memory.
#include <utility>

#include "models/arch/memory_layout.h"
#include "models/numeric/bitpack.h"
#include "platform/compiler/program.h"

namespace dcnsim {
namespace {

/// Calls visit(plane) for all planes of a map, in the order in which they lie.
template <class Visit>
void for_each_plane(const MapLayout& layout, const Visit& visit) {
  for (int channel = 0; channel < layout.shape().channels; channel += layout.segment()) {
    visit(layout.plane(channel));
  }
}

std::size_t row_codes(const Shape& shape) {
  return static_cast<std::size_t>(shape.width) * static_cast<std::size_t>(shape.channels);
}

}  // namespace

std::vector<std::uint8_t> pack_map(const CodeTensor& map, int bus_bytes, int segment) {
  const Format& format = map.format();
  const auto unit = static_cast<std::size_t>(format.host_bytes());
  const MapLayout layout(map.shape(), format.bits, segment, bus_bytes);
  std::vector<std::uint8_t> packed(static_cast<std::size_t>(layout.bytes()));
  for_each_plane(layout, [&](const MapPlane& plane) {
    const CodeTensor part = slice_channels(map, plane.channel0, plane.channels());
    for (int y = 0; y < part.shape().height; ++y) {
      pack_codes(part.data() + part.index(y, 0, 0) * unit, format, row_codes(part.shape()),
                 packed.data() + plane.offset + y * plane.row_pitch, 0);
    }
  });
  return packed;
}

CodeTensor unpack_map(const std::uint8_t* packed, const Shape& shape, const Format& format,
                      int bus_bytes, int segment) {
  CodeTensor map(shape, format);
  const auto unit = static_cast<std::size_t>(format.host_bytes());
  for_each_plane(MapLayout(shape, format.bits, segment, bus_bytes), [&](const MapPlane& plane) {
    CodeTensor part({shape.height, shape.width, plane.channels()}, format);
    for (int y = 0; y < shape.height; ++y) {
      unpack_codes(packed + plane.offset + y * plane.row_pitch, 0, format, row_codes(part.shape()),
                   part.data() + part.index(y, 0, 0) * unit);
    }
    merge_channels(std::move(part), plane.channel0, map);
  });
  return map;
}

}  // namespace dcnsim
