// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/derived_map.h"

#include <algorithm>

namespace dcnsim {

bool MapPiece::has_values_of(const MapPiece& other) const {
  if (is_zeros || other.is_zeros) return is_zeros && other.is_zeros;
  const bool same_spec =
      spec.has_value() == other.spec.has_value() && (!spec || *spec == *other.spec);
  return producer == other.producer && has_pixels_of(other) && same_spec;
}

std::vector<MapPiece> channels_of(const std::vector<MapPiece>& pieces, int first, int count) {
  std::vector<MapPiece> result;
  int at = 0;
  for (MapPiece piece : pieces) {
    const int from = std::max(first, at), to = std::min(first + count, at + piece.channels);
    const int begins = at;
    at += piece.channels;
    if (from >= to) continue;
    piece.channel += from - begins;
    piece.channels = to - from;
    result.push_back(piece);
  }
  return result;
}

std::vector<MapPiece> merged(const std::vector<MapPiece>& pieces) {
  std::vector<MapPiece> result;
  for (const MapPiece& piece : pieces) {
    const bool goes_on =
        !result.empty() && piece.has_values_of(result.back()) &&
        (piece.is_zeros || piece.channel == result.back().channel + result.back().channels);
    if (goes_on) {
      result.back().channels += piece.channels;
    } else {
      result.push_back(piece);
    }
  }
  return result;
}

}  // namespace dcnsim
