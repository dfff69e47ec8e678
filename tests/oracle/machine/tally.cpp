// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/machine/tally.h"

namespace dcnsim::oracle {

std::map<std::string, Int> by_name(const Tally& t) {
  std::map<std::string, Int> names = {
      {"cycles", t.cycles},
      {"compute_cycles", t.compute_cycles},
      {"fill_drain_cycles", t.fill_drain_cycles},
      {"overhead_cycles", t.overhead_cycles},
      {"stall_cycles.descriptor", t.waits_descriptor},
      {"stall_cycles.weight", t.waits_weight},
      {"stall_cycles.input", t.waits_input},
      {"stall_cycles.output", t.waits_output},
      {"stall_cycles.conflict", t.conflicts},
      {"macs", t.macs},
      {"mac_passes", t.pe_cycles},
      {"weight_loads", t.weight_loads},
      {"activation_loads", t.activation_loads},
      {"register_bits.edge_activations", t.edge_activation_bits},
      {"register_bits.edge_weights", t.edge_weight_bits},
      {"register_bits.shadow", t.shadow_bits},
      {"feeder_bits", t.feeder_bits},
      {"input_codes", t.input_codes},
      {"input_buffer_words.reads", t.input_buffer.reads},
      {"input_buffer_words.writes", t.input_buffer.writes},
      {"weight_buffer_words.reads", t.weight_buffer.reads},
      {"weight_buffer_words.writes", t.weight_buffer.writes},
      {"output_buffer_words.reads", t.output_buffer.reads},
      {"output_buffer_words.writes", t.output_buffer.writes},
      {"accumulator_buffer_words.reads", t.accumulator_buffer.reads},
      {"accumulator_buffer_words.writes", t.accumulator_buffer.writes},
      {"requantized", t.requantized},
      {"pool_operations", t.pool_operations},
      {"additions", t.additions}};
  for (const Stream s : {Stream::kDescriptor, Stream::kWeight, Stream::kBias, Stream::kParameter,
                         Stream::kInput, Stream::kOutput}) {
    names["stream_bytes." + std::string(to_string(s))] = t.bytes[static_cast<std::size_t>(s)];
  }
  return names;
}

}  // namespace dcnsim::oracle
