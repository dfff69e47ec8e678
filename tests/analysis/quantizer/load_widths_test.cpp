// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>

#include "analysis/quantizer/quantize_network.h"
#include "tests/support/error_of.h"
#include "tests/support/temporary_folder.h"

namespace dcnsim {
namespace {

class LoadWidths : public testing::Test {
 protected:
  void SetUp() override {
    path_ = testing::TempDir() + "dcnsim_widths_" + std::to_string(::getpid()) + ".yaml";
  }
  void TearDown() override { ::unlink(path_.c_str()); }

  QuantizeOptions load(const std::string& text) {
    std::ofstream(path_) << text;
    QuantizeOptions options;
    load_widths(path_, options);
    return options;
  }

  /// The message without the file's name.
  std::string error(const std::string& text) {
    try {
      load(text);
    } catch (const std::runtime_error& failure) {
      const std::string what = failure.what();
      EXPECT_EQ(what.rfind(path_, 0), 0U) << what;
      EXPECT_EQ(what.find('\n'), std::string::npos);
      return what.substr(path_.size());
    }
    return "";
  }

  std::string path_;
};

TEST_F(LoadWidths, ReadsDefaultsAndLayers) {
  const QuantizeOptions options = load(
      "weights: 6\nactivations: 7\nlogits: 12\ninput: 5\n"
      "layers: {conv0: {weights: 5, output: 3}, fc: {output: 16}}\n");
  EXPECT_EQ(options.weight_bits, 6);
  EXPECT_EQ(options.activation_bits, 7);
  EXPECT_EQ(options.logit_bits, 12);
  EXPECT_EQ(options.input_bits, 5);
  ASSERT_EQ(options.layers.size(), 2U);
  EXPECT_EQ(options.layers[0].layer, "conv0");
  EXPECT_EQ(options.layers[0].weight_bits, 5);
  EXPECT_EQ(options.layers[0].output_bits, 3);
  EXPECT_EQ(options.layers[1].weight_bits, 0);
  EXPECT_EQ(options.layers[1].output_bits, 16);
}

TEST_F(LoadWidths, NamesLineFieldValueAndWhatWasExpected) {
  EXPECT_EQ(error("weights: 6\nlayers:\n  conv0:\n    weights: 17\n"),
            ":4: layers.conv0.weights: \"17\", expected a width from 1 to 16");
  EXPECT_EQ(error("weights: 0\n"), ":1: weights: \"0\", expected a width from 1 to 16");
  EXPECT_EQ(error("weights: -8\n"), ":1: weights: \"-8\", expected a width from 1 to 16");
  EXPECT_EQ(error("weights: 8.5\n"), ":1: weights: \"8.5\", expected a width from 1 to 16");
  EXPECT_EQ(error("weights: eight\n"), ":1: weights: \"eight\", expected a width from 1 to 16");
  EXPECT_EQ(error("weights: [8]\n"), ":1: weights: expected a width from 1 to 16");
  EXPECT_EQ(error("weights: 99999999999999999999\n"),
            ":1: weights: \"99999999999999999999\", expected a width from 1 to 16");
}

TEST_F(LoadWidths, SuggestsTheKeyThatWasMeant) {
  EXPECT_EQ(error("wieghts: 8\n"), ":1: wieghts: unknown key; did you mean \"weights\"?");
  EXPECT_EQ(error("layers:\n  conv0: {outputs: 8}\n"),
            ":2: layers.conv0.outputs: unknown key; did you mean \"output\"?");
  EXPECT_EQ(error("colour: 8\n"), ":1: colour: unknown key");
}

TEST_F(LoadWidths, RefusesWhatIsNoMap) {
  EXPECT_EQ(error("- 1\n- 2\n"), ":1: the file: expected keys and values");
  EXPECT_EQ(error("layers: 8\n"), ":1: layers: expected keys and values");
  EXPECT_EQ(error("layers: {conv0: 8}\n"), ":1: layers.conv0: expected keys and values");
  EXPECT_EQ(error("weights: 8\nweights: 7\n"), ":2: weights: given twice");
}

TEST_F(LoadWidths, SurvivesGarbage) {
  EXPECT_NE(error("weights: [8\n"), "");
  EXPECT_NE(error(std::string(100000, '[')), "");
  EXPECT_NE(error(std::string("\0\xFF\xFE{", 4)), "");
  EXPECT_NE(error("a: &a [*a]\n"), "");
  EXPECT_NE(error(""), "");
  EXPECT_EQ(error(std::string((16 << 20) + 1, ' ')), ": larger than 16777216 bytes");
}

TEST_F(LoadWidths, NamesAFileThatCannotBeRead) {
  QuantizeOptions options;
  const TemporaryFolder folder;
  const std::string missing = folder.path("missing.yaml");
  EXPECT_EQ(error_of([&] { load_widths(missing, options); }, missing),
            ": cannot open: No such file or directory");
  EXPECT_THROW(load_widths(testing::TempDir(), options), std::runtime_error);
}

TEST_F(LoadWidths, LeavesTheOptionsAloneWhenItFails) {
  std::ofstream(path_) << "weights: 5\nactivations: 99\n";
  QuantizeOptions options;
  EXPECT_THROW(load_widths(path_, options), std::runtime_error);
  EXPECT_EQ(options.weight_bits, 8);
}

}  // namespace
}  // namespace dcnsim
