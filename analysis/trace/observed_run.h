// SPDX-License-Identifier: Apache-2.0
// One image on the SystemC system with its timeline and waveforms, in a process of its own.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/trace/pipeline_trace.h"
#include "analysis/trace/trace_format.h"
#include "models/arch/accelerator_config.h"
#include "models/arch/dram_spec.h"
#include "models/arch/transport.h"
#include "models/perf/counters.h"
#include "platform/compiler/program.h"

namespace dcnsim {

struct Observation {
  Transport transport = Transport::kLooselyTimed;
  std::optional<std::string> trace;  ///< file for trace events (trace.md)
  std::optional<std::string> vcd;    ///< file for waveforms
  TraceFormat trace_format = TraceFormat::kPerfetto;
};

/// What of a program's layers a trace shows.
std::vector<TracedLayer> traced_layers(const Program& program);

/// The counters of the layers. Files are written while simulating, and appear when complete.
/// Throws std::runtime_error: what the simulation or the files throw.
std::vector<LayerCounters> observed_run(const AcceleratorConfig& config, const DramSpec& dram,
                                        const Program& program, const CodeTensor& image,
                                        const Observation& observation);

}  // namespace dcnsim
