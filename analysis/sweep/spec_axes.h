// SPDX-License-Identifier: Apache-2.0
// The axes of a sweep file.
#pragma once

#include <string>
#include <vector>

#include "analysis/sweep/spec_values.h"
#include "analysis/sweep/sweep_spec.h"

namespace dcnsim {

/// `spec` says what accelerators' names stand for. Fails as SpecValues do.
std::vector<Axis> read_axes(const SpecValues& yaml, const YAML::Node& node,
                            const std::string& field, const SweepSpec& spec);

/// The name of an accelerator, known or a path.
std::string read_accelerator(const SpecValues& yaml, const YAML::Node& node,
                             const std::string& field, const SweepSpec& spec);

}  // namespace dcnsim
