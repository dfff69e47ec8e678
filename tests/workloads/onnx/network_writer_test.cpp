// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <map>

#include "tests/support/random_network.h"
#include "tests/support/temporary_folder.h"
#include "tests/workloads/onnx/comparable_networks.h"
#include "tests/workloads/onnx/model.h"
#include "workloads/executor.h"

namespace dcnsim {
namespace {

using test::canonical;
using test::expect_equal;
using test::TemporaryFile;

TEST(NetworkWriter, WritesWhatTheReaderReadsBackEqual) {
  int written = 0, bounded = 0;
  for (unsigned seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    RandomNetwork random(seed);
    FixedNetwork network = random.make();
    if (seed % 2 == 0) random.bound(network, false);
    network = canonical(std::move(network));
    try {
      validate(network);
    } catch (const std::invalid_argument&) {
      continue;  // the pools changed, and with them the shapes behind
    }
    TemporaryFile file;
    save_network(network, file.path());
    expect_equal(std::get<FixedNetwork>(load_network(file.path())), network);
    ++written;
    for (const FixedLayer& layer : network.layers) bounded += layer.requant.is_bounded();
  }
  EXPECT_GT(written, 200);
  EXPECT_GT(bounded, 100);
}

TEST(NetworkWriter, KeepsBoundsThatAreALayerOfTheirOwn) {
  test::Model model({4, 4, 2});
  model.constant("low", {}, {-1.25F});
  model.constant("high", {}, {2.0F});
  model.quant("x", "xq", 0.25F, 9, true);
  model.node("Clip", {"xq", "low", "high"}, "c");
  model.quant("c", "cq", 0.5F, 8, true, "HALF_UP");
  model.node("Relu", {"xq"}, "r");
  model.node("Add", {"cq", "r"}, "a");
  model.quant("a", "y", 0.25F, 9, true);
  const FixedNetwork network = model.load_fixed();
  ASSERT_EQ(network.layers.size(), 3U);
  EXPECT_TRUE(network.layers[0].requant.is_bounded());
  EXPECT_TRUE(network.layers[1].requant.relu);
  TemporaryFile file;
  save_network(network, file.path());
  expect_equal(std::get<FixedNetwork>(load_network(file.path())), network);
}

TEST(NetworkWriter, WritesPartsOfMapsThatComeBackMostlyWithoutCopies) {
  int without_copies = 0, equal = 0;
  for (unsigned seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    RandomNetwork random(seed);
    const FixedNetwork network = canonical(random.joined());
    TemporaryFile file;
    save_network(network, file.path());
    const auto read = std::get<FixedNetwork>(load_network(file.path()));
    const CodeTensor image = random.image(network);
    Executor written(network, {}), again(read, {});
    EXPECT_EQ(again.run(image).layers.back(), written.run(image).layers.back());
    // Of a map that nobody reads whole, less may be one, or two others.
    without_copies += read.layers.size() == network.layers.size() ? 1 : 0;
    const LayerNode &a = network.layers[0].node, &b = read.layers[0].node;
    equal += a.join.channel == b.join.channel && a.join.channels == b.join.channels ? 1 : 0;
  }
  EXPECT_GT(without_copies, 100);
  EXPECT_GT(equal, 40);
}

/// The rounding modes of a model's Quant nodes.
std::map<std::string, std::string> written_modes(const std::string& bytes) {
  onnx::ModelProto model;
  EXPECT_TRUE(model.ParseFromString(bytes));
  std::map<std::string, std::string> modes;
  for (const onnx::NodeProto& node : model.graph().node()) {
    for (const onnx::AttributeProto& attribute : node.attribute()) {
      if (attribute.name() == "rounding_mode") modes[node.name()] = attribute.s();
    }
  }
  return modes;
}

TEST(NetworkWriter, WritesTheModeThatAllToolsKnowWhereNothingTies) {
  int exact = 0, others = 0, signed_bits = 0;
  for (unsigned seed = 0; seed < 200; ++seed) {
    FixedNetwork network = canonical(RandomNetwork(seed).make());
    try {
      validate(network);
    } catch (const std::invalid_argument&) {
      continue;
    }
    for (FixedLayer& layer : network.layers) {
      layer.requant.rounding = Rounding::kHalfAway;
    }
    TemporaryFile file;
    save_network(network, file.path());
    const std::map<std::string, std::string> modes = written_modes(file.read());
    for (const FixedLayer& layer : network.layers) {
      const bool ties = test::meets_a_tie(layer);
      // Of codes -1 and 0 what is rounded is one larger: ROUND takes 1/2 to 0, as HALF_UP -1/2 to
      // -1.
      const bool is_signed_bit = layer.requant.out.bits == 1 && layer.requant.out.is_signed;
      EXPECT_EQ(modes.at(layer.node.name + ".quant"), ties != is_signed_bit ? "HALF_UP" : "ROUND");
      ++(is_signed_bit ? signed_bits : ties ? others : exact);
    }
  }
  EXPECT_GT(exact, 50);
  EXPECT_GT(others, 50);
  EXPECT_GT(signed_bits, 5);
}

TEST(NetworkWriter, KeepsNarrowFormatsAwkwardNamesAndWideBiases) {
  FixedNetwork network = canonical(RandomNetwork(3).make());
  network.layers[0].node.name = network.input_name + ".quant";
  network.layers[0].requant.out.narrow = true;
  network.layers.back().requant.out = {16, network.layers.back().requant.out.frac, true, true};
  network.layers.back().node.relu = network.layers.back().requant.relu = false;
  network.layers.back().requant.rounding = Rounding::kHalfEven;
  network.layers.back().node.name = network.layers[0].node.name + ".out";
  network.layers.back().bias[0] = std::int64_t{0xFFFFFF} << 20;
  validate(network);
  TemporaryFile file;
  save_network(network, file.path());
  expect_equal(std::get<FixedNetwork>(load_network(file.path())), network);
}

TEST(NetworkWriter, WritesEqualBytesForEqualNetworks) {
  const FixedNetwork network = canonical(RandomNetwork(5).make());
  TemporaryFile first, second;
  save_network(network, first.path());
  save_network(network, second.path());
  EXPECT_EQ(first.read(), second.read());
}

std::string error_of_saving(const FixedNetwork& network, const std::string& path) {
  try {
    save_network(network, path);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

TEST(NetworkWriter, RefusesWhatOnnxCannotSay) {
  TemporaryFile file;
  file.write("earlier result");
  FixedNetwork network = canonical(RandomNetwork(3).make());
  FixedLayer& last = network.layers.back();
  last.requant.out.is_signed = true;
  last.node.relu = last.requant.relu = false;
  last.requant.rounding = Rounding::kHalfUp;
  EXPECT_EQ(error_of_saving(network, file.path()),
            file.path() + ": cannot be written: layer '" + last.node.name +
                "': half-up rounding of signed outputs has no QONNX rounding mode");
  last.requant.rounding = Rounding::kFloor;
  last.bias[0] = (1 << 24) + 1;
  EXPECT_EQ(error_of_saving(network, file.path()),
            file.path() + ": cannot be written: layer '" + last.node.name +
                "': bias code 16777217 is not a float32 number, which is all ONNX holds");
  EXPECT_EQ(file.read(), "earlier result");
}

TEST(NetworkWriter, SaysWhichFileCannotBeWritten) {
  const FixedNetwork network = canonical(RandomNetwork(3).make());
  const TemporaryFolder folder;
  const std::string path = folder.path("missing/net.onnx");
  EXPECT_EQ(error_of_saving(network, path),
            path + ": cannot be written: No such file or directory");
  EXPECT_EQ(error_of_saving(network, "/dev/full"),
            "/dev/full: cannot be written: No space left on device");
}

}  // namespace
}  // namespace dcnsim
