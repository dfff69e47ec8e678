// SPDX-License-Identifier: Apache-2.0
#include "workloads/tflite/schema.h"

namespace dcnsim::tflite {
namespace {

struct Named {
  std::int32_t code;
  std::string_view name;
};

constexpr Named kNames[] = {{0, "ADD"},
                            {1, "AVERAGE_POOL_2D"},
                            {2, "CONCATENATION"},
                            {3, "CONV_2D"},
                            {4, "DEPTHWISE_CONV_2D"},
                            {6, "DEQUANTIZE"},
                            {9, "FULLY_CONNECTED"},
                            {14, "LOGISTIC"},
                            {17, "MAX_POOL_2D"},
                            {18, "MUL"},
                            {19, "RELU"},
                            {21, "RELU6"},
                            {22, "RESHAPE"},
                            {23, "RESIZE_BILINEAR"},
                            {25, "SOFTMAX"},
                            {28, "TANH"},
                            {32, "CUSTOM"},
                            {34, "PAD"},
                            {39, "TRANSPOSE"},
                            {40, "MEAN"},
                            {41, "SUB"},
                            {43, "SQUEEZE"},
                            {45, "STRIDED_SLICE"},
                            {60, "PADV2"},
                            {65, "SLICE"},
                            {67, "TRANSPOSE_CONV"},
                            {97, "RESIZE_NEAREST_NEIGHBOR"},
                            {98, "LEAKY_RELU"},
                            {114, "QUANTIZE"},
                            {117, "HARD_SWISH"}};

}  // namespace

std::string_view known_name(std::int32_t code) {
  for (const Named& named : kNames) {
    if (named.code == code) return named.name;
  }
  return "";
}

std::string_view to_string(Type type) {
  switch (type) {
    case Type::kFloat32:
      return "float32";
    case Type::kInt32:
      return "int32";
    case Type::kUint8:
      return "uint8";
    case Type::kInt8:
      return "int8";
  }
  return "another type";
}

}  // namespace dcnsim::tflite
