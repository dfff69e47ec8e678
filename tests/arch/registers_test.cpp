// SPDX-License-Identifier: Apache-2.0
// The register table as such: what everything that is made of it relies on.
#include "models/arch/registers.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace dcnsim::reg {
namespace {

TEST(Registers, words_do_not_overlap_and_lie_in_the_window) {
  std::set<std::uint32_t> offsets;
  for (const Register& r : kRegisters) {
    EXPECT_EQ(r.offset % 4, 0u) << r.name;
    EXPECT_LE(r.offset, kWindowBytes - 4) << r.name;
    EXPECT_TRUE(offsets.insert(r.offset).second) << r.name;
  }
  for (const Counter& c : kCounters) {
    EXPECT_EQ(c.offset % 8, 0u) << c.name;
    EXPECT_LE(c.offset, kWindowBytes - 8) << c.name;
    EXPECT_TRUE(offsets.insert(c.offset).second) << c.name;
    EXPECT_TRUE(offsets.insert(c.offset + 4).second) << c.name;
  }
}

TEST(Registers, names_are_unique_and_everything_is_described) {
  std::set<std::string_view> names;
  for (const Register& r : kRegisters) {
    EXPECT_TRUE(names.insert(r.name).second) << r.name;
    EXPECT_FALSE(r.description.empty()) << r.name;
    EXPECT_FALSE(r.fields.empty()) << r.name;
    std::set<std::string_view> fields;
    for (const Field& field : r.fields) {
      EXPECT_TRUE(fields.insert(field.name).second) << r.name << "." << field.name;
      EXPECT_FALSE(field.description.empty()) << r.name << "." << field.name;
    }
  }
  for (const Counter& c : kCounters) {
    EXPECT_TRUE(names.insert(c.name).second) << c.name;
    EXPECT_FALSE(c.description.empty()) << c.name;
  }
}

TEST(Registers, fields_are_contiguous_disjoint_and_hold_their_values) {
  for (const Register& r : kRegisters) {
    std::uint32_t taken = 0;
    for (const Field& field : r.fields) {
      EXPECT_EQ(field.mask & taken, 0u) << r.name << "." << field.name;
      taken |= field.mask;
      const std::uint32_t ones = ~std::uint32_t{0} >> (32 - field.bits());
      EXPECT_EQ(field.mask, ones << field.low()) << r.name << "." << field.name;
      std::set<std::uint32_t> values;
      for (const EnumeratedValue& v : field.values) {
        EXPECT_LE(v.value, ones) << v.name;
        EXPECT_TRUE(values.insert(v.value).second) << v.name;
      }
    }
    EXPECT_EQ(r.reset & ~r.mask(), 0u) << r.name;
  }
}

TEST(Registers, a_write_only_register_has_nothing_to_reset) {
  for (const Register& r : kRegisters) {
    EXPECT_TRUE(readable(r.access) || r.reset == 0) << r.name;
  }
}

}  // namespace
}  // namespace dcnsim::reg
