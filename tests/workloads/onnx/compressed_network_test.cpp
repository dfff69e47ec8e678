// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <random>

#include "models/base/file/compression.h"
#include "tests/support/random_network.h"
#include "tests/support/small_float_network.h"
#include "tests/workloads/onnx/comparable_networks.h"
#include "tests/workloads/onnx/model.h"
#include "workloads/onnx/graph.h"

namespace dcnsim {
namespace {

using test::canonical;
using test::error_of;
using test::expect_equal;
using test::TemporaryFile;

/// A small float network.
std::string compressed_bytes() {
  FloatNetwork network = mixed_network();
  network.layers.resize(1);
  TemporaryFile file(".onnx.gz");
  save_network(network, file.path());
  return file.read();
}

std::string error_of_reading(const std::string& bytes) {
  TemporaryFile file;
  file.write(bytes);
  return error_of(file.path());
}

TEST(CompressedNetwork, HoldsTheBytesOfThePlainFile) {
  const FixedNetwork fixed = canonical(RandomNetwork(5).make());
  const auto expect_same = [](const auto& network) {
    TemporaryFile plain, compressed(".onnx.gz");
    save_network(network, plain.path());
    save_network(network, compressed.path());
    EXPECT_TRUE(is_gzip(compressed.read()));
    EXPECT_EQ(inflated(compressed.read(), plain.read().size()), plain.read());
  };
  expect_same(fixed);
  expect_same(mixed_network());
}

TEST(CompressedNetwork, IsReadBackEqualWhateverItsName) {
  const FixedNetwork fixed = canonical(RandomNetwork(5).make());
  const FloatNetwork floats = mixed_network();
  TemporaryFile compressed(".onnx.gz"), renamed(".onnx");
  save_network(fixed, compressed.path());
  renamed.write(compressed.read());
  expect_equal(std::get<FixedNetwork>(load_network(compressed.path())), fixed);
  expect_equal(std::get<FixedNetwork>(load_network(renamed.path())), fixed);
  save_network(floats, compressed.path());
  expect_equal(std::get<FloatNetwork>(load_network(compressed.path())), floats);
}

TEST(CompressedNetwork, IsReadPlainUnderACompressedOnesName) {
  const FloatNetwork network = mixed_network();
  TemporaryFile plain, named(".onnx.gz");
  save_network(network, plain.path());
  named.write(plain.read());
  expect_equal(std::get<FloatNetwork>(load_network(named.path())), network);
}

TEST(CompressedNetwork, RefusesTruncations) {
  const std::string bytes = compressed_bytes();
  for (std::size_t size = 2; size < bytes.size(); ++size) {
    EXPECT_EQ(error_of_reading(bytes.substr(0, size)), "its compressed data is truncated") << size;
  }
}

TEST(CompressedNetwork, RefusesDamageAndOtherContent) {
  const std::string bytes = compressed_bytes();
  std::string damaged = bytes;
  damaged.back() ^= 1;
  EXPECT_EQ(error_of_reading(damaged), "its compressed data is damaged: incorrect length check");
  EXPECT_EQ(error_of_reading(bytes + "."), "its compressed data is truncated");
  for (const std::string& content : {std::string(), std::string("no model"), bytes}) {
    EXPECT_EQ(error_of_reading(deflated(content, Wrapper::kGzip)),
              "not an ONNX model (truncated or not protobuf)");
  }
}

TEST(CompressedNetwork, SurvivesRandomDamage) {
  const std::string bytes = compressed_bytes();
  const std::string content = inflated(bytes, kMaxModelBytes);
  std::mt19937 random(1);
  const auto damaged = [&](std::string text) {
    for (int changes = 0; changes < 3; ++changes) {
      text[random() % text.size()] = static_cast<char>(random());
    }
    return text;
  };
  for (int i = 0; i < 1500; ++i) {
    error_of_reading(damaged(bytes));  // loads or throws one line
    error_of_reading(deflated(damaged(content), Wrapper::kGzip, 1));
  }
}

TEST(CompressedNetwork, IsRefusedWhenItInflatesBeyondTheLimit) {
  constexpr std::size_t kStreamBytes = std::size_t{1} << 24;
  const std::string stream = deflated(std::string(kStreamBytes, '\0'), Wrapper::kGzip);
  std::string bomb = deflated("\n", Wrapper::kGzip);
  for (std::size_t size = 0; size < kMaxModelBytes; size += kStreamBytes) bomb += stream;
  EXPECT_LT(bomb.size(), 2'000'000U);
  EXPECT_EQ(error_of_reading(bomb), "inflates to more than 1073741824 bytes");
}

}  // namespace
}  // namespace dcnsim
