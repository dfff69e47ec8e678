// SPDX-License-Identifier: Apache-2.0
// The naive machine against the evaluator, cycle for cycle, and against the predictions, event for
// event, on random layers of every class.
#include <gtest/gtest.h>

#include "models/perf/evaluate.h"
#include "models/perf/prediction.h"
#include "tests/oracle/layer_classes.h"
#include "tests/oracle/random_work.h"
#include "tests/oracle/run_naively.h"
#include "tests/support/dram_lpddr4.h"
#include "tests/support/tries.h"

namespace dcnsim {
namespace {

using oracle::Int;

void expect_bounds(const Prediction& predicted, const oracle::LayerRun& run) {
  EXPECT_EQ(static_cast<Int>(predicted.lone_load_bytes), run.lone_load_bytes);
  EXPECT_EQ(static_cast<Int>(predicted.last_store_bytes), run.last_store_bytes);
  EXPECT_EQ(static_cast<Int>(predicted.last_step_cycles), run.last_step_cycles);
  EXPECT_EQ(static_cast<Int>(predicted.steps), run.steps);
  EXPECT_EQ(static_cast<Int>(predicted.kept_conflict_cycles), run.kept_conflicts);
  const auto use = [](const auto& buffer, const oracle::BufferUse& expected) {
    EXPECT_EQ(buffer.use, expected.least);
    EXPECT_EQ(static_cast<Int>(buffer.part_bytes), expected.longest_run);
  };
  use(predicted.weight, run.weight);
  use(predicted.input, run.input);
  use(predicted.output, run.output);
}

TEST(Oracle, counts_what_evaluator_and_predictor_count) {
  constexpr std::uint64_t kDescriptorAddress = 1 << 16;
  std::vector<CaseClass<oracle::RanLayer>> classes = oracle::layer_classes();
  const std::vector<CaseClass<oracle::RanLayer>> slices = oracle::slice_classes();
  classes.insert(classes.end(), slices.begin(), slices.end());
  Census<oracle::RanLayer> census(classes);
  RandomWork random(1);
  for (int i = 0; i < tries(700, 1500) && !HasFailure(); ++i) {
    SCOPED_TRACE("machine " + std::to_string(i));
    const AcceleratorConfig machine = random.machine();
    ASSERT_NO_THROW(validate(machine));
    const std::vector<Descriptor> layers = random.legal_layers(machine, 3);
    const std::vector<LayerCounters> evaluated =
        evaluate(layers, kDescriptorAddress, machine, lpddr4_3200());
    const std::vector<oracle::NaiveLayer> expected =
        oracle::run_naively(layers, kDescriptorAddress, machine, lpddr4_3200());
    for (std::size_t l = 0; l < layers.size(); ++l) {
      ASSERT_NO_THROW(validate(layers[l]));
      const Prediction predicted = Predictor(layers[l], machine).predict(layers[l].tiling);
      oracle::expect_counts(evaluated[l], expected[l].counts, DependsOn::kTime);
      oracle::expect_counts(predicted.counters, expected[l].counts, DependsOn::kWork);
      expect_bounds(predicted, expected[l].run);
      census.count({machine, layers[l], expected[l].run});
    }
  }
  if (!HasFailure() && !tries_few()) census.expect_each(tries(3, 9));
}

TEST(Oracle, counts_lists_that_are_queued) {
  constexpr std::uint64_t kDescriptorAddress = 1 << 16;
  RandomWork random(3);
  int ahead = 0;
  for (int i = 0; i < tries(60, 600) && !HasFailure(); ++i) {
    SCOPED_TRACE("machine " + std::to_string(i));
    const AcceleratorConfig machine = random.machine();
    const std::vector<Descriptor> layers = random.legal_layers(machine, 4);
    std::vector<DescriptorList> lists;
    for (std::size_t l = 0; l < layers.size(); l += 2) {
      lists.push_back(
          {{layers.begin() + static_cast<std::ptrdiff_t>(l),
            layers.begin() + static_cast<std::ptrdiff_t>(std::min(l + 2, layers.size()))},
           kDescriptorAddress + l * kDescriptorBytes});
    }
    const auto evaluated = evaluate_queue(lists, machine, lpddr4_3200());
    const std::vector<oracle::NaiveLayer> expected =
        oracle::run_naively(layers, kDescriptorAddress, machine, lpddr4_3200(), 2);
    for (std::size_t l = 0; l < layers.size(); ++l) {
      oracle::expect_counts(evaluated[l / 2][l % 2], expected[l].counts, DependsOn::kTime);
    }
    if (layers.size() < 3) continue;
    const std::uint64_t decode = decode_cycles(machine.dma);
    const std::uint64_t waited = evaluated[1][0].stall_cycles[Stall::kDescriptor];
    if (waited < decode) ++ahead;
  }
  EXPECT_TRUE(HasFailure() || ahead > 0) << "no descriptor came before its list";
}

TEST(Oracle, counts_under_names_of_counters_that_do_not_depend_on_data) {
  RandomWork random(2);
  const AcceleratorConfig machine = random.machine();
  const std::vector<Descriptor> layers = random.legal_layers(machine, 1);
  oracle::Counts counts = oracle::run_naively(layers, 0, machine, lpddr4_3200()).at(0).counts;
  LayerCounters all;
  visit_counters(
      [&](const CounterField& field, std::uint64_t&) {
        if (field.depends_on != DependsOn::kData) counts.erase(field.full_name());
      },
      all);
  for (const auto& [name, count] : counts) ADD_FAILURE() << name << " is no counter's name";
}

}  // namespace
}  // namespace dcnsim
