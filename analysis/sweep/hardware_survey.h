// SPDX-License-Identifier: Apache-2.0
// What all machines of a sweep have in common, found before any is evaluated.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "analysis/sweep/design_space.h"
#include "models/numeric/conv.h"

namespace dcnsim {

struct HardwareSurvey {
  /// By position on the product of the axes.
  std::vector<std::size_t> timing_class;  ///< machines of one class have equal timing
  std::vector<std::size_t> accumulator;   ///< index into `accumulators`
  std::vector<std::string> problem;       ///< why there is no such machine; "" if there is

  /// By timing class: SHA-256 of what it depends on; which classes differ in nothing but what their
  /// buffers hold.
  std::vector<std::string> class_keys;
  std::vector<std::size_t> family;
  std::vector<Accumulator> accumulators;

  bool is_possible(std::size_t hardware) const { return problem[hardware].empty(); }
};

HardwareSurvey survey_hardware(const DesignSpace& space, const std::string& tables_dir);

}  // namespace dcnsim
