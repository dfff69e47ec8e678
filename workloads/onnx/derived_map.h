// SPDX-License-Identifier: Apache-2.0
// Maps that no layer makes: parts of others, zeros, and several of them side by side, as Slice,
// Split, Pad and Concat nodes make them. Always in one form, a list of pieces along the channels,
// however many such nodes follow one another.
#pragma once

#include <optional>
#include <vector>

#include "workloads/network.h"
#include "workloads/onnx/quant_spec.h"

namespace dcnsim {

/// Some of the channels of a layer's output, or of the image; or channels of zeros.
struct MapPiece {
  int producer = kNetworkInput;
  bool is_zeros = false;
  int channel = 0, channels = 0;
  int row = 0, column = 0;  ///< the producer's that are the first
  int stride_h = 1, stride_w = 1;
  int rows = 1, columns = 1;
  std::optional<QuantSpec> spec;  ///< to which values are brought, if not as the producer has them

  /// Of the same rows and columns.
  bool has_pixels_of(const MapPiece& other) const {
    return row == other.row && column == other.column && stride_h == other.stride_h &&
           stride_w == other.stride_w && rows == other.rows && columns == other.columns;
  }
  /// Whether the values are those of `other`, if all of its channels are.
  bool has_values_of(const MapPiece& other) const;
};

struct DerivedMap {
  Shape shape;
  std::vector<MapPiece> pieces;
};

/// Channels [first, first + count) of a map.
std::vector<MapPiece> channels_of(const std::vector<MapPiece>& pieces, int first, int count);

/// With pieces that go on with each other made one.
std::vector<MapPiece> merged(const std::vector<MapPiece>& pieces);

}  // namespace dcnsim
