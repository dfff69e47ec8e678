// SPDX-License-Identifier: Apache-2.0
// Keeps what calibration images make of a network in a file, so that the next command on the same
// network need not look at the images again. A cache only saves time: numbers survive to the last
// bit, and a file that is damaged, of something else or of another dcnsim counts as none.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "analysis/quantizer/calibration.h"

namespace dcnsim {

/// Where calibrations are kept.
struct CalibrationPlace {
  std::string folder;   ///< made if need be; "": nowhere
  std::string network;  ///< hash of its file; what is asked of its pixels is added, and the images
};

/// calibrate(), or what it gave the last time; then progress() is not called.
Calibration kept_calibration(const CalibrationPlace& place, const FloatNetwork& network,
                             const Dataset& images,
                             const std::function<void(std::size_t done)>& progress = {});

}  // namespace dcnsim
