// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

#include "platform/registers/words.h"
#include "tests/platform/registers/rdl_reader.h"

namespace dcnsim {
namespace {

std::string checked_in() {
  std::ifstream in(DCNSIM_SOURCE_DIR "/platform/registers/dcn.rdl");
  return {std::istreambuf_iterator<char>(in), {}};
}

/// What software may do with a field, as SystemRDL names it.
RdlProperties access_properties(reg::Access access) {
  switch (access) {
    case reg::Access::kConstant:
      return {{"sw", "r"}, {"hw", "na"}};
    case reg::Access::kReadOnly:
      return {{"sw", "r"}, {"hw", "w"}};
    case reg::Access::kWriteOnly:
      return {{"sw", "w"}, {"hw", "r"}, {"singlepulse", "true"}};
    case reg::Access::kReadWrite:
      return {{"sw", "rw"}, {"hw", "r"}};
    case reg::Access::kWriteOneToClear:
      return {{"sw", "rw"}, {"hw", "rw"}, {"onwrite", "woclr"}, {"hwset", "true"}};
  }
  return {};
}

TEST(SystemRdl, registers_and_fields_are_those_of_the_table) {
  const RdlMap map = read_rdl(checked_in());
  EXPECT_EQ(map.defaults.at("regwidth"), "32");
  EXPECT_EQ(map.defaults.at("accesswidth"), "32");
  const std::vector<RegisterWord> words = register_words();
  ASSERT_EQ(map.registers.size(), words.size());
  for (std::size_t i = 0; i < words.size(); ++i) {
    SCOPED_TRACE(words[i].name);
    const RdlRegister& r = map.registers[i];
    EXPECT_EQ(r.name, words[i].name);
    EXPECT_EQ(r.offset, words[i].offset);
    EXPECT_EQ(r.properties.at("desc"), words[i].description);
    ASSERT_EQ(r.fields.size(), words[i].fields.size());
    for (std::size_t f = 0; f < r.fields.size(); ++f) {
      const reg::Field& field = words[i].fields[f];
      EXPECT_EQ(r.fields[f].name, field.name);
      EXPECT_EQ(r.fields[f].low, field.low());
      EXPECT_EQ(r.fields[f].high, field.low() + field.bits() - 1);
      EXPECT_EQ(r.fields[f].reset << field.low(), words[i].reset & field.mask);
      RdlProperties expected = access_properties(words[i].access);
      expected["desc"] = field.description;
      if (!field.values.empty()) {
        expected["encode"] = words[i].name + "_" + std::string(field.name);
        const auto& values = map.enums.at(expected["encode"]);
        EXPECT_EQ(values.size(), field.values.size());
        for (const reg::EnumeratedValue& v : field.values) {
          EXPECT_EQ(values.at(std::string(v.name)), v.value);
        }
      }
      EXPECT_EQ(r.fields[f].properties, expected) << field.name;
    }
  }
}

TEST(SystemRdl, what_is_not_the_language_is_refused_with_its_line) {
  const auto refusal = [](const std::string& from, const std::string& to) {
    std::string text = checked_in();
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    try {
      read_rdl(text.replace(at, from.size(), to));
    } catch (const std::invalid_argument& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  EXPECT_EQ(refusal("addrmap", "addrmap"), "accepted");
  EXPECT_EQ(refusal("littleendian", "middleendian"),
            "line 8: \";\", expected a property, not middleendian");
  EXPECT_NE(refusal("} ID @ 0x000;", "} ID @ 0x000").find("expected \";\""), std::string::npos);
  EXPECT_NE(refusal("16'h1", "16'h10000").find("fits its width"), std::string::npos);
  EXPECT_NE(refusal("[31:0]", "[32:0]").find("bits within"), std::string::npos);
  EXPECT_NE(refusal("encode = ERROR_CODE_CODE", "encode = NOTHING").find("enum"),
            std::string::npos);
  EXPECT_NE(refusal("sw = r;", "sw = r; sw = w;").find("one value"), std::string::npos);
  EXPECT_NE(refusal("} ID", "} 7D").find("an identifier"), std::string::npos);
}

}  // namespace
}  // namespace dcnsim
