// SPDX-License-Identifier: Apache-2.0
#include "models/tlm/signals.h"

namespace dcnsim {

void AcceleratorSignals::trace(sc_core::sc_trace_file* file, const std::string& prefix) const {
  const auto add = [&](const auto& signal, const char* name) {
    sc_core::sc_trace(file, signal, prefix + "." + name);
  };
  add(busy_, "busy");
  add(state_, "state");
  add(layers_, "layer");
  add(computing_, "computing");
  add(steps_, "step");
  add(weight_tiles_, "weight_tiles");
  add(input_tiles_, "input_tiles");
  add(output_tiles_, "output_tiles");
}

void AcceleratorSignals::set_busy(bool busy) {
  *this = {};
  busy_ = busy;
}

void AcceleratorSignals::tile_begun(TileKind kind, std::uint32_t, const Step&, const Parts&,
                                    std::uint64_t) {
  state_ = kind == TileKind::kDescriptor ? kDescriptor : kLayer;
  switch (kind) {
    case TileKind::kDescriptor:
      ++layers_;
      break;
    case TileKind::kWeight:
      ++weight_tiles_;
      break;
    case TileKind::kInput:
      ++input_tiles_;
      break;
    case TileKind::kOutput:
      ++output_tiles_;
      break;
  }
}

void AcceleratorSignals::tile_moved(TileKind kind, std::uint32_t, const Step&, std::uint64_t) {
  if (kind == TileKind::kOutput) --output_tiles_;
}

void AcceleratorSignals::step_started(const RunningStep&) {
  state_ = kLayer;
  computing_ = true;
  ++steps_;
}

void AcceleratorSignals::step_finished(const RunningStep& running) {
  computing_ = false;
  // Layers without weights, or with their input on chip, have no such tiles.
  if (running.step->last_use_of_weights && weight_tiles_ > 0) --weight_tiles_;
  if (running.step->last_use_of_input && input_tiles_ > 0) --input_tiles_;
}

}  // namespace dcnsim
