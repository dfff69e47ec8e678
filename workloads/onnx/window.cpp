// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/window.h"

#include <algorithm>
#include <stdexcept>

#include "models/base/text/printable.h"
#include "workloads/network.h"

namespace dcnsim {
namespace {

/// The attribute's `count` values, each at least `low`; `fallback` for each if it is not given.
std::vector<int> extents(Attributes& attributes, const char* name, std::size_t count,
                         std::int64_t low, int fallback) {
  const std::vector<std::int64_t> given = attributes.integers(name);
  if (given.empty()) return std::vector<int>(count, fallback);
  if (given.size() != count) {
    throw std::runtime_error("attribute " + std::string(name) + " has " +
                             std::to_string(given.size()) + " values, expected " +
                             std::to_string(count) + " (two-dimensional)");
  }
  std::vector<int> result;
  for (const std::int64_t value : given) result.push_back(extent_of(value, name, low));
  return result;
}

/// Padding of one axis for ceil(in / stride) outputs: {before, after}, the odd one after.
std::pair<int, int> same_padding(int in, std::int64_t span, int stride) {
  const int out = (in + stride - 1) / stride;
  const int total = extent_of(std::max<std::int64_t>(std::int64_t{out - 1} * stride + span - in, 0),
                              "padding", 0);
  return {total / 2, total - total / 2};
}

/// Padding that one more window needs, or 0 if there is none.
int missing(int in, int before, int after, int kernel, int stride) {
  const int beyond = in + before + after - kernel;
  if (beyond <= -stride || beyond % stride == 0) return 0;
  const int start = beyond < 0 ? 0 : (beyond / stride + 1) * stride;
  return start < in + before ? start - beyond : 0;
}

}  // namespace

int extent_of(std::int64_t value, const char* field, std::int64_t low) {
  if (value < low || value > kMaxExtent) {
    throw std::runtime_error(std::string(field) + ": " + std::to_string(value) +
                             " is not between " + std::to_string(low) + " and " +
                             std::to_string(kMaxExtent));
  }
  return static_cast<int>(value);
}

Window read_window(Attributes& attributes, const Shape& in, std::vector<std::int64_t> kernel) {
  const std::vector<std::int64_t> given = attributes.integers("kernel_shape");
  if (kernel.empty()) {
    if (given.empty()) throw std::runtime_error("has no kernel_shape");
    kernel = given;
  }
  if (!given.empty() && given != kernel) {
    throw std::runtime_error("attribute kernel_shape differs from the weights' dimensions");
  }
  if (kernel.size() != 2) throw std::runtime_error("the kernel is not two-dimensional");
  const std::vector<int> dilations = extents(attributes, "dilations", 2, 1, 1);
  const std::vector<int> strides = extents(attributes, "strides", 2, 1, 1);
  std::vector<int> pads = extents(attributes, "pads", 4, 0, 0);
  Window window;
  window.kernel_h = extent_of(kernel[0], "kernel height", 1);
  window.kernel_w = extent_of(kernel[1], "kernel width", 1);
  window.stride_h = strides[0];
  window.stride_w = strides[1];
  // Of a kernel of one row they say nothing.
  if (window.kernel_h > 1) window.dilation_h = dilations[0];
  if (window.kernel_w > 1) window.dilation_w = dilations[1];

  const std::string auto_pad = attributes.text("auto_pad", "NOTSET");
  if (auto_pad == "SAME_UPPER" || auto_pad == "SAME_LOWER") {
    auto [top, bottom] = same_padding(in.height, window.span_h(), window.stride_h);
    auto [left, right] = same_padding(in.width, window.span_w(), window.stride_w);
    if (auto_pad == "SAME_LOWER") {
      std::swap(top, bottom);
      std::swap(left, right);
    }
    pads = {top, left, bottom, right};
  } else if (auto_pad == "VALID") {
    pads = {0, 0, 0, 0};
  } else if (auto_pad != "NOTSET") {
    throw std::runtime_error("attribute auto_pad: " + printable(auto_pad) +
                             " is not SAME_UPPER, SAME_LOWER, VALID or NOTSET");
  }
  window.pad_top = pads[0];
  window.pad_left = pads[1];
  window.pad_bottom = pads[2];
  window.pad_right = pads[3];
  return window;
}

bool round_up(Window& window, const Shape& in) {
  const int bottom =
      missing(in.height, window.pad_top, window.pad_bottom, window.kernel_h, window.stride_h);
  const int right =
      missing(in.width, window.pad_left, window.pad_right, window.kernel_w, window.stride_w);
  window.pad_bottom += bottom;
  window.pad_right += right;
  return bottom + right > 0;
}

void check_padding(const Window& window) {
  if (std::max(window.pad_top, window.pad_bottom) < window.span_h() &&
      std::max(window.pad_left, window.pad_right) < window.span_w()) {
    return;
  }
  throw std::runtime_error(
      "pads " + std::to_string(window.pad_top) + ", " + std::to_string(window.pad_left) + ", " +
      std::to_string(window.pad_bottom) + ", " + std::to_string(window.pad_right) +
      " (top, left, bottom, right) around a kernel of " + std::to_string(window.kernel_h) + " x " +
      std::to_string(window.kernel_w) + ": the machine cannot pad by a whole kernel");
}

}  // namespace dcnsim
