// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "models/base/json/document.h"
#include "tests/support/error_of.h"

namespace dcnsim {
namespace {

std::string problem(const std::string& text) {
  return error_of([&] { parse_json(text, "r.json"); });
}

/// A member that nests `depth` lists, then another: the object is moved while it grows.
std::string nested(std::size_t depth) {
  return "{\"x\":" + std::string(depth, '[') + std::string(depth, ']') + ",\"y\":1,\"z\":2}";
}

TEST(json, members_keep_their_order_and_numbers_their_bits) {
  const Json json = parse_json("{\"b\": 0.1, \"a\": [1, -2, true, null]}", "r.json");
  EXPECT_EQ(json.dump(), "{\"b\":0.1,\"a\":[1,-2,true,null]}");
  EXPECT_EQ(json_if_valid("[1]"), Json::array({1}));
}

TEST(json, what_is_no_document_is_refused_by_name) {
  for (const char* text : {"", "{", "[1,]", "{} {}", "nul", "\xff", "[NaN]", "[1e999]"}) {
    EXPECT_EQ(problem(text), "r.json: not a JSON file, or cut short") << text;
    EXPECT_EQ(json_if_valid(text), std::nullopt) << text;
  }
}

TEST(json, nesting_ends_at_the_limit) {
  const auto most = static_cast<std::size_t>(kMaxJsonDepth);
  EXPECT_EQ(problem(nested(most - 1)), "no error");
  const std::string too_deep = "r.json: lists and objects nested more than 64 deep";
  EXPECT_EQ(problem(nested(most)), too_deep);
  EXPECT_EQ(problem(nested(1'000'000)), too_deep);
  EXPECT_EQ(problem(std::string(1'000'000, '[')), too_deep);
  EXPECT_EQ(json_if_valid(nested(1'000'000)), std::nullopt);
}

TEST(json, cbor_has_the_same_limits) {
  const auto cbor_problem = [](const std::string& bytes) {
    return error_of([&] { parse_cbor(bytes, "r.cbor"); });
  };
  EXPECT_EQ(parse_cbor("\x82\x01\x61x", "r.cbor").dump(), "[1,\"x\"]");
  EXPECT_EQ(cbor_problem("\x82\x01"), "r.cbor: not CBOR, or cut short");
  EXPECT_EQ(cbor_problem(std::string(1'000'000, '\x81')),
            "r.cbor: lists and objects nested more than 64 deep");
}

}  // namespace
}  // namespace dcnsim
