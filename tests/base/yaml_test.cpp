// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "models/base/yaml/document.h"
#include "tests/support/error_of.h"

namespace dcnsim {
namespace {

std::string problem(const std::string& text, std::size_t max_bytes = kMaxYamlBytes) {
  return error_of([&] { parse_yaml(text, "m.yaml", max_bytes); });
}

TEST(yaml, one_document_is_read) {
  EXPECT_EQ(parse_yaml("a: [1, 2]", "m.yaml")["a"][1].Scalar(), "2");
  EXPECT_EQ(problem(""), "m.yaml: no keys and values in it");
  EXPECT_EQ(problem("a: 1\n---\nb: 2\n"), "m.yaml: more than one YAML document");
  EXPECT_EQ(problem(", a"), "m.yaml: no keys and values in it");
  EXPECT_EQ(problem("a: [1\n"), "m.yaml:2: not YAML: end of sequence flow not found");
  EXPECT_EQ(problem(std::string(10'000, '[')), "m.yaml: not YAML: nested too deeply");
}

TEST(yaml, size_is_limited_to_what_is_asked_for) {
  const std::string text = "a: " + std::string(kMaxYamlBytes, 'x');
  EXPECT_EQ(problem(text), "m.yaml: larger than 262144 bytes");
  EXPECT_EQ(problem(text, kMaxLayersYamlBytes), "no error");
}

/// Two bytes of text can take a kilobyte of memory each time.
TEST(yaml, nodes_are_limited_whatever_the_size) {
  std::string text = "a: [";
  while (text.size() < kMaxLayersYamlBytes - 10) text += "\n,";
  EXPECT_EQ(problem(text + "]", kMaxLayersYamlBytes).substr(0, 7), "m.yaml:");
  text = "- [";
  for (std::size_t i = 0; i < kMaxYamlNodes - 2; ++i) text += "1,";
  EXPECT_EQ(problem(text + "]", kMaxLayersYamlBytes), "no error");
  EXPECT_EQ(problem(text + "\n1]", kMaxLayersYamlBytes),
            "m.yaml:2: more than 262144 keys and values up to here");
}

TEST(yaml, nodes_are_limited_in_proportion_to_the_size) {
  EXPECT_EQ(problem("a: {" + std::string(3000, ',') + "}"),
            "m.yaml:1: more than 2502 keys and values up to here");
  EXPECT_EQ(problem("a: [" + std::string(900, ',') + "]"), "no error");
}

}  // namespace
}  // namespace dcnsim
