// SPDX-License-Identifier: Apache-2.0
// All images of a run on the SystemC system, shared out over worker processes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "analysis/inference/run_inputs.h"
#include "analysis/inference/run_progress.h"
#include "models/arch/transport.h"
#include "models/perf/counters.h"
#include "platform/compiler/program.h"

namespace dcnsim {

/// What a network gives for an image, as the network's input takes it.
CodeTensor input_codes(const RunInputs& inputs, std::size_t image);

struct ImageSimulation {
  const RunInputs& inputs;
  const Program& program;  ///< of the network for the machine
  Transport transport = Transport::kLooselyTimed;
  bool check = false;  ///< every code against the reference executor's
  std::size_t jobs = 1;
  bool keep_outputs = false;               ///< of the last layer, of all images
  std::vector<std::size_t> dumped_layers;  ///< whose codes are kept
  std::vector<std::size_t> dumped_images;  ///< of these images
  /// Of so many images the first is timed; of the others values move without times.
  std::size_t timed_every = 1;
};

struct SimulatedImages {
  /// '1' for each image whose class was right, else '0'; "" where there is no accuracy.
  std::string right;
  std::uint64_t timed = 0;                     ///< images
  std::uint64_t overflows = 0;                 ///< over all images
  std::vector<LayerCounters> counters;         ///< of an image; zeros: the mean over all images
  std::vector<CodeTensor> outputs;             ///< by image, if they are kept
  std::vector<std::vector<CodeTensor>> dumps;  ///< by layer, then by image, as asked for
};

/// Throws std::runtime_error if the accelerator reports an error or a checked code differs, and
/// std::logic_error if cycles, traffic or events of two timed images differ.
SimulatedImages simulate_images(const ImageSimulation& simulation, const OnRunProgress& progress);

}  // namespace dcnsim
