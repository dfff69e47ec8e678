// SPDX-License-Identifier: Apache-2.0
// What this reader knows of TFLite's flatbuffer schema: numbers of fields, and of what enumerations
// hold. Tables grow at their ends only, so that these numbers stay.
#pragma once

#include <cstdint>
#include <string_view>

namespace dcnsim::tflite {

/// Behind the four bytes of the root's offset.
inline constexpr std::string_view kIdentifier = "TFL3";

/// Places of a table's fields, in the order of the schema.
namespace model {
enum Field : std::uint16_t { kOperatorCodes = 1, kSubgraphs = 2, kBuffers = 4 };
}
namespace operator_code {
enum Field : std::uint16_t { kByteCode = 0, kCustomCode = 1, kCode = 3 };
}
namespace subgraph {
enum Field : std::uint16_t { kTensors = 0, kInputs = 1, kOutputs = 2, kOperators = 3, kName = 4 };
}
namespace tensor {
enum Field : std::uint16_t { kShape = 0, kType = 1, kBuffer = 2, kName = 3, kQuantization = 4 };
}
namespace quantization {
enum Field : std::uint16_t { kScale = 2, kZeroPoint = 3, kDimension = 6 };
}
namespace buffer {
enum Field : std::uint16_t { kData = 0, kOffset = 1 };
}
namespace operation {
enum Field : std::uint16_t {
  kOpcodeIndex = 0,
  kInputs = 1,
  kOutputs = 2,
  kOptionsType = 3,
  kOptions = 4
};
}

/// Of the options of operators.
namespace conv_options {
enum Field : std::uint16_t {
  kPadding = 0,
  kStrideW = 1,
  kStrideH = 2,
  kActivation = 3,
  kDilationW = 4,
  kDilationH = 5
};
}
namespace depthwise_options {
enum Field : std::uint16_t {
  kPadding = 0,
  kStrideW = 1,
  kStrideH = 2,
  kActivation = 4,
  kDilationW = 5,
  kDilationH = 6
};
}
namespace pool_options {
enum Field : std::uint16_t {
  kPadding = 0,
  kStrideW = 1,
  kStrideH = 2,
  kFilterW = 3,
  kFilterH = 4,
  kActivation = 5
};
}
namespace fully_connected_options {
enum Field : std::uint16_t { kActivation = 0, kWeightsFormat = 1 };
}
namespace add_options {
enum Field : std::uint16_t { kActivation = 0 };
}
namespace concatenation_options {
enum Field : std::uint16_t { kAxis = 0, kActivation = 1 };
}

/// Element types of tensors.
enum class Type : std::int8_t { kFloat32 = 0, kInt32 = 2, kUint8 = 3, kInt8 = 9 };

/// "int8"; "another type" of one that is not in the list.
std::string_view to_string(Type type);

enum class Padding : std::int8_t { kSame = 0, kValid = 1 };

/// What an operator does to its result.
enum class Fused : std::int8_t { kNone = 0, kRelu = 1, kRelu6 = 3 };

/// Operators that are read.
enum class Builtin : std::int32_t {
  kAdd = 0,
  kAveragePool2d = 1,
  kConcatenation = 2,
  kConv2d = 3,
  kDepthwiseConv2d = 4,
  kDequantize = 6,
  kFullyConnected = 9,
  kMaxPool2d = 17,
  kReshape = 22,
  kSoftmax = 25,
  kPad = 34,
  kMean = 40,
  kQuantize = 114
};

/// Which table of the union the options of an operator are: 0 where there need be none.
enum class Options : std::uint8_t {
  kNone = 0,
  kConv2d = 1,
  kDepthwiseConv2d = 2,
  kPool2d = 5,
  kFullyConnected = 8,
  kConcatenation = 10,
  kAdd = 11
};

/// "CONV_2D" of 3; "" of a number that is not in the list.
std::string_view known_name(std::int32_t code);

}  // namespace dcnsim::tflite
