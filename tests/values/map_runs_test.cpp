// SPDX-License-Identifier: Apache-2.0
// Tiles of maps in memory, bit by bit: what is read is what lies there, and every bit of an output
// is written once.
#include "models/values/map_runs.h"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "models/arch/memory_layout.h"
#include "models/perf/buffer_need.h"
#include "models/perf/tile_cuts.h"
#include "tests/support/classes.h"
#include "tests/support/naive_map.h"
#include "tests/support/random_steps.h"

namespace dcnsim {
namespace {

bool in_planes(int channels, int segment) { return segment != 0 && segment < channels; }

/// Memory with codes at random in the places of a map's.
class MapInMemory {
 public:
  MapInMemory(RandomLayer& random, const Shape& shape, const Format& format, int segment, int strip,
              int bus)
      : codes_(shape, format) {
    const MapLayout layout(shape, format.bits, segment, strip, bus);
    bytes_.resize(static_cast<std::size_t>(layout.bytes()));
    const std::vector<std::int64_t> first = first_bits(shape, format.bits, segment, strip, bus);
    for (std::size_t n = 0; n < codes_.size(); ++n) {
      const int code = random.pick(format.min_code(), format.max_code());
      codes_.set(n, code);
      for (int bit = 0; bit < format.bits; ++bit) {
        if ((static_cast<unsigned>(code) >> bit & 1) == 0) continue;
        const std::int64_t at = first[n] + bit;
        std::uint8_t& byte = bytes_.at(static_cast<std::size_t>(at / 8));
        byte = static_cast<std::uint8_t>(byte | 1u << at % 8);
      }
    }
  }

  const CodeTensor& codes() const { return codes_; }
  const std::uint8_t* bytes(std::uint64_t offset) const { return bytes_.data() + offset; }

 private:
  CodeTensor codes_;
  std::vector<std::uint8_t> bytes_;
};

TEST(MapRuns, read_the_codes_of_a_tile) {
  struct Case {
    Descriptor d;
    Step step;
    Parts parts;
  };
  const auto planes = [](const Case& c) {
    return in_planes(c.d.input_shape().channels, c.d.input_segment);
  };
  Census<Case> census(
      {{"one plane", [=](const Case& c) { return !planes(c); }},
       {"several planes of several",
        [=](const Case& c) {
          return planes(c) && c.step.in1 - c.step.in0 < c.d.input_shape().channels &&
                 c.parts.back().channels < static_cast<unsigned>(c.step.in1 - c.step.in0);
        }},
       {"parts of planes",
        [=](const Case& c) { return planes(c) && c.step.in0 % c.d.input_segment != 0; }},
       {"rows in one run", [](const Case& c) { return c.parts.front().rows > 1; }},
       {"rows apart",
        [=](const Case& c) { return planes(c) && c.step.pixels.x0 > 0 && c.parts.size() > 4; }},
       {"several strips in a run",
        [](const Case& c) {
          const int strip = c.d.input_strip;
          return strip != 0 && c.parts.front().codes / c.parts.front().channels >
                                   static_cast<unsigned>(2 * strip);
        }},
       {"from the middle of a strip",
        [](const Case& c) {
          return c.parts.front().strip_pixel > 0 && c.d.input_strip != 0 &&
                 c.d.input_strip < c.d.input_shape().width;
        }},
       {"parts of pixels of several strips",
        [=](const Case& c) {
          return c.d.input_strip != 0 && planes(c) && c.step.in0 % c.d.input_segment != 0;
        }},
       {"codes of two bytes", [=](const Case& c) { return planes(c) && c.d.input.bits > 8; }}});
  RandomLayer random(30);
  for_random_layers(30, 1200, [&](const Descriptor& d, const AcceleratorConfig& config) {
    const Shape in = d.input_shape();
    const MapInMemory memory(random, in, d.input, d.input_segment, d.input_strip,
                             config.dma.bus_bytes);
    for (Step step : steps_of(d)) {
      if (!step.load_input || !random.chance(4)) continue;
      if (random.chance(3)) {  // any channels can be read
        step.in0 = random.pick(0, in.channels - 1);
        step.in1 = random.pick(step.in0 + 1, in.channels);
      }
      Descriptor one = d;
      one.kind = d.kind == LayerKind::kAdd ? LayerKind::kConv : d.kind;  // its first operand
      if (d.kind == LayerKind::kAdd) one.conv.in = d.add;
      one.input_address = 0;
      const InputRegion region = input_region(one, step.pixels);
      Parts parts;
      input_parts(one, config, step, parts);
      CodeTensor tile({region.y1 - region.y0, region.x1 - region.x0, step.in1 - step.in0}, d.input);
      if (tile.size() == 0) {
        EXPECT_TRUE(parts.empty());
        continue;
      }
      RunPlace place;
      for (const Part& part : parts) unpack_run(part, memory.bytes(part.address), place, tile);
      EXPECT_TRUE(place.behind(tile));
      for (int y = region.y0; y < region.y1; ++y) {
        for (int x = region.x0; x < region.x1; ++x) {
          for (int c = step.in0; c < step.in1; ++c) {
            ASSERT_EQ(tile.at(y - region.y0, x - region.x0, c - step.in0),
                      memory.codes().at(y, x, c));
          }
        }
      }
      census.count({one, step, parts});
    }
  });
  census.expect_each(30);
}

/// An image of ones: how often each bit of memory is written, and by which tile its bus word.
class Written {
 public:
  Written(const Descriptor& d, const AcceleratorConfig& config)
      : d_(d), config_(config), layout_(output_layout(d, config.dma.bus_bytes)) {
    d_.output_address = 0;
    d_.requant.out.is_signed = true;
    d_.requant.out.narrow = false;
    bits_.resize(8 * static_cast<std::size_t>(layout_.bytes()));
    for (const Step& step : steps_of(d)) {
      if (step.store) store(step);
    }
  }

  bool shares_words() const { return shares_words_; }

  /// 1 for every bit of every code, and 0 between them.
  void expect_each_once() {
    for (const std::int64_t first : first_bits(layout_.shape(), layout_.bits(), d_.output_segment,
                                               d_.output_strip, config_.dma.bus_bytes)) {
      for (int bit = 0; bit < layout_.bits(); ++bit) {
        int& count = bits_.at(static_cast<std::size_t>(first + bit));
        ASSERT_EQ(count, 1) << "bit " << first + bit;
        count = 0;
      }
    }
    EXPECT_EQ(bits_, std::vector<int>(bits_.size()));
  }

 private:
  void store(const Step& step) {
    CodeTensor ones({step.pixels.y1 - step.pixels.y0, step.pixels.x1 - step.pixels.x0,
                     step.store_channel1 - step.store_channel0},
                    d_.requant.out);
    for (std::size_t i = 0; i < ones.size(); ++i) ones.set(i, -1);
    Parts parts;
    output_parts(d_, config_, step, parts);
    ++tiles_;
    RunPlace place;
    for (const Part& part : parts) {
      std::vector<std::uint8_t> bytes(part.bytes);
      pack_run(part, ones, place, bytes.data());
      for (std::size_t i = 0; i < 8 * bytes.size(); ++i) {
        bits_.at(8 * part.address + i) += bytes[i / 8] >> i % 8 & 1;
      }
      const auto bus = static_cast<std::uint64_t>(config_.dma.bus_bytes);
      EXPECT_EQ(part.address % bus, 0u);
      EXPECT_EQ(part.bytes % bus, 0u);
      for (std::uint64_t word = part.address / bus; word < (part.address + part.bytes) / bus;
           ++word) {
        const auto [owner, is_new] = owners_.try_emplace(word, tiles_);
        // Not even by the same tile.
        shares_words_ |= !is_new;
      }
    }
    EXPECT_TRUE(place.behind(ones));
  }

  Descriptor d_;
  const AcceleratorConfig& config_;
  const MapLayout layout_;
  std::vector<int> bits_;
  std::map<std::uint64_t, int> owners_;
  int tiles_ = 0;
  bool shares_words_ = false;
};

TEST(MapRuns, write_every_bit_of_an_output_once_and_no_bus_word_twice) {
  struct Case {
    Descriptor d;
    int bus_bits;
  };
  const auto planes = [](const Case& c) {
    return in_planes(c.d.output_shape().channels, c.d.output_segment);
  };
  const auto tiled = [](const Case& c) { return tiles_are_planes(c.d); };
  Census<Case> census(
      {{"one plane, gathered",
        [=](const Case& c) {
          return !planes(c) && gathers(c.d) && channel_tile_count(c.d) > 1 &&
                 pixel_tile_count(c.d) > 1;
        }},
       {"one plane, pixel by pixel", [=](const Case& c) { return !planes(c) && !gathers(c.d); }},
       {"planes, gathered",
        [=](const Case& c) { return planes(c) && gathers(c.d) && channel_tile_count(c.d) > 1; }},
       {"planes by channel tiles", tiled},
       {"planes by channel tiles that end inside a bus word",
        [=](const Case& c) {
          return tiled(c) && c.d.output_segment * c.d.requant.out.bits % c.bus_bits != 0;
        }},
       {"planes by channel tiles, weights outside",
        [=](const Case& c) { return tiled(c) && !pixels_outside(c.d); }},
       {"planes of groups", [=](const Case& c) { return tiled(c) && c.d.conv.groups > 1; }},
       {"planes of a pool or an addition",
        [=](const Case& c) { return tiled(c) && c.d.kind != LayerKind::kConv; }},
       {"planes by tiles of some columns",
        [=](const Case& c) { return planes(c) && c.d.tiling.tile_w < c.d.output_shape().width; }},
       {"strips by tiles that end inside a bus word",
        [=](const Case& c) {
          const int channels =
              c.d.output_segment == 0 ? c.d.output_shape().channels : c.d.output_segment;
          return c.d.output_strip != 0 && c.d.tiling.tile_w < c.d.output_shape().width &&
                 c.d.tiling.tile_w * channels * c.d.requant.out.bits % c.bus_bits != 0;
        }},
       {"planes by tiles of some rows", [=](const Case& c) {
          return planes(c) && c.d.tiling.tile_h < c.d.output_shape().height;
        }}});
  int refused = 0, refused_for_shared_words = 0;
  for_random_layers(31, 8000, [&](const Descriptor& d, const AcceleratorConfig& machine) {
    const AcceleratorConfig config = with_room(machine);
    Written written(d, config);
    if (!why_illegal(d, config).empty()) {
      ++refused;
      refused_for_shared_words += written.shares_words() ? 1 : 0;
      return;
    }
    EXPECT_FALSE(written.shares_words());
    written.expect_each_once();
    census.count({d, 8 * config.dma.bus_bytes});
  });
  census.expect_each(5);
  EXPECT_GT(refused_for_shared_words, 100);
  EXPECT_LT(refused - refused_for_shared_words, refused / 50)
      << "hardly anything is refused that could be written";
}

}  // namespace
}  // namespace dcnsim
