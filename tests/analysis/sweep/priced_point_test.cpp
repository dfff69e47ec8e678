// SPDX-License-Identifier: Apache-2.0
// A point's figures are sums over its layers, each with the zeros of its own input.
#include "analysis/sweep/priced_point.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "tests/support/small_edge.h"

namespace dcnsim {
namespace {

using Json = nlohmann::json;

class PricedPointTest : public testing::Test {
 protected:
  PricedPointTest() {
    for (const int bits : {8, 4}) {
      Descriptor d;
      d.weight.bits = d.input.bits = d.requant.out.bits = bits;
      d.weight.bits -= 1;
      timing_.layers.push_back(d);
      LayerCounters c;
      const auto scale = static_cast<std::uint64_t>(bits);
      c.cycles = 1000 * scale;
      c.compute_cycles = 700 * scale;
      c.stall_cycles[Stall::kInput] = 300 * scale;
      c.macs = 7000 * scale;
      c.pe_cycles = 9000 * scale;
      c.weight_loads = c.activation_loads = c.requantized = 123 * scale;
      c.input_codes = 1000;
      c.input_zeros = 77;  // of whatever image was timed
      c.registers = {1000, 2000, 3000};
      c.input_buffer = {31 * scale, 17 * scale};
      for (const Stream stream : StreamBytes::keys()) {
        c.stream_bytes[stream] = 100 * scale + static_cast<std::uint64_t>(stream);
      }
      c.dram = {2, 640, 320, 3, 4000, 6000};
      timing_.counters.push_back(c);
    }
    allocation_.layers = timing_.layers;
    allocation_.zero_fractions = {0.25, 0.875};
    allocation_.weight_bits = 98765;
  }

  /// Of a layer with so many zeros.
  EnergyBreakdown energy(std::size_t layer, std::uint64_t zeros) const {
    LayerCounters counters = timing_.counters[layer];
    counters.input_zeros = zeros;
    return machine_.cost.layer_energy_pj(timing_.layers[layer], counters);
  }

  const Machine machine_ = small_edge();
  TimingRecord timing_;
  AllocationRecord allocation_;
};

TEST_F(PricedPointTest, figures_are_the_sums_of_the_layers) {
  const Figures f = priced_point(machine_, allocation_, timing_).figures;
  EXPECT_EQ(f.cycles, 12000u);
  EXPECT_DOUBLE_EQ(f.seconds, 12000 * 5e-9);
  EXPECT_EQ(f.traffic_bytes, 6 * 800u + 15 + 6 * 400 + 15);
  EXPECT_EQ(f.weight_bits, 98765u);
  EXPECT_NE(energy(0, 250).total(), energy(0, 77).total());
  EXPECT_NEAR(f.energy_pj, energy(0, 250).total() + energy(1, 875).total(), 1e-9 * f.energy_pj);
  EXPECT_DOUBLE_EQ(f.area_um2, machine_.cost.area_um2().total());
  EXPECT_NEAR(f.clock_share, 1.71414 / 5, 1e-5);
  EXPECT_EQ(f.images, 0u);
}

TEST_F(PricedPointTest, a_stream_shares_its_batch_among_images) {
  const Figures none = priced_point(machine_, allocation_, timing_).figures;
  EXPECT_FALSE(none.stream_seconds || none.stream_energy_pj);
  timing_.stream = {timing_.layers, timing_.counters, 4};
  const Figures f = priced_point(machine_, allocation_, timing_).figures;
  EXPECT_DOUBLE_EQ(*f.stream_seconds, none.seconds / 4);
  EXPECT_NEAR(*f.stream_energy_pj, none.energy_pj / 4, 1e-9 * none.energy_pj);
  EXPECT_EQ(f.cycles, none.cycles);
}

TEST_F(PricedPointTest, layers_are_kept_with_energies_of_six_digits) {
  const Json layers = Json::parse(priced_point(machine_, allocation_, timing_).layers);
  ASSERT_EQ(layers.size(), 2u);
  EXPECT_EQ(layers[0].at("bits"), Json({7, 8, 8}));
  EXPECT_EQ(layers[1].at("bits"), Json({3, 4, 4}));
  EXPECT_EQ(layers[0].at("macs"), 56000);
  EXPECT_EQ(layers[0].at("mac_passes"), 72000);
  std::uint64_t cycles = 0;
  for (const Json& cause : layers[1].at("cycles")) cycles += cause.get<std::uint64_t>();
  EXPECT_EQ(cycles, 4000u);
  EXPECT_EQ(layers[1].at("traffic"), Json({400, 401, 402, 403, 404, 405}));
  int inexact = 0;
  for (const std::size_t layer : {0u, 1u}) {
    const EnergyBreakdown exact = energy(layer, layer == 0 ? 250 : 875);
    const Json& kept = layers[layer].at("energy_pj");
    ASSERT_EQ(kept.size(), kEnergyParts);
    for (std::size_t part = 0; part < kEnergyParts; ++part) {
      const double is = kept[part].get<double>(), was = exact[static_cast<EnergyPart>(part)];
      EXPECT_NEAR(is, was, 5.01e-6 * was);
      // A number of six digits is a whole one, shifted by powers of ten.
      if (was == 0) continue;
      const double digits = is * std::pow(10, 5 - std::floor(std::log10(is)));
      EXPECT_NEAR(digits, std::round(digits), 1e-6) << is;
      inexact += is != was ? 1 : 0;
    }
  }
  EXPECT_GT(inexact, 4);
}

TEST_F(PricedPointTest, pools_have_no_width_of_weights) {
  timing_.layers[1].kind = LayerKind::kPool;
  timing_.counters[1].pe_cycles = timing_.counters[1].weight_loads = 0;
  const Json layers = Json::parse(priced_point(machine_, allocation_, timing_).layers);
  EXPECT_EQ(layers[1].at("bits"), Json({nullptr, 4, 4}));
}

}  // namespace
}  // namespace dcnsim
