// SPDX-License-Identifier: Apache-2.0
#include "workloads/images/network_input.h"

#include <algorithm>
#include <stdexcept>

#include "models/base/text/printable.h"
#include "models/numeric/rounding.h"
#include "workloads/pixel_table.h"

namespace dcnsim {
namespace {

/// Calls take(position, channel, number) for each position of HWC order, where `number` is the
/// pixel or value there.
template <class Number, class Take>
void for_each_number(const std::vector<Number>& planes, const Shape& shape, std::size_t image,
                     bool bgr, const Take& take) {
  const auto channels = static_cast<std::size_t>(shape.channels);
  const std::size_t plane = shape.elements() / channels;
  const Number* const first = planes.data() + image * shape.elements();
  for (std::size_t c = 0; c < channels; ++c) {
    const Number* const from = first + (bgr ? channels - 1 - c : c) * plane;
    for (std::size_t i = 0; i < plane; ++i) take(i * channels + c, c, from[i]);
  }
}

}  // namespace

void require_shape(const Dataset& images, const Shape& input) {
  if (images.shape == input) return;
  throw std::invalid_argument("images are " + to_string(images.shape) +
                              ", the network's input is " + to_string(input));
}

void require_input_format(const FixedNetwork& network, const Dataset& images) {
  if (!network.input_is_assumed || images.has_pixels()) return;
  throw std::invalid_argument("input '" + printable(network.input_name) +
                              "' has no Quant node, so that images of floats have no format; "
                              "images of uint8 pixels, or a Quant node on the input would do");
}

std::vector<double> pixel_table(const FloatNetwork& network) {
  return pixel_table(network.convention, network.input.channels);
}

std::vector<double> pixel_table(const FixedNetwork& network) {
  return pixel_table(network.convention, network.input.channels);
}

FloatInput::FloatInput(const FloatNetwork& network, const Dataset& images)
    : images_(images), convention_(network.convention) {
  require_shape(images, network.input);
  const std::vector<double> table = pixel_table(network);
  table_.assign(table.begin(), table.end());
}

std::vector<float> FloatInput::operator()(std::size_t image) const {
  const Shape& shape = images_.shape;
  std::vector<float> input(shape.elements());
  if (images_.has_pixels()) {
    for_each_number(images_.pixels, shape, image, convention_.bgr(),
                    [&](std::size_t at, std::size_t channel, std::uint8_t pixel) {
                      input[at] = table_[channel * kPixelValues + pixel];
                    });
  } else {
    for_each_number(images_.values, shape, image, false,
                    [&](std::size_t at, std::size_t channel, float value) {
                      input[at] = static_cast<float>(apply(convention_.chain, value, channel));
                    });
  }
  return input;
}

CodeInput::CodeInput(const FixedNetwork& network, const Dataset& images)
    : images_(images),
      convention_(network.convention),
      format_(network.input_format),
      step_(network.input_step),
      rounding_(network.input_rounding) {
  require_shape(images, network.input);
  require_input_format(network, images);
  for (const double value : pixel_table(network)) table_.push_back(network.input_code(value));
}

CodeTensor CodeInput::operator()(std::size_t image) const {
  CodeTensor input(images_.shape, format_);
  if (images_.has_pixels()) {
    for_each_number(images_.pixels, images_.shape, image, convention_.bgr(),
                    [&](std::size_t at, std::size_t channel, std::uint8_t pixel) {
                      input.set(at, table_[channel * kPixelValues + pixel]);
                    });
  } else {
    for_each_number(images_.values, images_.shape, image, false,
                    [&](std::size_t at, std::size_t channel, float value) {
                      const double number = apply(convention_.chain, value, channel);
                      input.set(at, quantize(number / step_, format_, rounding_));
                    });
  }
  return input;
}

}  // namespace dcnsim
