// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "models/arch/registers.h"
#include "platform/driver/dcn_registers.h"
#include "tests/platform/registers/c99_values.h"

namespace dcnsim {
namespace {

/// Every macro of the checked-in header with its value.
std::map<std::string, std::uint32_t> macros() {
  std::ifstream in(DCNSIM_SOURCE_DIR "/platform/driver/dcn_registers.h");
  std::map<std::string, std::uint32_t> found;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string directive, name, value;
    words >> directive >> name >> value;
    if (directive != "#define") continue;
    EXPECT_TRUE(found.emplace(name, std::stoul(value, nullptr, 0)).second) << name;
  }
  return found;
}

TEST(CHeader, has_every_offset_field_and_value_of_the_table_and_nothing_else) {
  std::map<std::string, std::uint32_t> expected = {{"DCN_WINDOW_BYTES", reg::kWindowBytes}};
  for (const reg::Register& r : reg::kRegisters) {
    const std::string name(r.name);
    expected["DCN_REG_" + name] = r.offset;
    if (r.access == reg::Access::kConstant) expected["DCN_" + name + "_VALUE"] = r.reset;
    for (const reg::Field& field : r.fields) {
      const std::string field_name = "DCN_" + name + "_" + std::string(field.name);
      if (field.bits() == 1) {
        expected[field_name] = field.mask;
      } else if (field.bits() < 32) {
        expected[field_name + "_MASK"] = field.mask;
        expected[field_name + "_SHIFT"] = field.low();
      }
      for (const reg::EnumeratedValue& v : field.values) {
        expected["DCN_" + name + "_" + std::string(v.name)] = v.value;
      }
    }
  }
  for (const reg::Counter& c : reg::kCounters) {
    expected["DCN_REG_" + std::string(c.name)] = c.offset;
  }
  EXPECT_EQ(macros(), expected);
}

TEST(CHeader, means_the_same_in_c99_and_in_cpp) {
  EXPECT_EQ(c99_commands, reg::kControlStart | reg::kControlReset);
  EXPECT_EQ(c99_commands, DCN_CONTROL_START | DCN_CONTROL_RESET);
  EXPECT_EQ(c99_version_major, reg::kVersionMajor);
  std::array<std::uint32_t, DCN_WINDOW_BYTES / 4> window{};
  window[reg::kStatus / 4] = reg::kStatusDone;
  EXPECT_EQ(c99_read(window.data(), DCN_REG_STATUS), DCN_STATUS_DONE);
}

}  // namespace
}  // namespace dcnsim
