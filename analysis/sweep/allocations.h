// SPDX-License-Identifier: Apache-2.0
// From what a sweep file asks for to widths of every layer.
#pragma once

#include <string>
#include <vector>

#include "analysis/allocation/study.h"
#include "analysis/evaluation/machine.h"
#include "analysis/sweep/sweep_spec.h"

namespace dcnsim {

/// Widths of one network, one a request; a request that is a network has its own, and 8 bits here.
/// `machine` prices what is allocated by energy or latency; `study` has its jobs, cache and
/// progress. Throws std::runtime_error "allocation LABEL: problem": as many widths as the network
/// has no layers, what load_widths throws, a target out of reach.
std::vector<QuantizeOptions> resolve_allocations(const SweepSpec& spec, const FloatNetwork& network,
                                                 const Dataset& calibration, const Machine& machine,
                                                 const StudyOptions& study);

/// As JSON and back. Reading throws std::runtime_error that names `file`: not such a text.
std::string allocations_to_json(const std::vector<std::vector<QuantizeOptions>>& by_network);
std::vector<std::vector<QuantizeOptions>> allocations_from_json(const std::string& text,
                                                                const std::string& file);

}  // namespace dcnsim
