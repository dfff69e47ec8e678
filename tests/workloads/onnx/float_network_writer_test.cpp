// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "tests/support/random_network.h"
#include "tests/support/small_float_network.h"
#include "tests/workloads/onnx/comparable_networks.h"
#include "tests/workloads/onnx/model.h"

namespace dcnsim {
namespace {

using test::canonical;
using test::expect_equal;
using test::TemporaryFile;

const std::string kNetworks = std::string(DCNSIM_SOURCE_DIR) + "/workloads/networks/";

/// Any finite number: tiny, huge, negative zero.
float any_float(std::mt19937& random) {
  while (true) {
    const auto bits = static_cast<std::uint32_t>(random());
    float value = 0;
    std::memcpy(&value, &bits, sizeof value);
    if (std::isfinite(value)) return value;
  }
}

FloatNetwork with_any_numbers(const FixedNetwork& fixed, unsigned seed) {
  std::mt19937 random(seed);
  FloatNetwork network{fixed.name, fixed.input_name, fixed.input, {}};
  for (const FixedLayer& layer : fixed.layers) {
    FloatLayer same{layer.node, {}, {}};
    for (std::size_t i = 0; i < layer.weights.size(); ++i) {
      same.weights.push_back(any_float(random));
    }
    for (std::size_t i = 0; i < layer.bias.size(); ++i) same.bias.push_back(any_float(random));
    network.layers.push_back(std::move(same));
  }
  return network;
}

void expect_comes_back(const FloatNetwork& network) {
  TemporaryFile file;
  save_network(network, file.path());
  expect_equal(std::get<FloatNetwork>(load_network(file.path())), network);
}

TEST(FloatNetworkWriter, WritesWhatTheReaderReadsBackEqual) {
  int written = 0;
  for (unsigned seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    RandomNetwork random(seed);
    FixedNetwork shapes = seed % 4 == 0 ? random.residual() : random.make();
    if (seed % 2 == 0) random.bound(shapes, false);
    const FloatNetwork network = with_any_numbers(canonical(shapes), seed);
    try {
      validate(network);
    } catch (const std::invalid_argument&) {
      continue;  // the pools changed, and with them the shapes behind
    }
    expect_comes_back(network);
    ++written;
  }
  EXPECT_GT(written, 200);
}

TEST(FloatNetworkWriter, WritesEveryKindOfLayer) { expect_comes_back(mixed_network()); }

TEST(FloatNetworkWriter, WritesTheNetworksOfTheProject) {
  for (const char* const name : {"cifar10_plain7_float.onnx.gz", "cifar10_res8_float.onnx.gz"}) {
    SCOPED_TRACE(name);
    expect_comes_back(std::get<FloatNetwork>(load_network(kNetworks + name)));
  }
}

TEST(FloatNetworkWriter, FusesThePoolsThatTheReaderFuses) {
  FloatNetwork network = mixed_network();
  PoolShape& pool = network.layers[2].node.pool;
  pool.stride_h = pool.stride_w = 3;
  network.layers.resize(3);
  TemporaryFile file;
  save_network(network, file.path());
  const auto read = std::get<FloatNetwork>(load_network(file.path()));
  ASSERT_EQ(read.layers.size(), 2U);
  EXPECT_EQ(read.layers[1].node.fused_pool, 3);
  expect_comes_back(read);
}

TEST(FloatNetworkWriter, UsesOnlyOperatorsOfOnnx) {
  TemporaryFile file;
  save_network(mixed_network(), file.path());
  onnx::ModelProto model;
  ASSERT_TRUE(model.ParseFromString(file.read()));
  ASSERT_EQ(model.opset_import_size(), 1);
  EXPECT_EQ(model.opset_import(0).domain(), "");
  EXPECT_EQ(model.opset_import(0).version(), 13);
  std::vector<std::string> operators;
  for (const onnx::NodeProto& node : model.graph().node()) {
    EXPECT_EQ(node.domain(), "");
    operators.push_back(node.op_type());
  }
  EXPECT_EQ(operators, (std::vector<std::string>{"Conv", "Relu", "Conv", "MaxPool", "Add", "Relu",
                                                 "AveragePool", "Flatten", "Gemm"}));
}

TEST(FloatNetworkWriter, RefusesNumbersThatAreNotFinite) {
  TemporaryFile file;
  file.write("earlier result");
  FloatNetwork network = mixed_network();
  network.layers[1].bias[2] = std::numeric_limits<float>::quiet_NaN();
  try {
    save_network(network, file.path());
    ADD_FAILURE() << "was written";
  } catch (const std::runtime_error& error) {
    EXPECT_EQ(error.what(), file.path() + ": cannot be written: layer 'conv1': a weight or bias " +
                                "is not a finite number");
  }
  EXPECT_EQ(file.read(), "earlier result");
}

}  // namespace
}  // namespace dcnsim
