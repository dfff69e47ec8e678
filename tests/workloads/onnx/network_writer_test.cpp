// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/support/random_network.h"
#include "tests/support/temporary_folder.h"
#include "tests/workloads/onnx/comparable_networks.h"
#include "tests/workloads/onnx/model.h"

namespace dcnsim {
namespace {

using test::canonical;
using test::expect_equal;
using test::TemporaryFile;

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
  EXPECT_EQ(error_of_saving(network, "/dev/null"),
            "/dev/null: cannot be written: not a regular file");
}

}  // namespace
}  // namespace dcnsim
