// SPDX-License-Identifier: Apache-2.0
// Where the commands find the data that comes with dcnsim, and what options say of its names.
#pragma once

#include <optional>
#include <string>

#include "analysis/inference/shipped_data.h"

namespace dcnsim::cli {

/// Where an installed command has its data; nothing where it was built.
std::optional<std::string> installed_data();

/// The data that comes with dcnsim: installed, else in the source tree.
const ShippedData& shipped_data();

/// What an option that takes an accelerator says of it.
inline constexpr const char* kAcceleratorHelp =
    "Accelerator YAML file, or a preset: small_edge, large_edge;\n"
    "with the peak of small_edge: small_edge_serial,\n"
    "small_edge_fully_serial, small_edge_composable; with its area:\n"
    "small_edge_serial_area, small_edge_fully_serial_area,\n"
    "small_edge_composable_area; and bit_fusion";

/// The network of commands that are given none.
inline constexpr const char* kBuiltInNetwork = "cifar10_plain7";

/// What an option that takes a network says of it.
inline constexpr const char* kNetworkHelp =
    "ONNX file: float (quantized now, see --weights) or QONNX\n"
    "(executed as it is); or the name of one in workloads/networks";
inline constexpr const char* kFloatNetworkHelp =
    "Float ONNX file, or the name of one in workloads/networks";

}  // namespace dcnsim::cli
