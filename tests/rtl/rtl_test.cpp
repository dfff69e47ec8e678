// SPDX-License-Identifier: Apache-2.0
// Values and cycles of the model against Verilog arrays of every datapath family, in both dataflows
// and several shapes, on random tiles.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <sstream>
#include <utility>

#include "models/numeric/conv.h"
#include "tests/rtl/rtl_array.h"
#include "tests/support/tries.h"

namespace dcnsim {
namespace {

struct Case {
  RtlLayer layer;
  std::vector<int> cuts;
  int weight_line_bits = 512, activation_line_bits = 512;
};

class Cases {
 public:
  explicit Cases(unsigned seed) : engine_(seed) {}

  int pick(int low, int high) { return std::uniform_int_distribution<int>(low, high)(engine_); }

  /// `is_sign`: weights of one bit are -1 and +1.
  Case draw(const ArrayConfig& array, int weight_bits, int activation_bits, bool is_sign = false) {
    Case c;
    RtlLayer& l = c.layer;
    l.pixels = pick(1, 3 * array.rows + 2);
    l.reduction = pick(1, std::min(60, 3 * array.rows * 4));
    if (pick(1, 3) == 1) {
      l.position = pick(1, std::min(20, 2 * array.rows * 4));
      l.reduction = l.position * pick(2, std::max(2, 60 / l.position));
    }
    l.exposed = array.dataflow == Dataflow::kWeightStationary && pick(1, 2) == 1;
    l.groups = pick(1, 3) == 1 ? pick(2, 4) : 1;
    l.channels = pick(1, l.groups == 1 ? 3 * array.columns : array.columns + 1);
    const bool fits = l.pixels <= array.rows && l.channels <= array.columns && l.groups == 1;
    l.sums_stay = fits && pick(1, 2) == 1;
    l.weight_format = {weight_bits, 0, true, is_sign};
    l.activation_format = {activation_bits, 0, pick(0, 1) == 1, false};
    for (int i = 0; i < l.groups * l.channels * l.reduction; ++i) {
      l.weights.push_back(code(l.weight_format));
    }
    for (int i = 0; i < l.groups * l.pixels * l.reduction; ++i) {
      l.activations.push_back(code(l.activation_format));
    }
    for (int i = 0; i < l.groups * l.channels; ++i) l.bias.push_back(pick(-1000000, 1000000));
    c.cuts = {0};
    const int unit = std::max(l.position, 1);
    while (l.reduction - c.cuts.back() > unit && pick(1, 3) == 1) {
      c.cuts.push_back(unit * pick(c.cuts.back() / unit + 1, l.reduction / unit - 1));
    }
    c.cuts.push_back(l.reduction);
    c.weight_line_bits = line_bits();
    c.activation_line_bits = line_bits();
    return c;
  }

 private:
  /// Extremes as often as anything else.
  std::int32_t code(const Format& format) {
    const int low = static_cast<int>(format.min_code()), high = static_cast<int>(format.max_code());
    if (format.is_sign()) return pick(0, 1) == 0 ? low : high;
    switch (pick(0, 7)) {
      case 0:
        return low;
      case 1:
        return high;
      default:
        return pick(low, high);
    }
  }
  /// Wide enough for a step, or a bottleneck.
  int line_bits() { return pick(0, 1) == 0 ? 512 : 8 << pick(0, 4); }

  std::mt19937 engine_;
};

/// The arithmetic of the product.
std::vector<std::int32_t> golden_sums(const RtlLayer& l) {
  ConvShape shape;
  shape.in = {l.pixels, 1, l.groups * l.reduction};
  shape.out_channels = l.groups * l.channels;
  shape.groups = l.groups;
  CodeTensor input(shape.in, l.activation_format);
  for (std::size_t i = 0; i < input.size(); ++i) input.set(i, l.activations[i]);
  return conv_golden(shape, input, l.weights, l.bias, {32, Overflow::kWrap}).narrow;
}

AcceleratorConfig machine(const ArrayConfig& array, const Case& c) {
  AcceleratorConfig config;
  config.array = array;
  config.array.reduction = c.layer.position == 0 ? Reduction::kWindow : Reduction::kChannels;
  config.array.weight_load = c.layer.exposed ? WeightLoad::kExposed : WeightLoad::kHidden;
  config.weight_buffer = {1 << 20, c.weight_line_bits, 1, true};
  config.input_buffer = {1 << 20, c.activation_line_bits, 1, true};
  return config;
}

/// On each shape: a case for one in `kEvery` of all pairs of widths, and further ones of few
/// passes, which take serial arrays a tenth of the time.
const int kEvery = tries(3, 2);
const int kPairs = 256 / kEvery, kNarrowCases = 96;

using CycleModel = std::function<std::uint64_t(const AcceleratorConfig&, const ArrayWork&)>;

/// What differs between the Verilog and the model; "" if nothing does.
std::string difference(RtlArrays& rtl, int dut, const Case& c, const CycleModel& model) {
  const ArrayConfig array = rtl.array(dut);
  const AcceleratorConfig config = machine(array, c);
  const RtlResult result =
      rtl.run(dut, c.layer, c.cuts, c.weight_line_bits, c.activation_line_bits);
  std::ostringstream out;
  for (std::size_t i = 0; i < result.cycles.size(); ++i) {
    const ArrayWork work = c.layer.work(c.cuts[i], c.cuts[i + 1]);
    const std::uint64_t expected = model(config, work);
    if (result.cycles[i] != expected) {
      out << "chunk " << i << ": " << result.cycles[i] << " cycles, model " << expected << "; ";
    }
  }
  if (!result.all_lines_read) out << "lines left over; ";
  if (result.sums != golden_sums(c.layer)) out << "sums differ; ";
  if (out.str().empty()) return "";
  out << array.rows << " x " << array.columns << ' ' << to_string(array.datapath)
      << (array.dataflow == Dataflow::kWeightStationary ? " weight-" : " output-")
      << "stationary, native " << array.weight_bits << " x " << array.activation_bits << ", lanes "
      << array.lanes << " x " << array.bits_per_cycle << "; data " << c.layer.weight_format.bits
      << " x " << c.layer.activation_format.bits << " bits, " << c.layer.pixels << " pixels, "
      << c.layer.channels << " channels of " << c.layer.groups << " groups, sums "
      << (c.layer.sums_stay ? "stay" : "leave") << ", reduction " << c.layer.reduction
      << " in positions of " << c.layer.position << (c.layer.exposed ? ", weights exposed" : "")
      << ", lines " << c.weight_line_bits << " and " << c.activation_line_bits
      << " bits, chunks up to";
  for (const int cut : c.cuts) out << ' ' << cut;
  return out.str();
}

class Rtl : public testing::TestWithParam<DatapathFamily> {
 protected:
  std::unique_ptr<RtlArrays> rtl_ = make_rtl_arrays(GetParam());
};

TEST_P(Rtl, has_the_values_and_cycles_of_the_model_at_every_width_pair) {
  for (int dut = 0; dut < kRtlArrays; ++dut) {
    Cases cases(static_cast<unsigned>(100 + dut));
    const ArrayConfig array = rtl_->array(dut);
    for (int w = 1; w <= 16; ++w) {
      // Those left out here are met on the next shapes.
      for (int a = 1 + (w + dut / 2) % kEvery; a <= 16; a += kEvery) {
        ASSERT_EQ(difference(*rtl_, dut, cases.draw(array, w, a), array_cycles), "");
      }
    }
    for (int i = 0; i < kNarrowCases; ++i) {
      const Case c = cases.draw(array, cases.pick(1, 4), cases.pick(1, 4));
      ASSERT_EQ(difference(*rtl_, dut, c, array_cycles), "");
    }
  }
}

TEST_P(Rtl, multiplies_by_plus_and_minus_one_in_a_single_bit) {
  for (int dut = 0; dut < kRtlArrays; ++dut) {
    Cases cases(static_cast<unsigned>(300 + dut));
    const ArrayConfig array = rtl_->array(dut);
    for (int a = 1; a <= 16; ++a) {
      ASSERT_EQ(difference(*rtl_, dut, cases.draw(array, 1, a, true), array_cycles), "");
    }
  }
}

TEST_P(Rtl, meets_chunks_groups_kernel_positions_and_weights_between_passes) {
  int stay = 0, leave_though_they_fit = 0, blocks_and_chunks = 0, groups_and_chunks = 0;
  int positions_and_chunks = 0, rows_left_empty = 0, exposed_and_chunks = 0, exposed_passes = 0,
      exposed_positions = 0;
  for (int dut = 0; dut < kRtlArrays; ++dut) {
    Cases cases(static_cast<unsigned>(100 + dut));
    const ArrayConfig array = rtl_->array(dut);
    for (int i = 0; i < kPairs + kNarrowCases; ++i) {
      const Case c = cases.draw(array, 8, 8);
      const RtlLayer& l = c.layer;
      AcceleratorConfig config = machine(array, c);
      const bool several_passes = array_passes(config, l.work(0, l.reduction)) > 1;
      rows_left_empty += l.position % array.rows != 0 ? 1 : 0;
      exposed_passes += l.exposed && several_passes ? 1 : 0;
      exposed_positions += l.exposed && l.position != 0 ? 1 : 0;
      if (c.cuts.size() == 2) continue;
      positions_and_chunks += l.position != 0 ? 1 : 0;
      exposed_and_chunks += l.exposed ? 1 : 0;
      const bool fits = l.pixels <= array.rows && l.channels <= array.columns && l.groups == 1;
      stay += l.sums_stay ? 1 : 0;
      leave_though_they_fit += fits && !l.sums_stay ? 1 : 0;
      blocks_and_chunks += l.channels > array.columns ? 1 : 0;
      groups_and_chunks += l.groups > 1 ? 1 : 0;
    }
  }
  for (const int count :
       {stay, leave_though_they_fit, blocks_and_chunks, groups_and_chunks, positions_and_chunks,
        rows_left_empty, exposed_and_chunks, exposed_passes, exposed_positions}) {
    EXPECT_GT(count, 10);
  }
}

/// Whether positions that are run together take fewer cycles.
bool takes_steps_together(const ArrayConfig& array) {
  const bool of_serial_lanes = array.datapath == DatapathFamily::kActivationSerial ||
                               array.datapath == DatapathFamily::kFullySerial;
  return (array.dataflow == Dataflow::kWeightStationary && array.rows > 1) ||
         array.datapath == DatapathFamily::kComposable || (of_serial_lanes && array.lanes > 1);
}

TEST_P(Rtl, finds_a_model_that_is_off_by_one) {
  const char* const kOnePosition = "all of the sum in one position";
  const std::vector<std::pair<const char*, CycleModel>> wrong = {
      {"a cycle",
       [](const AcceleratorConfig& c, const ArrayWork& w) { return array_cycles(c, w) + 1; }},
      {"a row",
       [](AcceleratorConfig c, const ArrayWork& w) {
         ++c.array.rows;
         return array_cycles(c, w);
       }},
      {"a column",
       [](AcceleratorConfig c, const ArrayWork& w) {
         ++c.array.columns;
         return array_cycles(c, w);
       }},
      {"a pixel",
       [](const AcceleratorConfig& c, ArrayWork w) {
         ++w.pixels;
         return array_cycles(c, w);
       }},
      {"a step of the sum",
       [](const AcceleratorConfig& c, ArrayWork w) {
         ++w.reduction;
         return array_cycles(c, w);
       }},
      {"a channel",
       [](const AcceleratorConfig& c, ArrayWork w) {
         ++w.channels;
         return array_cycles(c, w);
       }},
      {"a group",
       [](const AcceleratorConfig& c, ArrayWork w) {
         ++w.groups;
         return array_cycles(c, w);
       }},
      {kOnePosition, [](const AcceleratorConfig& c, ArrayWork w) {
         w.positions = 1;
         return array_cycles(c, w);
       }}};
  for (int dut = 0; dut < kRtlArrays; ++dut) {
    const ArrayConfig array = rtl_->array(dut);
    for (const auto& [what, model] : wrong) {
      if (what == kOnePosition && !takes_steps_together(array)) continue;
      Cases cases(static_cast<unsigned>(dut));
      bool found = false;
      for (int i = 0; i < 40 && !found; ++i) {
        const Case c = cases.draw(array, cases.pick(2, 16), cases.pick(2, 16));
        found = !difference(*rtl_, dut, c, model).empty();
      }
      EXPECT_TRUE(found) << "off by " << what << ", array " << dut;
    }
  }
}

TEST_P(Rtl, finds_a_wrong_value) {
  for (int dut = 0; dut < kRtlArrays; ++dut) {
    Cases cases(static_cast<unsigned>(dut));
    const ArrayConfig array = rtl_->array(dut);
    const Case c = cases.draw(array, 8, 8);
    const RtlResult result =
        rtl_->run(dut, c.layer, c.cuts, c.weight_line_bits, c.activation_line_bits);
    RtlLayer changed = c.layer;
    changed.weights.back() ^= 1;
    changed.activations.back() |= 1;
    EXPECT_NE(result.sums, golden_sums(changed)) << "array " << dut;
  }
}

INSTANTIATE_TEST_SUITE_P(families, Rtl,
                         testing::Values(DatapathFamily::kBitParallel,
                                         DatapathFamily::kActivationSerial,
                                         DatapathFamily::kFullySerial, DatapathFamily::kComposable),
                         [](const auto& family) {
                           std::string name(to_string(family.param));
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace dcnsim
