// SPDX-License-Identifier: Apache-2.0
// The accelerator's state as variables for a waveform file: what it does, which layer it is at, how
// full the buffers are. Kept up to date only while traced, except for busy.
#pragma once

#include <cstdint>
#include <string>
#include <systemc>

#include "models/perf/pipeline.h"

namespace dcnsim {

class AcceleratorSignals : public PipelineClient {
 public:
  /// Adds all signals to `file`, named "prefix.signal".
  void trace(sc_core::sc_trace_file* file, const std::string& prefix) const;

  /// A job was started, or has ended.
  void set_busy(bool busy);

  void tile_begun(TileKind kind, std::uint32_t number, const Step& step, const Parts& parts,
                  std::uint64_t cycle) override;
  void tile_moved(TileKind kind, std::uint32_t number, const Step& step,
                  std::uint64_t cycle) override;
  void step_started(const RunningStep& running) override;
  void step_finished(const RunningStep& running) override;

 private:
  enum State : std::uint32_t { kIdle, kDescriptor, kLayer };

  bool busy_ = false;
  std::uint32_t state_ = kIdle;
  std::uint32_t layers_ = 0;  ///< begun so far in the job: the present one's number from 1
  bool computing_ = false;    ///< the array, or the vector unit
  std::uint32_t steps_ = 0;   ///< begun so far in the job
  std::uint32_t weight_tiles_ = 0, input_tiles_ = 0;  ///< in their buffers, or on their way there
  std::uint32_t output_tiles_ = 0;                    ///< complete, on their way to memory
};

}  // namespace dcnsim
