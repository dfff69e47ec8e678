// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "tests/support/random_network.h"
#include "tests/workloads/onnx/model.h"

namespace dcnsim {
namespace {

using test::TemporaryFile;

void expect_equal(const LayerNode& a, const LayerNode& b) {
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.kind, b.kind);
  EXPECT_EQ(a.input, b.input);
  EXPECT_EQ(a.input2, b.input2);
  EXPECT_EQ(a.relu, b.relu);
  EXPECT_EQ(a.fused_pool, b.fused_pool);
  EXPECT_EQ(a.add, b.add);
  EXPECT_EQ(a.pool.kind, b.pool.kind);
  EXPECT_EQ(a.pool.count_include_pad, b.pool.count_include_pad);
  EXPECT_EQ(a.conv.out_channels, b.conv.out_channels);
  EXPECT_EQ(a.conv.groups, b.conv.groups);
  const auto window = [](const auto& w) {
    return std::vector<int>{w.in.height, w.in.width,   w.in.channels, w.kernel_h,
                            w.kernel_w,  w.stride_h,   w.stride_w,    w.pad_top,
                            w.pad_left,  w.pad_bottom, w.pad_right};
  };
  EXPECT_EQ(window(a.conv), window(b.conv));
  EXPECT_EQ(window(a.pool), window(b.pool));
}

void expect_equal(const FixedNetwork& a, const FixedNetwork& b) {
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.input_name, b.input_name);
  EXPECT_EQ(a.input, b.input);
  EXPECT_EQ(a.input_format, b.input_format);
  ASSERT_EQ(a.layers.size(), b.layers.size());
  for (std::size_t i = 0; i < a.layers.size(); ++i) {
    SCOPED_TRACE(i);
    const FixedLayer &x = a.layers[i], &y = b.layers[i];
    expect_equal(x.node, y.node);
    if (x.node.kind == LayerKind::kConv) {
      EXPECT_EQ(x.weight, y.weight);
    }
    EXPECT_EQ(x.weights, y.weights);
    EXPECT_EQ(x.bias, y.bias);
    EXPECT_EQ(x.requant.shift, y.requant.shift);
    EXPECT_EQ(x.requant.rounding, y.requant.rounding);
    EXPECT_EQ(x.requant.relu, y.requant.relu);
    EXPECT_EQ(x.requant.out, y.requant.out);
  }
}

/// As load_network would have made it: pools fused where they can be, roundings ONNX can tell
/// apart.
FixedNetwork canonical(FixedNetwork network) {
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    FixedLayer& layer = network.layers[i];
    const bool non_negative = layer.node.relu || !layer.requant.out.is_signed;
    if (!non_negative && layer.requant.rounding == Rounding::kHalfUp) {
      layer.requant.rounding = Rounding::kHalfEven;
    }
    if (non_negative && layer.requant.rounding == Rounding::kHalfAway) {
      layer.requant.rounding = Rounding::kHalfUp;
    }
    PoolShape& pool = layer.node.pool;
    if (layer.node.kind == LayerKind::kPool && pool.kind == PoolKind::kMax) {
      pool.count_include_pad = false;
      pool.pad_left = pool.pad_top = std::min(pool.pad_left, pool.pad_top);
      // Never a tiling that would fuse: a 1 x 1 window does not, nor strides that differ.
      if (pool.kernel_h == pool.kernel_w && pool.stride_h == pool.stride_w) {
        pool.kernel_h = pool.kernel_w = pool.stride_h = pool.stride_w = 1;
        pool.pad_left = pool.pad_top = 0;
      }
    }
  }
  return network;
}

TEST(NetworkWriter, WritesWhatTheReaderReadsBackEqual) {
  int written = 0;
  for (unsigned seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    const FixedNetwork network = canonical(RandomNetwork(seed).make());
    try {
      validate(network);
    } catch (const std::invalid_argument&) {
      continue;  // the pools changed, and with them the shapes behind
    }
    TemporaryFile file;
    save_network(network, file.path());
    expect_equal(std::get<FixedNetwork>(load_network(file.path())), network);
    ++written;
  }
  EXPECT_GT(written, 200);
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
  const auto bytes = [](const std::string& path) {
    std::stringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
  };
  EXPECT_EQ(bytes(first.path()), bytes(second.path()));
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
  std::stringstream text;
  text << std::ifstream(file.path()).rdbuf();
  EXPECT_EQ(text.str(), "earlier result");
}

TEST(NetworkWriter, SaysWhichFileCannotBeWritten) {
  const FixedNetwork network = canonical(RandomNetwork(3).make());
  EXPECT_EQ(error_of_saving(network, "/nonexistent/net.onnx"),
            "/nonexistent/net.onnx: cannot be written: No such file or directory");
  EXPECT_EQ(error_of_saving(network, "/dev/null"),
            "/dev/null: cannot be written: not a regular file");
}

}  // namespace
}  // namespace dcnsim
