// SPDX-License-Identifier: Apache-2.0
// No command sequence breaks a timing rule of its preset, and every rule is used to its limit.
#include <gtest/gtest.h>

#include "models/perf/dram/device.h"
#include "models/perf/dram/request_queue.h"
#include "tests/perf/dram/command_checker.h"
#include "tests/perf/dram/dram_support.h"

namespace dcnsim {
namespace {

std::vector<DramCommand> commands_of_calls(const DramSpec& spec, const DramConfig& config,
                                           const std::vector<Access>& traffic) {
  DramDevice device(spec, config);
  std::vector<DramCommand> commands;
  device.observe([&](const DramCommand& c) { commands.push_back(c); });
  for (const Access& a : traffic) device.access(a.at_ps, a.address, a.bytes, a.is_write);
  return commands;
}

std::vector<DramCommand> commands_of_queue(const DramSpec& spec, const DramConfig& config,
                                           const std::vector<Access>& traffic) {
  DramDevice device(spec, config);
  RequestQueue queue(device, config);
  std::vector<DramCommand> commands;
  device.observe([&](const DramCommand& c) { commands.push_back(c); });
  const auto ignore = [](std::uint64_t, std::uint64_t) {};
  std::uint64_t now = 0;
  for (const Access& a : traffic) {
    while (queue.full() || queue.next_ps() < a.at_ps) {
      now = queue.next_ps();
      queue.advance(now, ignore);
    }
    now = std::max(now, a.at_ps);
    queue.enqueue(now, 0, a.address, a.bytes, a.is_write);
  }
  while (!queue.empty()) queue.advance(queue.next_ps(), ignore);
  return commands;
}

const char* const kMappings[] = {"row-bank-column-group-channel", "row-bank-group-column-channel",
                                 "row-column-channel-bank-group", "channel-bank-group-row-column",
                                 "column-row-group-channel-bank", "row-bank-channel-column-group"};

class TimingRules : public testing::TestWithParam<std::string> {};

TEST_P(TimingRules, hold_for_every_policy_mapping_and_scheduler) {
  const DramSpec spec = preset(GetParam());
  unsigned seed = 1;
  for (const char* mapping : kMappings) {
    for (const PagePolicy policy : {PagePolicy::kOpen, PagePolicy::kClosed}) {
      for (const DramScheduler scheduler : {DramScheduler::kFrFcfs, DramScheduler::kFcfs}) {
        DramConfig config = dram_config(1 << (seed % 3));
        config.address_mapping = mapping;
        config.page_policy = policy;
        config.scheduler = scheduler;
        config.queue_depth = 1 + static_cast<int>(seed * 7 % 40);
        const std::vector<Access> traffic = random_traffic(seed, 1500, seed % 2 ? 20000 : 200000);
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

// The model wastes nothing: were any timing longer by a clock cycle or two, the checker would see
// it broken. Which also shows that the checker sees every rule.
TEST_P(TimingRules, are_used_to_their_limit_and_their_breach_is_seen) {
  const DramSpec spec = preset(GetParam());
  DramConfig config = dram_config();
  std::vector<DramCommand> commands =
      commands_of_calls(spec, config, random_traffic(5, 4000, 3000));
  config.address_mapping = "row-column-channel-bank-group";
  const auto more = commands_of_calls(spec, config, random_traffic(6, 4000, 30000));
  const std::pair<const char*, double DramSpec::*> rules[] = {
      {"tCK", &DramSpec::tck_ns},       {"CL", &DramSpec::cl_ns},
      {"CWL", &DramSpec::cwl_ns},       {"tRCD", &DramSpec::trcd_ns},
      {"tRP", &DramSpec::trp_ns},       {"tRAS", &DramSpec::tras_ns},
      {"tRC", &DramSpec::trc_ns},       {"tCCD_S", &DramSpec::tccd_s_ns},
      {"tCCD_L", &DramSpec::tccd_l_ns}, {"tRRD_S", &DramSpec::trrd_s_ns},
      {"tRRD_L", &DramSpec::trrd_l_ns}, {"tFAW", &DramSpec::tfaw_ns},
      {"tWR", &DramSpec::twr_ns},       {"tRTP", &DramSpec::trtp_ns},
      {"tWTR_S", &DramSpec::twtr_s_ns}, {"tWTR_L", &DramSpec::twtr_l_ns},
      {"tRFC", &DramSpec::trfc_ns}};
  for (const auto& [name, field] : rules) {
    DramSpec longer = spec;
    longer.*field += 2.01 * spec.tck_ns;
    std::size_t seen = 0;
    for (const auto& sequence : {commands, more}) {
      for (const std::string& broken : broken_rules(longer, sequence)) {
        seen += broken.find(std::string(": ") + name) != std::string::npos;
      }
    }
    EXPECT_GT(seen, 0u) << name;
  }
  DramSpec shorter = spec;
  shorter.trefi_ns *= 0.9;
  const auto overdue = broken_rules(shorter, commands);
  ASSERT_FALSE(overdue.empty());
  EXPECT_NE(overdue.front().find("tREFI"), std::string::npos) << overdue.front();
}

INSTANTIATE_TEST_SUITE_P(Presets, TimingRules, testing::ValuesIn(dram_presets(kTables)));

}  // namespace
}  // namespace dcnsim
