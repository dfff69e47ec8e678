// SPDX-License-Identifier: Apache-2.0
// What a pixel of 8 bits means to a network: the arithmetic that training scripts do on images
// before they reach the network's graph.
//
//     value = (pixel * scale - mean) / std        by channel, in double precision
//
// Text: parts joined by commas, a name first: raw (the pixel itself, 0..255), unit (pixel / 255),
// signed (pixel / 127.5 - 1), cifar10 and imagenet (unit, with these data sets' mean and
// deviation); then scale=S, mean=M, std=D, rgb, bgr. Numbers are decimal, scales fractions as well
// (scale=1/256); mean and std are one number, or one a channel joined by colons, in the order of
// the network's channels. With bgr the network's first channel is the images' last.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace dcnsim {

struct PixelConvention {
  double numerator = 1, denominator = 1;  ///< the scale: 1 and 255 for unit
  std::vector<double> mean, deviation;    ///< none (0 and 1), one, or one a channel
  bool bgr = false;

  double value(std::size_t channel, int pixel) const;
  /// Values are the pixels themselves, whatever their channels' order.
  bool is_raw() const;
  /// Throws std::invalid_argument if the numbers by channel are not as many as `channels`.
  void require_channels(int channels) const;

  friend bool operator==(const PixelConvention& a, const PixelConvention& b) {
    return a.numerator == b.numerator && a.denominator == b.denominator && a.mean == b.mean &&
           a.deviation == b.deviation && a.bgr == b.bgr;
  }
  friend bool operator!=(const PixelConvention& a, const PixelConvention& b) { return !(a == b); }
};

/// The conventions that have names, raw first.
const std::vector<std::pair<std::string, PixelConvention>>& named_conventions();

/// Throws std::invalid_argument: the part that is none, with what was expected.
PixelConvention parse_convention(const std::string& text);

/// The shortest text: parse_convention gives an equal convention of it.
std::string to_string(const PixelConvention& convention);

}  // namespace dcnsim
