// SPDX-License-Identifier: Apache-2.0
// Networks from ONNX and TFLite files, and to ONNX files. Float networks are plain ONNX;
// fixed-point networks carry QONNX Quant nodes on the input, on every weight and bias, and after
// every layer.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "workloads/network.h"

namespace dcnsim {

/// How a file says what is quantized: with QONNX's Quant nodes, or with QuantizeLinear and
/// DequantizeLinear.
enum class QuantizedForm { kQonnx, kQdq };

/// Reads a network: FixedNetwork if it has Quant nodes or is a TFLite file (workloads/tflite), else
/// FloatNetwork. network_builder.h has
/// the operators; README.md beside it says what becomes of each. An operator that is not there
/// throws std::runtime_error: file, node name, operator. So do malformed files, shapes and
/// initializers, and files of other kinds, with what to do about them. What the (first) output does
/// not depend on is left out.
///
/// In fixed-point networks every weight goes through a Quant node or QuantizeLinear and
/// DequantizeLinear, and so does every layer's output; a max pool without one keeps its input's
/// format. Scales and zero points are free, for the price of a multiplier: README.md.
/// Where the image, a bias or the last layer has none, `assumptions` says what was taken. A bias on
/// a coarser grid than the accumulator's is brought to it; a finer one is an error. Rounding modes:
/// ROUND is half to even, HALF_UP half away from zero (which is half up where nothing is negative),
/// DOWN towards zero, FLOOR down.
///
/// Names are made printable and no longer than kMaxNameLength (clean_names.h). A network has at
/// most kMaxLayers.
///
/// The file may be gzip-compressed, whatever its name; it has at most kMaxModelBytes
/// (model_file.h), as it is and inflated.
///
/// `pixels`, or else what the file says of them, or else that they are raw, decides the format of
/// an image without a Quant node: 8 bits, with the least error (pixel_table.h). The network's
/// convention is the file's all the same.
std::variant<FloatNetwork, FixedNetwork> load_network(
    const std::string& path, const std::optional<PixelConvention>& pixels = {});

/// The same where only a float network will do; throws std::runtime_error for one in fixed point.
FloatNetwork load_float_network(const std::string& path);

/// Writes plain ONNX (opset 13). Reading it back gives an equal network, every number bit for bit,
/// if its max pools are fused where load_network fuses them. The file appears whole or not at all;
/// it is gzip-compressed if its name ends in .gz. Equal networks give equal bytes (with one version
/// of zlib). Throws std::runtime_error if the network is not valid, a number not finite, or the
/// file cannot be written.
void save_network(const FloatNetwork& network, const std::string& path);

/// The same in QONNX (and domain qonnx.custom_op.general). Where nothing can lie half-way between
/// two codes, ways of rounding to nearest are all written as ROUND, as hls4ml knows no HALF_UP, and
/// read back as half up if nothing is negative and half to even otherwise. Also throws for what
/// ONNX cannot say: half-up rounding of a signed output without ReLU, a bias code that is not a
/// float32 number, a scale that is none.
///
/// In QDQ codes have 8 or 16 bits, narrower ones a Clip before them; biases have 32. Also throws
/// for other ways of rounding than half to even where they make a difference, wider biases, and
/// weights of -1 and +1.
void save_network(const FixedNetwork& network, const std::string& path,
                  QuantizedForm form = QuantizedForm::kQonnx);

}  // namespace dcnsim
