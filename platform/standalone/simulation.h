// SPDX-License-Identifier: Apache-2.0
// A complete system without a processor: accelerator, bus, DRAM and a scripted host that runs the
// driver. One Simulation lives in a process (SystemC elaborates once).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/arch/accelerator_config.h"
#include "models/arch/dram_spec.h"
#include "models/arch/transport.h"
#include "models/perf/counters.h"
#include "models/perf/dram/command.h"
#include "models/perf/pipeline.h"
#include "platform/compiler/program.h"

namespace dcnsim {

class Wiring;

/// One inference from an idle accelerator.
struct Inference {
  CodeTensor output;                  ///< of the last layer, read back from simulated memory
  std::vector<LayerCounters> layers;  ///< in program order
  std::uint64_t cycles = 0;           ///< the CYCLES register after the interrupt
};

/// Batches one behind the other, each queued while the one before runs.
struct BatchStream {
  std::vector<std::vector<CodeTensor>> outputs;     ///< of the last layer, by batch and image
  std::vector<std::vector<LayerCounters>> batches;  ///< by batch, in program order
  std::uint64_t cycles = 0;  ///< the CYCLES register after the last: the sum of all layers'
};

struct SimulationOptions {
  Transport transport = Transport::kLooselyTimed;
  /// How far the loosely timed DMA may run ahead of simulated time. Nothing else is on the bus
  /// during a job, so results do not depend on it.
  std::uint64_t quantum_ps = 1'000'000'000;
  /// Joins the sockets (models/tlm/wiring.h), directly if null. Stays.
  Wiring* wiring = nullptr;
  /// Told of everything the accelerator's pipeline does, in clock cycles; may be null. Stays.
  PipelineClient* observer = nullptr;
  /// Told of every command of the DRAM; may be empty.
  DramObserver dram_observer;
  /// Waveforms go to this file, to whose name SystemC adds ".vcd"; none if empty. With a quantum of
  /// 0 loosely timed signals change when they should.
  std::string vcd;
};

class Simulation {
 public:
  /// Elaborates the system and loads the program into memory. `program` must outlive it.
  Simulation(const AcceleratorConfig& config, const DramSpec& dram, const Program& program,
             const SimulationOptions& options = {});
  ~Simulation();

  /// Writes the image into memory, runs the driver, reads the result. Equal images give equal
  /// results whatever ran before. Throws std::runtime_error if the job failed (layer and reason).
  Inference run(const CodeTensor& image);

  /// The image's codes, without times: the same tiles move through the same memory, by its direct
  /// pointer, weights once. Of the counters only those are right that depend on data; `cycles` is
  /// 0. Where the memory grants no pointer, it is run(). Throws as run() does.
  Inference values(const CodeTensor& image);

  /// The same as run() for batches of as many images as the program is for. It has as many sets of
  /// maps as there are batches, or two, of which each is written and read while the other is in
  /// use.
  BatchStream run_queue(const std::vector<std::vector<CodeTensor>>& batches);

  /// Any layer's output of the last run, of an image in a set of maps: unpacked from simulated
  /// memory or, if it stayed on chip, as the accelerator kept it last.
  CodeTensor layer_output(std::size_t layer, int image = 0, int set = 0);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dcnsim
