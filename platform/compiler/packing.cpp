// SPDX-License-Identifier: Apache-2.0
// Tensors in the form in which they lie in memory.
#include <algorithm>

#include "models/arch/memory_layout.h"
#include "models/numeric/bitpack.h"
#include "platform/compiler/program.h"

namespace dcnsim {

std::vector<std::uint8_t> pack_map(const CodeTensor& map, int bus_bytes) {
  const Shape shape = map.shape();
  const Format& format = map.format();
  const std::int64_t pitch = row_pitch_bytes(shape, format.bits, bus_bytes);
  const auto row_codes =
      static_cast<std::size_t>(shape.width) * static_cast<std::size_t>(shape.channels);
  std::vector<std::uint8_t> packed(
      static_cast<std::size_t>(map_bytes(shape, format.bits, bus_bytes)));
  for (int y = 0; y < shape.height; ++y) {
    pack_codes(map.data() + map.index(y, 0, 0) * static_cast<std::size_t>(format.host_bytes()),
               format, row_codes, packed.data() + y * pitch, 0);
  }
  return packed;
}

CodeTensor unpack_map(const std::uint8_t* packed, const Shape& shape, const Format& format,
                      int bus_bytes) {
  CodeTensor map(shape, format);
  const std::int64_t pitch = row_pitch_bytes(shape, format.bits, bus_bytes);
  const auto row_codes =
      static_cast<std::size_t>(shape.width) * static_cast<std::size_t>(shape.channels);
  for (int y = 0; y < shape.height; ++y) {
    unpack_codes(packed + y * pitch, 0, format, row_codes,
                 map.data() + map.index(y, 0, 0) * static_cast<std::size_t>(format.host_bytes()));
  }
  return map;
}

}  // namespace dcnsim
