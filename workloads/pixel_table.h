// SPDX-License-Identifier: Apache-2.0
// What each pixel of 8 bits is to a network, and the format that holds these numbers.
#pragma once

#include <vector>

#include "models/numeric/format.h"
#include "workloads/network.h"

namespace dcnsim {

inline constexpr int kPixelValues = 256;

/// kPixelValues numbers a channel, those of channel 0 first: pixels through the convention and the
/// nodes of the graph. Throws std::invalid_argument if the convention is none for so many channels.
std::vector<double> pixel_table(const InputConvention& convention, int channels);

/// The format of so many bits, signed if a number is negative, with the least squared error: the
/// numbers as they are where it can be. Of equals whole numbers, or the fewest fractional bits.
Format format_of_pixels(const std::vector<double>& table, int bits);

}  // namespace dcnsim
