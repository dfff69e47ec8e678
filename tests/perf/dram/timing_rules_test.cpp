// SPDX-License-Identifier: Apache-2.0
// No command sequence breaks a timing rule of its preset, and every rule is used to its limit.
#include <gtest/gtest.h>

#include <type_traits>

#include "models/perf/dram/device.h"
#include "models/perf/dram/request_queue.h"
#include "tests/perf/dram/command_checker.h"
#include "tests/perf/dram/dram_support.h"
#include "tests/support/other_dram.h"
#include "tests/support/tries.h"

namespace dcnsim {
namespace {

std::vector<DramCommand> commands_of_calls(const DramSpec& spec, const DramConfig& config,
                                           const std::vector<Access>& traffic) {
  DramDevice device(spec, config);
  Recorder recorder(device);
  std::uint64_t done = 0;
  for (const Access& a : traffic) done = device.access(a.at_ps, a.address, a.bytes, a.is_write);
  device.run_until(done + 10'000'000);
  return recorder.commands;
}

std::vector<DramCommand> commands_of_queue(const DramSpec& spec, const DramConfig& config,
                                           const std::vector<Access>& traffic) {
  DramDevice device(spec, config);
  RequestQueue queue(device, config);
  Recorder recorder(device);
  const auto ignore = [](RequestQueue::Event, std::uint64_t, std::uint64_t) {};
  std::uint64_t now = 0;
  for (const Access& a : traffic) {
    while (queue.is_entering() || queue.next_ps() < a.at_ps) {
      now = queue.next_ps();
      queue.advance(now, ignore);
    }
    now = std::max(now, a.at_ps);
    queue.enqueue(now, 0, a.address, a.bytes, a.is_write);
  }
  while (!queue.idle()) {
    now = queue.next_ps();
    queue.advance(now, ignore);
  }
  queue.run_until(now + 10'000'000);
  return recorder.commands;
}

const char* const kMappings[] = {"row-bank-column-group-channel", "row-bank-group-column-channel",
                                 "row-column-channel-bank-group", "channel-bank-group-row-column",
                                 "column-row-group-channel-bank", "row-bank-channel-column-group"};

class TimingRules : public testing::TestWithParam<std::string> {};

TEST_P(TimingRules, hold_for_every_policy_mapping_and_scheduler) {
  const DramSpec spec = preset(GetParam());
  const auto accesses = static_cast<std::size_t>(tries(600, 1500));
  unsigned seed = 1;
  for (const char* mapping : kMappings) {
    for (const PagePolicy policy : {PagePolicy::kOpen, PagePolicy::kClosed}) {
      for (const DramScheduler scheduler : {DramScheduler::kFrFcfs, DramScheduler::kFcfs}) {
        DramConfig config = dram_config(1 << (seed % 3));
        config.address_mapping = mapping;
        config.page_policy = policy;
        config.scheduler = scheduler;
        config = of_depth(config, 1 + static_cast<int>(seed * 7 % 40));
        const std::vector<Access> traffic =
            random_traffic(seed, accesses, seed % 2 ? 20000 : 200000);
        for (const auto& commands :
             {commands_of_calls(spec, config, traffic), commands_of_queue(spec, config, traffic)}) {
          const auto broken = broken_rules(spec, commands);
          ASSERT_GT(commands.size(), traffic.size());
          ASSERT_TRUE(broken.empty()) << broken.front() << " and " << broken.size() - 1 << " more; "
                                      << mapping << " seed " << seed;
        }
        ++seed;
      }
    }
  }
}

void expect_two_at_once(const DramSpec& spec, const std::vector<DramCommand>& commands) {
  std::size_t seen = 0;
  for (const std::string& broken : broken_rules(spec, commands)) {
    seen += broken.find("two commands at once") != std::string::npos;
  }
  EXPECT_GT(seen, 0u);
}

// The model wastes nothing: were any timing longer by a clock cycle or two, the checker would see
// it broken. Which also shows that the checker sees every rule.
TEST_P(TimingRules, are_used_to_their_limit_and_their_breach_is_seen) {
  const DramSpec spec = preset(GetParam());
  DramConfig config = without_write_queue(dram_config());
  std::vector<DramCommand> commands =
      commands_of_calls(spec, config, random_traffic(5, 4000, 3000));
  config.address_mapping = "row-column-channel-bank-group";
  const auto more = commands_of_calls(spec, config, random_traffic(6, 4000, 30000));
  const auto queued = commands_of_queue(spec, dram_config(), random_traffic(7, 4000, 3000));
  const auto lengthen = [&](auto& member) {
    if constexpr (std::is_same_v<decltype(member), double&>) member += 2.01 * spec.tck_ns;
  };
  const auto expect_seen = [&](const dram_fields::Column& field, const DramSpec& longer) {
    if (field.unit != "ns" || field.name == "tREFI_ns") return;
    const std::string name(field.name.substr(0, field.name.rfind("_ns")));
    std::size_t seen = 0;
    for (const auto& sequence : {commands, more, queued}) {
      for (const std::string& broken : broken_rules(longer, sequence)) {
        seen += broken.find(": " + name) != std::string::npos;
      }
    }
    EXPECT_GT(seen, 0u) << name;
  };
  for_each_other(spec, expect_seen, lengthen);
  std::vector<int DramSpec::*> lengths = {&DramSpec::activate_cycles, &DramSpec::precharge_cycles};
  // A bus of their own has room between column commands, which are a burst apart.
  if (spec.command_buses == 1) lengths.push_back(&DramSpec::column_cycles);
  for (int DramSpec::*const length : lengths) {
    DramSpec longer = spec;
    ++(longer.*length);
    expect_two_at_once(longer, commands);
  }
  if (spec.command_buses == 2) {
    DramSpec one_bus = spec;
    one_bus.command_buses = 1;
    expect_two_at_once(one_bus, commands);
  }
  DramSpec shorter = spec;
  shorter.trefi_ns *= 0.9;
  const auto overdue = broken_rules(shorter, commands);
  ASSERT_FALSE(overdue.empty());
  EXPECT_NE(overdue.front().find("tREFI"), std::string::npos) << overdue.front();
}

// Two bank groups, so that both kinds of distance count, and activates that could come in two
// parts.
TEST(DramFields, bear_on_timing_where_they_say_so) {
  DramSpec spec = preset("ddr4_2400_x16_8gb");
  spec.activate_cycles = spec.activate_within_cycles = 2;
  const auto commands_of = [](const DramSpec& device) {
    std::vector<std::uint64_t> times;
    for (const char* mapping : {"row-bank-column-group-channel", "row-column-channel-bank-group"}) {
      DramConfig config = without_write_queue(dram_config());
      config.address_mapping = mapping;
      for (const unsigned seed : {5u, 6u}) {
        for (const DramCommand& c :
             commands_of_calls(device, config, random_traffic(seed, 2000, 10000))) {
          times.push_back(c.start_ps);
        }
      }
    }
    return times;
  };
  const auto before = commands_of(spec);
  for_each_other(spec, [&](const dram_fields::Column& field, const DramSpec& other) {
    EXPECT_EQ(commands_of(other) != before, field.bears == dram_fields::Bears::kOnTiming)
        << field.name;
  });
}

INSTANTIATE_TEST_SUITE_P(Presets, TimingRules, testing::ValuesIn(dram_presets(kTables)));

}  // namespace
}  // namespace dcnsim
