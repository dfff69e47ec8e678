// SPDX-License-Identifier: Apache-2.0
#include "models/perf/dram/address_map.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <stdexcept>
#include <tuple>

#include "tests/perf/dram/dram_support.h"

namespace dcnsim {
namespace {

DramConfig mapped(const std::string& mapping, int channels = 1) {
  DramConfig config = dram_config(channels);
  config.address_mapping = mapping;
  return config;
}

std::vector<DramRun> runs(const AddressMap& map, std::uint64_t address, std::uint64_t bytes) {
  std::vector<DramRun> found;
  map.visit_runs(address, bytes, [&](const DramRun& run) { found.push_back(run); });
  return found;
}

/// Channel, group, bank and row of single bursts by division, low parts first.
std::tuple<std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t> by_division(
    const DramSpec& spec, const DramConfig& config, std::uint64_t address) {
  const AddressMapping mapping = parse_address_mapping(config.address_mapping);
  const auto groups = static_cast<std::uint64_t>(spec.bank_groups);
  const auto banks = static_cast<std::uint64_t>(spec.banks) / groups;
  const auto columns = static_cast<std::uint64_t>(spec.page_bytes / spec.burst_bytes());
  const auto channels = static_cast<std::uint64_t>(config.channels);
  const std::uint64_t rows =
      static_cast<std::uint64_t>(config.capacity_bytes) /
      (channels * groups * banks * static_cast<std::uint64_t>(spec.page_bytes));
  std::uint64_t value[kAddressParts] = {};
  std::uint64_t rest = address / static_cast<std::uint64_t>(spec.burst_bytes());
  for (std::size_t i = kAddressParts; i-- > 0;) {
    const std::uint64_t sizes[kAddressParts] = {rows, banks, groups, columns, channels};
    const auto part = static_cast<std::size_t>(mapping[i]);
    value[part] = rest % sizes[part];
    rest /= sizes[part];
  }
  return {value[4], value[2], value[1], value[0]};
}

TEST(AddressMap, neighbours_rotate_over_channels_and_groups_by_default) {
  const DramSpec spec = preset("ddr4_2400_x16_8gb");  // 16-byte bursts, 2 groups, 2 KiB pages
  const AddressMap map(spec, dram_config(2));
  const auto found = runs(map, 16, 64);  // bursts 1 to 4
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].channel, 0u);  // bursts 2 and 4
  EXPECT_EQ(found[0].bursts, 2u);
  EXPECT_EQ(found[0].rotation, 2u);
  EXPECT_EQ(found[0].group_of(0), 1u);
  EXPECT_EQ(found[0].group_of(1), 0u);
  EXPECT_EQ(found[1].channel, 1u);  // bursts 1 and 3
  EXPECT_EQ(found[1].group_of(0), 0u);
  EXPECT_EQ(found[1].group_of(1), 1u);
}

TEST(AddressMap, runs_are_the_bursts_of_the_access_in_every_mapping) {
  for (const std::string& name : dram_presets(kTables)) {
    const DramSpec spec = preset(name);
    std::string parts[] = {"bank", "channel", "column", "group", "row"};
    std::mt19937_64 random(1);
    do {
      const DramConfig config =
          mapped(parts[0] + '-' + parts[1] + '-' + parts[2] + '-' + parts[3] + '-' + parts[4],
                 1 << random() % 3);
      const AddressMap map(spec, config);
      const std::uint64_t address = random() % (std::uint64_t{1} << 29);
      const std::uint64_t bytes = 1 + random() % 20000;
      std::multiset<std::tuple<std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t>>
          expected, found;
      const std::uint64_t burst = map.burst_bytes();
      for (std::uint64_t at = address / burst * burst; at < address + bytes; at += burst) {
        expected.insert(by_division(spec, config, at));
      }
      for (const DramRun& run : runs(map, address, bytes)) {
        for (std::uint64_t i = 0; i < run.bursts; ++i) {
          found.insert({run.channel, run.group_of(i), run.bank, run.row});
        }
      }
      ASSERT_EQ(found, expected) << name << ' ' << config.address_mapping << ' ' << address;
    } while (std::next_permutation(std::begin(parts), std::end(parts)));
  }
}

TEST(AddressMap, sizes_that_are_no_powers_of_two_are_refused_by_name) {
  DramSpec spec = preset("lpddr4_3200_x16_6gb");
  spec.banks = 12;
  try {
    AddressMap map(spec, dram_config());
    FAIL() << "accepted 12 banks";
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(error.what(),
                 "dram preset lpddr4_3200_x16_6gb: banks: 12, expected a power of two");
  }
}

TEST(AddressMap, mappings_that_are_none_are_refused) {
  for (const char* wrong : {"", "row", "row-bank-column-group", "row-bank-column-group-channels",
                            "row-bank-column-group-group", "row-bank-column-group-channel-",
                            "row-bank-column-group-channel-row", "Row-bank-column-group-channel"}) {
    EXPECT_THROW(parse_address_mapping(wrong), std::invalid_argument) << wrong;
  }
}

}  // namespace
}  // namespace dcnsim
