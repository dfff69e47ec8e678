// SPDX-License-Identifier: Apache-2.0
// Constant tensors of an ONNX graph, checked and converted from their several element types and
// encodings.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "workloads/onnx/broadcast.h"
#include "workloads/onnx/numbers.h"
#include "workloads/onnx/proto.h"
#include "workloads/onnx/quant_spec.h"
#include "workloads/onnx/view.h"

namespace dcnsim {

/// Tensors of more dimensions are refused.
inline constexpr std::size_t kMaxRank = 16;

/// A tensor, with the Quant or DequantizeLinear node it has gone through, if any.
struct Constant {
  Dims dims;
  Numbers values;
  bool is_integer = false;  ///< its arithmetic is that of integers, which are at most 2^53 here
  std::optional<QuantSpec> quant;
  Broadcast scales = {};  ///< of the elements, where `quant` has not the same for all
  int type = 0;           ///< as the file has it, 0 if it is computed
};

/// Takes over the bytes of float32 numbers. Throws std::runtime_error: an element type without
/// numbers, dimensions that do not match the data.
Constant decoded(onnx::TensorProto tensor);

/// Whether tensors of this ONNX element type hold integers or truth values.
bool is_integer_type(std::int64_t type);

/// The product of `dims`. Throws std::runtime_error for negative ones, more than kMaxRank, and more
/// than kMaxElements elements.
std::size_t element_count(const Dims& dims);

/// Throws std::runtime_error for integers and for what is not a finite float32 number.
void require_real_numbers(const Constant& constant);
/// The values as parameters of a layer. Throws std::runtime_error for integers and for what is not
/// a finite float32 number.
std::vector<float> real_numbers(const Constant& constant);
/// The values as sizes, amounts or axes; larger ones than 2^62 are cut to that. Throws
/// std::runtime_error if they are no integers.
std::vector<std::int64_t> integers(const Constant& constant);

/// The value of a tensor whose elements are all the same number.
double scalar(const Constant& constant);

}  // namespace dcnsim
