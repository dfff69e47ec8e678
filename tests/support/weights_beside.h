// SPDX-License-Identifier: Apache-2.0
// A model that keeps its weights in a file beside it, as PyTorch's exporter writes large ones.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "workloads/onnx/proto.h"

namespace dcnsim {

/// Moves the weights of the model at `path` into the file `name` in its folder.
inline void move_weights_beside(const std::string& path, const std::string& name) {
  onnx::ModelProto model;
  {
    std::ifstream in(path, std::ios::binary);
    model.ParseFromString({std::istreambuf_iterator<char>(in), {}});
  }
  std::string bytes;
  for (onnx::TensorProto& tensor : *model.mutable_graph()->mutable_initializer()) {
    const auto say = [&](const char* key, const std::string& value) {
      onnx::StringStringEntryProto& entry = *tensor.add_external_data();
      entry.set_key(key);
      entry.set_value(value);
    };
    if (!tensor.has_raw_data()) continue;
    say("location", name);
    say("offset", std::to_string(bytes.size()));
    say("length", std::to_string(tensor.raw_data().size()));
    bytes += tensor.raw_data();
    tensor.clear_raw_data();
    tensor.set_data_location(onnx::TensorProto::EXTERNAL);
  }
  std::ofstream(std::filesystem::path(path).parent_path() / name, std::ios::binary) << bytes;
  std::ofstream(path, std::ios::binary) << model.SerializeAsString();
}

}  // namespace dcnsim
