// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "models/base/json/fields.h"
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

TEST(json, size_and_number_of_values_end_at_the_limits) {
  EXPECT_EQ(problem("[" + std::string(kMaxJsonBytes, ' ') + "]"),
            "r.json: larger than 536870912 bytes");
  std::string values = "[0";
  for (std::size_t i = 2; i < kMaxJsonValues; ++i) values += ",0";
  EXPECT_EQ(problem(values + "]"), "no error");
  EXPECT_EQ(problem(values + ",0]"), "r.json: more than 33554432 values in it");
  EXPECT_EQ(json_if_valid(values + ",0]"), std::nullopt);
}

/// Keys are searched one by one: an object of a million would take hours.
TEST(json, keys_of_an_object_end_at_the_limit) {
  const auto object = [](std::size_t keys) {
    std::string text = "{\"x\":{}";
    for (std::size_t i = 1; i < keys; ++i) text += ",\"" + std::to_string(i) + "\":{\"a\":0}";
    return text + "}";
  };
  EXPECT_EQ(problem(object(kMaxJsonKeys)), "no error");
  EXPECT_EQ(problem(object(kMaxJsonKeys + 1)), "r.json: an object of more than 256 keys");
}

TEST(json, a_file_without_end_is_refused) {
  EXPECT_EQ(error_of([] { load_json("/dev/zero"); }), "/dev/zero: larger than 536870912 bytes");
}

TEST(json, cbor_numbers_are_finite) {
  for (const char* bytes :
       {"\xfb\x7f\xf8\0\0\0\0\0\0", "\xfb\x7f\xf0\0\0\0\0\0\0", "\xfb\xff\xf0\0\0\0\0\0\0"}) {
    EXPECT_EQ(error_of([&] { parse_cbor(std::string(bytes, 9), "r.cbor"); }),
              "r.cbor: a number in it is not finite");
  }
  EXPECT_EQ(error_of([] { parse_cbor("\xf9\x7e\x01", "r.cbor"); }),  // NaN in 16 bits
            "r.cbor: a number in it is not finite");
}

TEST(json, a_value_taken_for_another_type_is_one_line) {
  const Json document = parse_json("{\"a\":[1]}", "r.json");
  EXPECT_EQ(read_fields(document, "r.json", [](const Fields& f) { return f.list_size("/a"); }), 1u);
  EXPECT_EQ(error_of([&] {
              read_fields(document, "r.json", [&](const Fields&) { return document["a"]["b"]; });
            }),
            "r.json: damaged, or not written by dcnsim");
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
