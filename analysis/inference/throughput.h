// SPDX-License-Identifier: Apache-2.0
// What a stream of images gets from a machine, beside the latency of one: batches that share
// weights, each queued while the one before runs.
#pragma once

#include <vector>

#include "analysis/inference/run_inputs.h"
#include "analysis/inference/run_progress.h"
#include "analysis/report/run_report.h"
#include "models/arch/transport.h"
#include "platform/compiler/program.h"

namespace dcnsim {

/// A program for batches of mapping.batch images, with two sets of maps, and how many of its jobs a
/// batch is: one that shares weights, or as many as there are images where `one`, the program of
/// one image, is predicted to take less time. Throws what map_network and assemble throw.
struct BatchProgram {
  Program program;
  int jobs = 1;
};
BatchProgram batch_program(const RunRequest& request, const RunInputs& inputs, const Program& one,
                           const OnRunProgress& progress);

/// Simulates three batches of the first images, all their values included, in a process of its own.
/// `one`: the layers of one image, whose shares of zeros count in the energy. Throws
/// std::runtime_error where codes of the last layer differ from the reference executor's.
ThroughputReport throughput(const RunInputs& inputs, const BatchProgram& batch,
                            const std::vector<LayerCounters>& one, Transport transport);

}  // namespace dcnsim
