// SPDX-License-Identifier: Apache-2.0
// How a tensor of an ONNX graph lays out a feature map: Transpose, Reshape, Flatten, Squeeze and
// Unsqueeze move no data here, they change the view through which the next node sees the map. So
// N x H x W x C graphs, vectors and matrices of pixels need no layers of their own.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/numeric/tensor.h"

namespace dcnsim {

enum class MapAxis : std::uint8_t { kChannel, kRow, kColumn };

/// The map's axes behind each dimension of a tensor, outermost first. Axes of extent 1 are nowhere;
/// the batch is 1. N x C x H x W is {{}, {C}, {H}, {W}}, flattened {{}, {C, H, W}}.
using View = std::vector<std::vector<MapAxis>>;

/// Extents of a tensor's dimensions.
using Dims = std::vector<std::int64_t>;

/// "[1 x 3 x 16]".
std::string text(const Dims& dims);

int extent(const Shape& shape, MapAxis axis);

/// N x C x H x W.
View map_view(const Shape& shape);

/// The axes of all dimensions, outermost first: the order in which the tensor has its elements.
std::vector<MapAxis> axes_in_order(const View& view);

/// "1 x H x W x C"; a dimension that holds more than one axis is "HW".
std::string text(const View& view);

Dims extents(const View& view, const Shape& shape);

/// The view of the same elements in the same order with other dimensions. Throws
/// std::runtime_error if a dimension holds part of an axis.
View reshaped(const View& view, const Shape& shape, const Dims& dims);

/// Each position along `axes` (a dimension of a view) as an index into a map that is stored rows,
/// columns, channels; axes that are not there are at 0.
std::vector<std::size_t> positions(const std::vector<MapAxis>& axes, const Shape& shape);

}  // namespace dcnsim
