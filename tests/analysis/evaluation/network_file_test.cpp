// SPDX-License-Identifier: Apache-2.0
// A network's digest is that of its file, and of the files beside it in which its weights lie.
#include "analysis/evaluation/network_file.h"

#include <gtest/gtest.h>

#include "models/base/file/compression.h"
#include "models/base/file/sha256.h"
#include "models/base/file/text_file.h"
#include "tests/support/small_float_network.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/weights_beside.h"
#include "workloads/onnx/external_files.h"
#include "workloads/onnx/onnx_network.h"

namespace dcnsim {
namespace {

constexpr std::size_t kMost = std::size_t{1} << 20;

std::string digest_of_file(const std::string& path) {
  return sha256_hex(read_text_file(path, kMost));
}

std::string digest(const std::string& path) {
  return describe_network("network", user_file(path)).sha256;
}

TEST(NetworkFile, in_one_piece_has_the_digest_of_its_bytes) {
  const TemporaryFolder folder;
  const std::string path = folder.path("net.onnx");
  save_network(mixed_network(), path);
  EXPECT_EQ(digest(path), digest_of_file(path));
  EXPECT_TRUE(external_files(path).empty());
}

TEST(NetworkFile, with_weights_beside_it_has_a_digest_of_both) {
  const TemporaryFolder folder;
  const std::string path = folder.path("net.onnx");
  save_network(mixed_network(), path);
  const std::string in_one_piece = digest(path);
  move_weights_beside(path, "w.bin");
  EXPECT_NE(digest(path), in_one_piece) << "read again";
  const std::string weights = folder.path("w.bin");
  EXPECT_EQ(external_files(path), std::vector<std::string>{weights});
  const std::string first = digest(path);
  EXPECT_EQ(first, sha256_hex(digest_of_file(path) + "\n" + digest_of_file(weights) + "\n"));
  folder.write("w.bin", std::string(read_text_file(weights, kMost).size(), '\0'));
  EXPECT_NE(digest(path), first);
}

TEST(NetworkFile, has_the_same_files_beside_it_compressed_and_from_constant_nodes) {
  const TemporaryFolder folder;
  const std::string path = folder.path("net.onnx");
  save_network(mixed_network(), path);
  move_weights_beside(path, "w.bin");
  onnx::ModelProto model;
  ASSERT_TRUE(model.ParseFromString(read_text_file(path, kMost)));
  onnx::GraphProto& graph = *model.mutable_graph();
  onnx::NodeProto& node = *graph.add_node();
  onnx::TensorProto& tensor = *node.add_attribute()->mutable_t();
  tensor = graph.initializer(0);
  tensor.mutable_external_data(0)->set_value("another.bin");
  graph.mutable_initializer(0)->set_raw_data(std::string(100'000, 'a'));  // to be skipped
  const std::string bytes = model.SerializeAsString();
  const std::vector<std::string> both{folder.path("another.bin"), folder.path("w.bin")};
  EXPECT_EQ(external_files(folder.write("both.onnx", bytes)), both);
  const std::string packed = deflated(bytes, Wrapper::kGzip);
  EXPECT_EQ(external_files(folder.write("both.onnx.gz", packed)), both);
  for (const std::string& cut :
       {bytes.substr(0, bytes.size() - 1), packed.substr(0, packed.size() / 2)}) {
    EXPECT_TRUE(external_files(folder.write("cut", cut)).empty());
  }
}

TEST(NetworkFile, what_is_no_model_has_no_other_files) {
  const TemporaryFolder folder;
  EXPECT_TRUE(external_files(folder.write("text", "weights: 8\n")).empty());
  EXPECT_TRUE(external_files(folder.path("not there")).empty());
  EXPECT_TRUE(external_files("").empty());
}

}  // namespace
}  // namespace dcnsim
