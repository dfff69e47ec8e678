// SPDX-License-Identifier: Apache-2.0
#include "analysis/inference/layer_dump.h"

#include "workloads/images/npy_file.h"

namespace dcnsim {

std::string dump_bytes(const std::vector<CodeTensor>& maps) {
  const Shape shape = maps.front().shape();
  const Format format = maps.front().format();
  const auto size = [](int extent) { return static_cast<std::size_t>(extent); };
  std::string elements;
  for (const CodeTensor& map : maps) {
    for (int c = 0; c < shape.channels; ++c) {
      for (int y = 0; y < shape.height; ++y) {
        for (int x = 0; x < shape.width; ++x) {
          const auto code = static_cast<std::uint32_t>(map.at(y, x, c));
          for (int byte = 0; byte < format.host_bytes(); ++byte) {
            elements += static_cast<char>(code >> (8 * byte) & 255U);
          }
        }
      }
    }
  }
  const NpyType type{format.is_signed ? NpyType::Kind::kSigned : NpyType::Kind::kUnsigned,
                     size(format.host_bytes())};
  return npy_bytes(type, {maps.size(), size(shape.channels), size(shape.height), size(shape.width)},
                   elements);
}

}  // namespace dcnsim
