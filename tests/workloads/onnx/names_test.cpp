// SPDX-License-Identifier: Apache-2.0
// Names in files are whatever others make them: those of networks in memory are fit to be shown.
#include <gtest/gtest.h>

#include <set>

#include "models/base/text/printable.h"
#include "tests/support/random_network.h"
#include "tests/support/temporary_folder.h"
#include "tests/workloads/onnx/comparable_networks.h"
#include "tests/workloads/onnx/model.h"

namespace dcnsim {
namespace {

using test::expect_equal;
using test::Model;
using test::TemporaryFile;

const std::string kEscape = "\x1b[2J\x1b]0;title\x07";

/// Convolutions in a row, with these names.
Model chain(const std::vector<std::string>& names) {
  Model model({1, 1, 1});
  model.constant("w", {1, 1, 1, 1}, {1});
  std::string tensor = "x";
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string next = i + 1 == names.size() ? "y" : "t" + std::to_string(i);
    model.node("Conv", {tensor, "w"}, next).named(names[i]);
    tensor = next;
  }
  return model;
}

std::vector<std::string> names_of(const FloatNetwork& network) {
  std::vector<std::string> names;
  for (const FloatLayer& layer : network.layers) names.push_back(layer.node.name);
  return names;
}

TEST(OnnxNames, are_printable_in_memory) {
  Model model({1, 1, 1});
  model.graph().set_name("\x1b[31mgraph\n\xff");
  const std::string input =
                        "im\xC2\x9B"
                        "age",
                    zero("a\0b", 3);
  model.graph().mutable_input(0)->set_name(input);
  model.constant("w", {1, 1, 1, 1}, {1});
  model.node("Conv", {input, "w"}, zero).named(kEscape);
  model.node("Conv", {zero, "w"}, "y").named("");
  // A node without a name has its output's.
  model.graph().mutable_node(1)->set_output(0, "\xE2\x80\xAEy\xC2\x85");
  model.graph().mutable_output(0)->set_name("\xE2\x80\xAEy\xC2\x85");
  const FloatNetwork network = model.load_float();
  EXPECT_EQ(network.name, "?[31mgraph??");
  EXPECT_EQ(network.input_name, "im?age");
  EXPECT_EQ(names_of(network), (std::vector<std::string>{"?[2J?]0;title?", "?y?"}));
}

TEST(OnnxNames, of_exporters_give_way_to_the_files) {
  const TemporaryFolder folder;
  Model model = chain({"a"});
  for (const char* name : {"torch_jit", "torch-jit-export", "main_graph", "tf2onnx", ""}) {
    model.graph().set_name(name);
    for (const char* file : {"res net.v2.onnx", "res net.v2.onnx.gz", "res net.v2"}) {
      std::ofstream(folder.path(file), std::ios::binary) << model.proto.SerializeAsString();
      const auto network = std::get<FloatNetwork>(load_network(folder.path(file)));
      EXPECT_EQ(network.name, file == std::string("res net.v2") ? "res net" : "res net.v2");
    }
  }
  model.graph().set_name("mine");
  EXPECT_EQ(model.load_float().name, "mine");
}

TEST(OnnxNames, of_any_script_stay) {
  const std::vector<std::string> names{"conv1",      "größe", "精度", "\xF0\x9F\x98\x80", "a, b",
                                       "it's \"x\"", " ",     "-",    "</script>",        "null"};
  EXPECT_EQ(names_of(chain(names).load_float()), names);
}

TEST(OnnxNames, stay_unique_and_clean_ones_as_they_are) {
  const std::string longest(kMaxNameLength, 'x');
  const std::vector<std::string> names =
      names_of(chain({"a\x01", "a\x02", "a?", "a\x03", "a?~2", longest, longest + "1",
                      longest + "2", longest + "3"})
                   .load_float());
  const std::string cut = std::string(kMaxNameLength - 1, 'x') + "\xE2\x80\xA6",
                    numbered = std::string(kMaxNameLength - 3, 'x') + "\xE2\x80\xA6~";
  EXPECT_EQ(names, (std::vector<std::string>{"a?~3", "a?~4", "a?", "a?~5", "a?~2", longest, cut,
                                             numbered + "2", numbered + "3"}));
  for (const std::string& name : names) EXPECT_LE(text_length(name), kMaxNameLength);
}

TEST(OnnxNames, thousands_alike_are_told_apart_soon) {
  std::vector<std::string> names;
  for (int i = 0; i < 10'000; ++i)
    names.push_back("a\x01" + std::string(250, 'x') + std::to_string(i));
  const std::vector<std::string> found = names_of(chain(names).load_float());
  EXPECT_EQ(std::set<std::string>(found.begin(), found.end()).size(), names.size());
}

TEST(OnnxNames, are_written_as_they_were_read) {
  const std::string longest(300, '\xC3');
  const FloatNetwork network =
      chain({kEscape, "a\nb", "a\tb", longest, longest + "2", "größe"}).load_float();
  TemporaryFile file;
  save_network(network, file.path());
  const auto again = std::get<FloatNetwork>(load_network(file.path()));
  EXPECT_EQ(names_of(again), names_of(network));
  EXPECT_EQ(again.name, network.name);
  EXPECT_EQ(again.input_name, network.input_name);
}

/// Float and quantized form of one network are found by the same names.
TEST(OnnxNames, of_networks_in_fixed_point_are_those_of_float_networks) {
  FixedNetwork fixed = test::canonical(RandomNetwork(3).make());
  ASSERT_GT(fixed.layers.size(), 1u);
  fixed.layers[0].node.name = kEscape;
  fixed.layers[1].node.name = "?[2J?]0;title?";
  TemporaryFile file;
  save_network(fixed, file.path());
  const auto read = std::get<FixedNetwork>(load_network(file.path()));
  EXPECT_EQ(read.layers[0].node.name, "?[2J?]0;title?~2");
  EXPECT_EQ(read.layers[1].node.name, "?[2J?]0;title?");
  TemporaryFile again;
  save_network(read, again.path());
  expect_equal(std::get<FixedNetwork>(load_network(again.path())), read);
}

TEST(OnnxNames, and_dimensions_are_cut_in_errors) {
  const auto error_with = [](std::size_t dimensions) {
    Model model({1, 1, 1});
    model.constant("w", std::vector<int>(dimensions, 1), {1});
    model.node("Conv", {"x", "w"}, "y").named(kEscape + std::string(1000, 'n'));
    return model.error();
  };
  EXPECT_NE(error_with(16).find("weights of [1 x 1 x 1 x 1 x 1 x 1 x 1 x 1 and 8 more] are not"),
            std::string::npos)
      << error_with(16);
  for (const std::size_t dimensions : {std::size_t{16}, std::size_t{17}, std::size_t{100'000}}) {
    EXPECT_LT(error_with(dimensions).size(), 300u);
    EXPECT_EQ(error_with(dimensions).find('\x1b'), std::string::npos);
  }
}

TEST(OnnxNames, more_layers_than_files_of_layers_hold_are_refused) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i <= kMaxLayers; ++i) names.push_back(std::to_string(i));
  EXPECT_EQ(chain(names).error(), "the network has 16385 layers; at most 16384 are supported");
  names.pop_back();
  EXPECT_EQ(chain(names).load_float().layers.size(), kMaxLayers);
}

}  // namespace
}  // namespace dcnsim
