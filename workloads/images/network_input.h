// SPDX-License-Identifier: Apache-2.0
// Images as a network's first layer takes them: pixels through the network's convention and the
// nodes in front of its first layer, values through these nodes alone. For pixels both together are
// a table of 256 numbers a channel.
//
// A number is computed in double precision, one operation after the other as convention and file
// have them. A float network gets it rounded to float once; a fixed-point network gets Quant of it,
// without rounding to float in between.
#pragma once

#include <cstddef>
#include <vector>

#include "workloads/images/dataset.h"
#include "workloads/network.h"

namespace dcnsim {

/// Throws std::invalid_argument if the images have another shape than `input`, a network's.
void require_shape(const Dataset& images, const Shape& input);

/// Throws std::invalid_argument if the images are floats and the network's file states no format
/// for them.
void require_input_format(const FixedNetwork& network, const Dataset& images);

/// 256 numbers a channel, those of channel 0 first: what pixels are to the network.
std::vector<double> pixel_table(const FloatNetwork& network);
std::vector<double> pixel_table(const FixedNetwork& network);

/// The input of a float network: rows, columns, channels.
class FloatInput {
 public:
  /// `images` stays. Throws std::invalid_argument if they have not the shape of the network's
  /// input, or the convention not its number of channels.
  FloatInput(const FloatNetwork& network, const Dataset& images);

  std::vector<float> operator()(std::size_t image) const;

 private:
  const Dataset& images_;
  InputConvention convention_;
  std::vector<float> table_;
};

/// The codes of a fixed-point network's input format.
class CodeInput {
 public:
  /// As FloatInput, and what require_input_format throws.
  CodeInput(const FixedNetwork& network, const Dataset& images);

  CodeTensor operator()(std::size_t image) const;

 private:
  const Dataset& images_;
  InputConvention convention_;
  Format format_;
  double step_;
  Rounding rounding_;
  std::vector<std::int32_t> table_;
};

}  // namespace dcnsim
