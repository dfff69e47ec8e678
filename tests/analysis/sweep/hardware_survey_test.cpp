// SPDX-License-Identifier: Apache-2.0
// Which machines of a sweep share timings, and which share accuracies.
#include "analysis/sweep/hardware_survey.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>

namespace dcnsim {
namespace {

HardwareSurvey survey(const std::string& axes) {
  SweepFiles files;
  files.accelerator = [](const std::string&) {
    return user_file(DCNSIM_SOURCE_DIR "/models/arch/presets/small_edge.yaml");
  };
  files.network = [](const std::string& name) { return InputPath{name, name, true}; };
  files.calibration = files.images = user_file("images.bin");
  const SweepSpec spec = parse_sweep("axes:\n" + axes, "s.yaml", files);
  return survey_hardware(DesignSpace(spec), DCNSIM_SOURCE_DIR "/models/cost/tables");
}

TEST(HardwareSurvey, accumulators_differ_by_bits_and_by_overflow) {
  const HardwareSurvey s = survey(
      "  - accumulator.bits: [24, 32]\n"
      "  - accumulator.overflow: [wrap, saturate]\n"
      "  - array.rows: [8, 16]\n");
  ASSERT_EQ(s.accumulator.size(), 8u);
  ASSERT_EQ(s.accumulators.size(), 4u);
  for (std::size_t h = 0; h < 8; ++h) {
    ASSERT_EQ(s.problem[h], "");
    const Accumulator& a = s.accumulators[s.accumulator[h]];
    EXPECT_EQ(a.bits, h < 4 ? 24 : 32);
    EXPECT_EQ(a.overflow, h / 2 % 2 == 0 ? Overflow::kWrap : Overflow::kSaturate);
  }
}

TEST(HardwareSurvey, prices_make_a_class_where_mappings_are_chosen_by_energy) {
  const std::string axes = "  - cost.logic_factor: [1, 2]\n  - dma.outstanding: [4, 8]\n";
  const auto classes = [&](const std::string& objective) {
    const HardwareSurvey s = survey(axes + "  - mapping.objective: [" + objective + "]\n");
    const std::set<std::size_t> distinct(s.timing_class.begin(), s.timing_class.end());
    EXPECT_EQ(distinct.size(), s.class_keys.size());
    return distinct.size();
  };
  EXPECT_EQ(classes("latency"), 2u);
  EXPECT_EQ(classes("traffic"), 2u);
  EXPECT_EQ(classes("energy"), 4u);
}

TEST(HardwareSurvey, machines_that_cannot_be_say_why_and_have_no_class) {
  const HardwareSurvey s =
      survey("  - dma.bus_bytes: [8, 64]\n  - dma.max_burst_bytes: [32, 64]\n");
  ASSERT_EQ(s.problem.size(), 4u);
  EXPECT_NE(s.problem[2].find("dma.max_burst_bytes: 32, expected at least 64"), std::string::npos)
      << s.problem[2];
  EXPECT_EQ(s.problem[0] + s.problem[1] + s.problem[3], "");
  EXPECT_EQ(s.class_keys.size(), 3u);
}

}  // namespace
}  // namespace dcnsim
