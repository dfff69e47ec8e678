// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "analysis/quantizer/quantize_network.h"

namespace dcnsim {
namespace {

/// What load_widths makes of widths_yaml's text.
QuantizeOptions read_back(const QuantizeOptions& options, const std::string& comment) {
  const std::string path =
      testing::TempDir() + "dcnsim_widths_yaml_" + std::to_string(::getpid()) + ".yaml";
  std::ofstream(path) << widths_yaml(options, comment);
  QuantizeOptions result;
  load_widths(path, result);
  std::remove(path.c_str());
  return result;
}

void expect_equal(const QuantizeOptions& a, const QuantizeOptions& b) {
  EXPECT_EQ(a.weight_bits, b.weight_bits);
  EXPECT_EQ(a.activation_bits, b.activation_bits);
  EXPECT_EQ(a.logit_bits, b.logit_bits);
  EXPECT_EQ(a.input_bits, b.input_bits);
  ASSERT_EQ(a.layers.size(), b.layers.size());
  for (std::size_t i = 0; i < a.layers.size(); ++i) {
    EXPECT_EQ(a.layers[i].layer, b.layers[i].layer);
    EXPECT_EQ(a.layers[i].weight_bits, b.layers[i].weight_bits);
    EXPECT_EQ(a.layers[i].output_bits, b.layers[i].output_bits);
  }
}

TEST(WidthsYaml, is_what_load_widths_reads) {
  QuantizeOptions options;
  options.weight_bits = 3;
  options.activation_bits = 16;
  options.logit_bits = 1;
  options.input_bits = 5;
  options.layers = {{"conv0", 4, 0}, {"conv1", 0, 7}, {"fc", 2, 9}, {"add", 0, 0}};
  expect_equal(read_back(options, "made by a test"), options);
}

TEST(WidthsYaml, replaces_every_default) {
  const QuantizeOptions options;
  expect_equal(read_back(options, ""), options);
}

TEST(WidthsYaml, keeps_any_layer_name) {
  QuantizeOptions options;
  for (const char* name : {"/model/Conv: 3", "yes", "null", "~", "12", "- x", "a #b", "{a}", "it's",
                           "\"quoted\"", "two\nlines", "\xc3\xa4\xe2\x82\xac", " space ", "*alias",
                           "&anchor", "!tag", "%", "@", ""}) {
    options.layers.push_back({name, 4, 5});
  }
  expect_equal(read_back(options, "names"), options);
}

TEST(WidthsYaml, of_the_longest_network_with_the_longest_names_is_read_back) {
  QuantizeOptions options;
  for (std::size_t i = 0; i < kMaxLayers; ++i) {
    std::string name = std::to_string(i);
    while (name.size() < 4 * kMaxNameLength) name += "\xF0\x9F\x98\x80";
    options.layers.push_back({name, 16, 16});
  }
  expect_equal(read_back(options, std::string("a\0\x1b\n", 4) + std::string(1'000'000, 'c')),
               options);
}

TEST(WidthsYaml, starts_with_its_comment) {
  EXPECT_EQ(widths_yaml({}, "37.5 dB: {not, a, map}").rfind("# 37.5 dB: {not, a, map}\n", 0), 0U);
  QuantizeOptions options;
  options.weight_bits = 6;
  expect_equal(read_back(options, "weights: 2"), options);
}

}  // namespace
}  // namespace dcnsim
