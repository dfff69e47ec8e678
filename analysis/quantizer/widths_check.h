// SPDX-License-Identifier: Apache-2.0
// For before the long work of calibrating.
#pragma once

#include "analysis/quantizer/quantize_network.h"

namespace dcnsim {

/// Throws what NetworkQuantizer::quantize() throws of widths and names of layers.
void check_widths(const FloatNetwork& network, const QuantizeOptions& options);

}  // namespace dcnsim
