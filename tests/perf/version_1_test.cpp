// SPDX-License-Identifier: Apache-2.0
// What descriptors of version 1 can say is executed as ever: steps, bytes and cycles of random
// layers against digests from when there was no other version.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "models/perf/evaluate.h"
#include "models/perf/prediction.h"
#include "models/perf/tile_cuts.h"
#include "tests/support/dram_lpddr4.h"
#include "tests/support/random_steps.h"

namespace dcnsim {
namespace {

class Digest {
 public:
  template <typename... Values>
  void add(Values... values) {
    (mix(static_cast<std::uint64_t>(values)), ...);
  }
  std::uint64_t value() const { return value_; }

 private:
  /// FNV-1a over 64-bit words.
  void mix(std::uint64_t value) { value_ = (value_ ^ value) * 0x100000001b3; }

  std::uint64_t value_ = 0xcbf29ce484222325;
};

/// The loop orders, channel tiles and chunks that there were.
Tiling tiling_of_version_1(RandomLayer& random, const Descriptor& d,
                           const AcceleratorConfig& config) {
  const Shape out = d.output_shape();
  Tiling t;
  t.tile_h = random.pick(1, out.height);
  t.tile_w = random.chance(2) ? out.width : random.pick(1, out.width);
  if (d.kind != LayerKind::kConv) return t;
  const int columns = config.array.columns;
  t.tile_channels = std::min(group_channels(d), columns * random.pick(1, 3));
  t.chunk_k = reduction(d);
  // Of codes of whole bytes, whose chunks begin on bus words.
  if (d.weight.bits % 8 == 0 && t.tile_channels <= columns) {
    t.chunk_k = std::min(t.chunk_k, config.dma.bus_bytes * random.pick(1, 4));
  }
  t.order = random.chance(2) ? LoopOrder::kWeightOuter : LoopOrder::kPixelOuter;
  return t;
}

/// Of the streams there were.
void add_bytes(const LayerCounters& counters, Digest& bytes) {
  EXPECT_EQ(counters.stream_bytes[Stream::kParameter], 0U);
  for (const Stream stream : StreamBytes::keys()) {
    if (stream != Stream::kParameter) bytes.add(counters.stream_bytes[stream]);
  }
}

TEST(Version1, is_executed_as_ever) {
  RandomLayer random(27);
  Digest steps, bytes, cycles;
  int chunked = 0;
  for (int i = 0; i < 1200; ++i) {
    AcceleratorConfig config = with_room(random.machine());
    config.memory = MemoryKind::kIdeal;  // whatever DRAMs learn
    Descriptor d = random.layer();
    if (d.kind == LayerKind::kConv && random.chance(2)) d.weight.bits = 8;
    d.tiling = tiling_of_version_1(random, d, config);
    d.weight_address = 1 << 20;
    d.output_address = 1 << 21;
    if (step_count(d) > 2000) continue;
    for (const Step& s : steps_of(d)) {
      steps.add(s.pixels.y0, s.pixels.y1, s.pixels.x0, s.pixels.x1, s.channel0, s.channel1, s.k0,
                s.k1, s.load_input, s.load_weights, s.first_chunk, s.last_chunk,
                s.last_use_of_input, s.last_use_of_weights, s.store);
      if (s.store) steps.add(s.store_channel0, s.store_channel1);
    }
    add_bytes(predicted_counters(d, config), bytes);
    // Steps that end no sum no longer need a place in the output buffer.
    if (chunk_count(d) > 1) {
      ++chunked;
      continue;
    }
    const LayerCounters counters = evaluate({d}, 1 << 22, config, lpddr4_3200()).front();
    add_bytes(counters, bytes);
    cycles.add(counters.cycles, counters.compute_cycles, counters.stall_cycles.total());
  }
  EXPECT_GT(chunked, 100);
  EXPECT_EQ(steps.value(), 13251322103835771091u);
  EXPECT_EQ(bytes.value(), 3361343243446778367u);
  EXPECT_EQ(cycles.value(), 7028476825619980337u);
}

}  // namespace
}  // namespace dcnsim
