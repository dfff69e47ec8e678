// SPDX-License-Identifier: Apache-2.0
// Tensors in the form in which they lie in memory.
#include <algorithm>
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

/// Calls visit(place among the host's bytes, codes, place among the packed bytes) for the strips of
/// a plane, whose codes are those of `part`.
template <class Visit>
void for_each_strip(const MapLayout& layout, const MapPlane& plane, const CodeTensor& part,
                    const Visit& visit) {
  const Shape& shape = part.shape();
  for (int y = 0; y < shape.height; ++y) {
    std::int64_t at = plane.offset + y * plane.row_pitch;
    for (int x = 0; x < shape.width; x += layout.strip(), at += plane.strip_pitch) {
      const int pixels = std::min(layout.strip(), shape.width - x);
      visit(part.index(y, x, 0) * static_cast<std::size_t>(part.format().host_bytes()),
            static_cast<std::size_t>(pixels) * static_cast<std::size_t>(shape.channels),
            static_cast<std::size_t>(at));
    }
  }
}

}  // namespace

std::vector<std::uint8_t> pack_map(const CodeTensor& map, int bus_bytes, int segment, int strip) {
  const MapLayout layout(map.shape(), map.format().bits, segment, strip, bus_bytes);
  std::vector<std::uint8_t> packed(static_cast<std::size_t>(layout.bytes()));
  for_each_plane(layout, [&](const MapPlane& plane) {
    const CodeTensor part = slice_channels(map, plane.channel0, plane.channels());
    for_each_strip(layout, plane, part, [&](std::size_t from, std::size_t codes, std::size_t to) {
      pack_codes(part.data() + from, map.format(), codes, packed.data() + to, 0);
    });
  });
  return packed;
}

CodeTensor unpack_map(const std::uint8_t* packed, const Shape& shape, const Format& format,
                      int bus_bytes, int segment, int strip) {
  CodeTensor map(shape, format);
  const MapLayout layout(shape, format.bits, segment, strip, bus_bytes);
  for_each_plane(layout, [&](const MapPlane& plane) {
    CodeTensor part({shape.height, shape.width, plane.channels()}, format);
    for_each_strip(layout, plane, part, [&](std::size_t to, std::size_t codes, std::size_t from) {
      unpack_codes(packed + from, 0, format, codes, part.data() + to);
    });
    merge_channels(std::move(part), plane.channel0, map);
  });
  return map;
}

}  // namespace dcnsim
