// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/view.h"

#include <stdexcept>

#include "models/base/text/printable.h"

namespace dcnsim {
namespace {

std::vector<MapAxis> dimension(const Shape& shape, MapAxis axis) {
  return extent(shape, axis) > 1 ? std::vector<MapAxis>{axis} : std::vector<MapAxis>{};
}

std::size_t stride(const Shape& shape, MapAxis axis) {
  switch (axis) {
    case MapAxis::kChannel:
      return 1;
    case MapAxis::kRow:
      return static_cast<std::size_t>(shape.width) * static_cast<std::size_t>(shape.channels);
    case MapAxis::kColumn:
      break;
  }
  return static_cast<std::size_t>(shape.channels);
}

char letter(MapAxis axis) {
  switch (axis) {
    case MapAxis::kChannel:
      return 'C';
    case MapAxis::kRow:
      return 'H';
    case MapAxis::kColumn:
      break;
  }
  return 'W';
}

}  // namespace

std::string text(const Dims& dims) {
  constexpr std::size_t kShown = 8;
  std::vector<std::string> extents;
  for (const std::int64_t dim : dims) extents.push_back(std::to_string(dim));
  return "[" + listed(extents, " x ", kShown) + "]";
}

std::string text(const View& view) {
  std::vector<std::string> names;
  for (const std::vector<MapAxis>& axes : view) {
    std::string& name = names.emplace_back(axes.empty() ? "1" : "");
    for (const MapAxis axis : axes) name += letter(axis);
  }
  return listed(names, " x ", names.size());
}

int extent(const Shape& shape, MapAxis axis) {
  switch (axis) {
    case MapAxis::kChannel:
      return shape.channels;
    case MapAxis::kRow:
      return shape.height;
    case MapAxis::kColumn:
      break;
  }
  return shape.width;
}

View map_view(const Shape& shape) {
  return {{},
          dimension(shape, MapAxis::kChannel),
          dimension(shape, MapAxis::kRow),
          dimension(shape, MapAxis::kColumn)};
}

Dims extents(const View& view, const Shape& shape) {
  Dims dims;
  for (const std::vector<MapAxis>& axes : view) {
    std::int64_t product = 1;
    for (const MapAxis axis : axes) product *= extent(shape, axis);
    dims.push_back(product);
  }
  return dims;
}

std::vector<MapAxis> axes_in_order(const View& view) {
  std::vector<MapAxis> axes;
  for (const std::vector<MapAxis>& dimension : view) {
    axes.insert(axes.end(), dimension.begin(), dimension.end());
  }
  return axes;
}

View reshaped(const View& view, const Shape& shape, const Dims& dims) {
  const std::vector<MapAxis> axes = axes_in_order(view);
  View result;
  std::size_t next = 0;
  for (const std::int64_t dim : dims) {
    std::vector<MapAxis>& dimension = result.emplace_back();
    std::int64_t product = 1;
    while (product < dim && next < axes.size()) {
      product *= extent(shape, axes[next]);
      dimension.push_back(axes[next++]);
    }
    if (product != dim) {
      throw std::runtime_error("to " + text(dims) + ": cuts an axis of " +
                               text(extents(view, shape)) +
                               ", only whole axes can be merged or kept");
    }
  }
  return result;
}

std::vector<std::size_t> positions(const std::vector<MapAxis>& axes, const Shape& shape) {
  std::vector<std::size_t> result{0};
  for (const MapAxis axis : axes) {
    std::vector<std::size_t> longer;
    longer.reserve(result.size() * static_cast<std::size_t>(extent(shape, axis)));
    for (const std::size_t outer : result) {
      for (int i = 0; i < extent(shape, axis); ++i) {
        longer.push_back(outer + static_cast<std::size_t>(i) * stride(shape, axis));
      }
    }
    result = std::move(longer);
  }
  return result;
}

}  // namespace dcnsim
