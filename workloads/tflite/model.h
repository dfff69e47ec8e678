// SPDX-License-Identifier: Apache-2.0
// A TFLite file as plain data: the tensors and operators of its one graph. What they mean is
// network_builder's affair.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "workloads/tflite/flat_table.h"
#include "workloads/tflite/schema.h"

namespace dcnsim::tflite {

struct Tensor {
  std::string name;
  std::vector<std::int32_t> dims;
  Type type = Type::kFloat32;
  std::vector<float> scales;              ///< one, or one along `axis`; none: of no codes
  std::vector<std::int64_t> zero_points;  ///< as many
  std::int32_t axis = 0;
  std::string_view data;  ///< little-endian elements of a constant, else empty
};

struct Operation {
  std::int32_t code = 0;  ///< Builtin, if it is one that is read
  std::string custom_code;
  std::vector<std::int32_t> inputs, outputs;  ///< tensors; of inputs -1: left out
  FlatTable options;
  Options options_type = Options::kNone;
};

class Model {
 public:
  /// `bytes` is the file, which must stay. Throws std::runtime_error (without the file's name): not
  /// a TFLite file, truncated or damaged, of more than one graph, an operator or a tensor out of
  /// range.
  explicit Model(std::string_view bytes);
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  const std::string& name() const { return name_; }
  const std::vector<Tensor>& tensors() const { return tensors_; }
  const std::vector<Operation>& operations() const { return operations_; }
  /// The one of each that there must be.
  std::int32_t input() const { return input_; }
  std::int32_t output() const { return output_; }
  /// Counts bytes of constants that become numbers, as FlatBytes says.
  void take(std::size_t bytes) const { flat_.take(bytes); }

 private:
  void read_tensors(const FlatTable& graph, const std::vector<FlatTable>& buffers);
  void read_operations(const FlatTable& graph, const std::vector<FlatTable>& codes);
  std::int32_t only(const FlatTable& graph, std::uint16_t field, const char* what) const;

  mutable FlatBytes flat_;
  std::string name_;
  std::vector<Tensor> tensors_;
  std::vector<Operation> operations_;
  std::int32_t input_ = 0, output_ = 0;
};

/// Whether a file that begins so is a TFLite file.
bool is_tflite(std::string_view head);

/// "operator 3, CONV_2D, which makes 'conv1'", for messages.
std::string label(const Model& model, std::size_t operation);

/// "1 x 8 x 8 x 3"; of more than six "1 x 2 x 3 x 4 x 5 x 6 x ..., 9 dimensions".
std::string text(const std::vector<std::int32_t>& dims);

}  // namespace dcnsim::tflite
