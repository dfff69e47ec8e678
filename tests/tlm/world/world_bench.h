// SPDX-License-Identifier: Apache-2.0
// An accelerator in front of one of the world's memories, which another initiator uses as well. A
// protocol checker stands on every binding; what the memory is known to break, and only that, is
// expected of it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/support/accelerator_bench.h"
#include "tests/tlm/world/entrance.h"
#include "tests/tlm/world/layer_job.h"
#include "tests/tlm/world/world.h"

namespace dcnsim::world {

class WorldBench : public AcceleratorBench {
 public:
  Storage storage{1 << 22};

  /// Of `options`, the transport is the inhabitant's.
  WorldBench(const sc_core::sc_module_name& name, const Inhabitant& inhabitant,
             const Timing& timing, const AcceleratorConfig& config,
             const AcceleratorOptions& options);
  ~WorldBench() override;

  void memory(tlm::tlm_command command, std::uint64_t address, std::uint8_t* data,
              std::size_t bytes) override;

  void put(const LayerJob& job);
  /// START, the interrupt, and what the job has left in memory is right. Returns its cycles.
  std::uint64_t run(const LayerJob& job);
  /// The same of a job that has been started.
  std::uint64_t finish(const LayerJob& job);
  /// By register; an interrupt that is up has then gone.
  void soft_reset();
  /// Of accelerator and memory, long enough for a clock edge.
  void line_reset();
  const sc_core::sc_time& most_ahead() const { return entrance_.most_ahead(); }
  /// The other initiator writes a word of its own and reads it back.
  void visit();

 private:
  const Inhabitant inhabitant_;
  Site site_;
  Entrance entrance_;
  std::uint8_t visits_ = 0;
};

/// `script` in a system of its own, in which it comes to its end.
void simulate(const Inhabitant& inhabitant, const Timing& timing, const AcceleratorConfig& config,
              const std::function<void(WorldBench&)>& script,
              const AcceleratorOptions& options = {});

}  // namespace dcnsim::world
