// SPDX-License-Identifier: Apache-2.0
// How far a run has come.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace dcnsim {

enum class RunStage : std::uint8_t {
  kCalibrating,   ///< a float network: calibration images
  kTryingPixels,  ///< conventions, on calibration images
  kMapping,       ///< searches for mappings
  kSimulating,    ///< images
};

/// Told when a stage begins and after each of its items.
struct RunProgress {
  RunStage stage = RunStage::kCalibrating;
  std::size_t done = 0;
  std::size_t total = 0;    ///< kMapping: at most
  std::string layer;        ///< kMapping: whose mapping was searched
  std::size_t correct = 0;  ///< kSimulating: images classified right, of those done
};

using OnRunProgress = std::function<void(const RunProgress&)>;

}  // namespace dcnsim
