// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/evaluation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <stdexcept>

#include "analysis/evaluation/accuracy.h"
#include "analysis/sweep/allocations.h"
#include "analysis/sweep/priced_point.h"
#include "models/base/process/work_pool.h"
#include "models/perf/evaluate.h"
#include "platform/compiler/program.h"
#include "tests/support/error_of.h"
#include "tests/support/json_mutations.h"
#include "tests/support/other_dram.h"
#include "tests/support/small_edge.h"
#include "tests/support/small_float_network.h"

namespace dcnsim {
namespace {

class EvaluationTest : public testing::Test {
 protected:
  AllocationRecord record(const QuantizeOptions& widths,
                          const std::vector<Accumulator>& accumulators = {{}},
                          std::size_t images = 12) {
    return evaluate_allocation(quantizer_, widths, accumulators, random_images(images));
  }

  const FloatNetwork network_ = mixed_network();
  const Dataset calibration_ = random_images(4);
  NetworkQuantizer quantizer_{network_, calibrate(network_, calibration_)};
  const Machine machine_ = small_edge();
};

TEST_F(EvaluationTest, timing_is_that_of_the_compiled_network) {
  QuantizeOptions widths;
  widths.weight_bits = 5;
  const AllocationRecord allocation = record(widths);
  const TimingRecord timing =
      evaluate_timing(machine_, topology(network_, allocation), allocation.layers, nullptr);
  const Program program =
      compile(quantizer_.quantize(widths).network, machine_.config, machine_.dram);
  const auto counters =
      evaluate(descriptors(program), program.descriptor_address, machine_.config, machine_.dram);
  ASSERT_EQ(timing.counters.size(), counters.size());
  EXPECT_EQ(to_bytes(timing.counters), to_bytes(counters));
  std::uint64_t cycles = 0;
  for (const LayerCounters& layer : counters) cycles += layer.cycles;
  EXPECT_EQ(priced_point(machine_, allocation, timing).figures.cycles, cycles);
}

TEST_F(EvaluationTest, accuracy_is_counted_for_each_accumulator) {
  const Accumulator narrow{8, Overflow::kWrap};
  const AllocationRecord both = record({}, {{}, narrow});
  const FixedNetwork fixed = quantizer_.quantize({}).network;
  ASSERT_EQ(both.correct.size(), 2u);
  EXPECT_EQ(both.correct[0], count_correct(fixed, random_images(12), Accumulator{}));
  EXPECT_EQ(both.correct[1], count_correct(fixed, random_images(12), narrow));
  EXPECT_TRUE(record({}, {{}}, 0).correct.empty());
}

TEST_F(EvaluationTest, records_survive_as_bytes) {
  const AllocationRecord allocation = record({});
  EXPECT_EQ(to_bytes(allocation_record(to_bytes(allocation))), to_bytes(allocation));
  const TimingRecord timing =
      evaluate_timing(machine_, topology(network_, allocation), allocation.layers, nullptr);
  EXPECT_EQ(to_bytes(timing_record(to_bytes(timing))), to_bytes(timing));
  EXPECT_EQ(timing_identity(network_, allocation_record(to_bytes(allocation))),
            timing_identity(network_, allocation));
}

TEST_F(EvaluationTest, damaged_records_are_refused) {
  const std::string whole = to_bytes(record({}));
  std::mt19937 random(1);
  for (int trial = 0; trial < 500; ++trial) {
    std::string bytes = whole;
    if (trial % 3 == 0) bytes.resize(random() % bytes.size());
    for (int i = 0; i < 3 && !bytes.empty(); ++i) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    try {
      allocation_record(bytes);
    } catch (const std::runtime_error&) {
    }
    try {
      timing_record(bytes);
    } catch (const std::runtime_error&) {
    }
  }
  EXPECT_THROW(allocation_record(""), std::runtime_error);
  EXPECT_THROW(timing_record(whole), std::runtime_error);
}

/// Of CBOR, which could say all of this; read as bytes, for what is JSON's text is its own.
TEST_F(EvaluationTest, every_field_of_a_record_is_checked) {
  using Json = nlohmann::ordered_json;
  const AllocationRecord allocation = record({});
  TimingRecord timing =
      evaluate_timing(machine_, topology(network_, allocation), allocation.layers, nullptr);
  timing.stream = {timing.layers, timing.counters, 4};
  EXPECT_EQ(to_bytes(timing_record(to_bytes(timing))), to_bytes(timing));
  const auto bytes_of = [](const Json& json) {
    const std::vector<std::uint8_t> bytes = Json::to_cbor(json);
    return std::string(bytes.begin(), bytes.end());
  };
  const std::string begin = "a damaged evaluation: ";
  const auto expect_refusals = [&](const std::string& good, const auto& read) {
    const Json json = Json::from_cbor(good);
    for_each_mutation(json, [&](const std::string& pointer, const Json& changed) {
      expect_clean_refusal([&] { read(bytes_of(changed)); }, begin, pointer);
    });
    for (const auto& [key, value] : json.items()) {
      for (const double number : {std::nan(""), HUGE_VAL, -HUGE_VAL}) {
        Json changed = json;
        changed[key] = number;
        EXPECT_EQ(error_of([&] { read(bytes_of(changed)); }),
                  begin + "its CBOR: a number in it is not finite");
      }
    }
    EXPECT_EQ(error_of([&] { read(std::string(100'000, '\x81')); }),
              begin + "its CBOR: lists and objects nested more than 64 deep");
  };
  expect_refusals(to_bytes(allocation), [](const std::string& b) { allocation_record(b); });
  expect_refusals(to_bytes(timing), [](const std::string& b) { timing_record(b); });
}

TEST(StoredAllocations, every_field_is_checked) {
  QuantizeOptions widths;
  widths.layers = {{"conv0", 3, 0}, {"fc", 0, 16}};
  widths.scales = Scales::kPerChannel;
  const std::string json = allocations_to_json({{widths, {}}, {{}}});
  EXPECT_EQ(allocations_to_json(allocations_from_json(json, "s.sqlite")), json);
  expect_clean_refusals(nlohmann::ordered_json::parse(json), "s.sqlite: ",
                        [](const std::string& text) { allocations_from_json(text, "s.sqlite"); });
}

TEST_F(EvaluationTest, timing_does_not_depend_on_formats_or_prices) {
  QuantizeOptions five;
  five.weight_bits = 5;
  AllocationRecord a = record(five), b = a;
  for (Descriptor& layer : b.layers) {
    ++layer.weight.frac;
    layer.proved = !layer.proved;
  }
  EXPECT_EQ(timing_identity(network_, a), timing_identity(network_, b));
  EXPECT_NE(timing_identity(network_, a), timing_identity(network_, record({})));
  for (std::size_t layer = 1; layer < network_.layers.size(); ++layer) {
    for (int LayerNode::*operand : {&LayerNode::input, &LayerNode::input2}) {
      FloatNetwork rewired = network_;
      rewired.layers[layer].node.*operand += 1;
      EXPECT_NE(timing_identity(network_, a), timing_identity(rewired, a)) << layer;
    }
  }

  AcceleratorConfig config = machine_.config;
  const auto identity = [&] { return timing_identity(config, machine_.dram, "tables"); };
  const std::string before = identity();
  config.cost.logic_factor = 2;
  config.name = "another";
  EXPECT_EQ(identity(), before);
  config.dma.outstanding = 1;
  EXPECT_NE(identity(), before);
  config = machine_.config;
  config.mapping.objective = Objective::kEnergy;
  const std::string priced = identity();
  config.cost.logic_factor = 2;
  EXPECT_NE(identity(), priced);
}

TEST_F(EvaluationTest, timing_depends_on_the_fields_of_the_dram_that_bear_on_it) {
  const auto identity = [&](const DramSpec& dram) {
    return timing_identity(machine_.config, dram, "tables");
  };
  const std::string before = identity(machine_.dram);
  for_each_other(machine_.dram, [&](const dram_fields::Column& field, const DramSpec& other) {
    EXPECT_EQ(identity(other) != before, field.bears == dram_fields::Bears::kOnTiming)
        << field.name;
  });
}

}  // namespace
}  // namespace dcnsim
