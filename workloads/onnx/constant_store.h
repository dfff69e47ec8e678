// SPDX-License-Identifier: Apache-2.0
// The constants of a graph: initializers, decoded when they are first read, and what nodes compute
// from constants. However a file is made, its computed constants are not much more than the file.
#pragma once

#include <map>
#include <string>

#include "workloads/onnx/constant.h"
#include "workloads/onnx/graph.h"

namespace dcnsim {

class ConstantStore {
 public:
  explicit ConstantStore(const Graph& graph);

  /// From now on initializers are what they are annotated as, see integer_annotation.h.
  void believe_annotations() { believes_annotations_ = true; }

  bool has(const std::string& tensor) const;
  /// Throws std::runtime_error naming the tensor: there is none, or it cannot be decoded. Valid
  /// until take().
  const Constant& get(const std::string& tensor);
  /// The same to keep; moved out of the store if nobody else reads it, else it takes room.
  Constant take(const std::string& tensor);
  /// A computed one, of at most `room()` elements.
  void put(const std::string& tensor, Constant constant);

  /// Elements that computed and copied constants may still have.
  std::size_t room() const { return room_; }

 private:
  void charge(std::size_t elements);

  const Graph& graph_;
  bool believes_annotations_ = false;
  std::size_t room_;
  std::map<std::string, Constant> known_;
};

}  // namespace dcnsim
