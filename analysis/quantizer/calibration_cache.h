// SPDX-License-Identifier: Apache-2.0
// Calibrations from one command to the next: numbers survive to the last bit.
#pragma once

#include <cstddef>
#include <functional>

#include "analysis/quantizer/calibration.h"
#include "analysis/quantizer/kept_result.h"

namespace dcnsim {

/// calibrate(), or what it gave the last time; then progress() is not called.
Calibration kept_calibration(const CachePlace& place, const FloatNetwork& network,
                             const Dataset& images,
                             const std::function<void(std::size_t done)>& progress = {});

}  // namespace dcnsim
