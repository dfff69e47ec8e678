// SPDX-License-Identifier: Apache-2.0
// Kernel, strides and padding as the ONNX operators Conv, MaxPool and AveragePool state them.
#pragma once

#include "models/numeric/conv.h"
#include "models/numeric/post.h"
#include "workloads/onnx/attributes.h"

namespace dcnsim {

/// Zeros around a map.
struct Pads {
  int top = 0, left = 0, bottom = 0, right = 0;

  bool any() const { return top + left + bottom + right > 0; }
  Shape around(const Shape& shape) const {
    return {shape.height + top + bottom, shape.width + left + right, shape.channels};
  }
};

struct Window {
  int kernel_h = 1, kernel_w = 1;
  int stride_h = 1, stride_w = 1;
  int dilation_h = 1, dilation_w = 1;
  int pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;

  bool is_dilated() const { return dilation_h > 1 || dilation_w > 1; }
  /// From the first to the last row or column that it sees; at most 2^32.
  std::int64_t span_h() const { return (std::int64_t{kernel_h} - 1) * dilation_h + 1; }
  std::int64_t span_w() const { return (std::int64_t{kernel_w} - 1) * dilation_w + 1; }
  bool is_padded() const { return pad_top + pad_left + pad_bottom + pad_right > 0; }
  /// Takes in a Pad node before it.
  void add(const Pads& pads) {
    pad_top += pads.top;
    pad_left += pads.left;
    pad_bottom += pads.bottom;
    pad_right += pads.right;
  }
  template <class Geometry>
  void copy_to(Geometry& geometry) const {
    geometry.kernel_h = kernel_h;
    geometry.kernel_w = kernel_w;
    geometry.stride_h = stride_h;
    geometry.stride_w = stride_w;
    geometry.pad_top = pad_top;
    geometry.pad_left = pad_left;
    geometry.pad_bottom = pad_bottom;
    geometry.pad_right = pad_right;
  }
};

/// `value` as an extent from `low` to kMaxExtent; throws std::runtime_error naming `field`.
int extent_of(std::int64_t value, const char* field, std::int64_t low);

/// Asks for kernel_shape, strides, pads, auto_pad, dilations. `kernel`: height and width if the
/// weights say so already, else empty. Throws std::runtime_error naming the attribute.
Window read_window(Attributes& attributes, const Shape& in, std::vector<std::int64_t> kernel);

/// ceil_mode = 1 as PyTorch means it: pads bottom and right so that no input is left over, but not
/// for a window that would begin beyond the input and its own padding. Returns whether it did.
bool round_up(Window& window, const Shape& in);

/// Throws std::runtime_error if a padding is as large as the kernel or larger: windows of padding
/// alone are nothing the machine can do.
void check_padding(const Window& window);

}  // namespace dcnsim
