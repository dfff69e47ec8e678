// SPDX-License-Identifier: Apache-2.0
// Where the commands find the data that comes with dcnsim, and what options say of its names.
#pragma once

#include <string>
#include <vector>

#include "analysis/inference/shipped_data.h"

namespace dcnsim::cli {

/// The data that comes with dcnsim: in the folder that the environment variable DCNSIM_DATA names,
/// else where it is installed, seen from the command; in a build tree, the source tree. Throws
/// std::runtime_error: there is no such folder.
const ShippedData& shipped_data();

/// The path of a file that comes with dcnsim and is built: seen from the command in a build tree,
/// from the folder of the data elsewhere. Throws what shipped_data throws.
std::string built_file(const std::string& relative);

/// The accelerator of a file or a preset's name. Throws UsageError for what is something else, and
/// what ShippedData::accelerator throws.
InputPath accelerator_file(const std::string& name_or_path);
/// The network of a file or a name. Throws UsageError for what is something else, which says where
/// that belongs: among `options` of the command. Throws what ShippedData::network throws.
InputPath network_file(const std::string& name_or_path,
                       const std::vector<std::string>& options = {"--accelerator"});

/// What an option that takes an accelerator says of it.
inline constexpr const char* kAcceleratorHelp =
    "Accelerator YAML file, or a preset: small_edge, large_edge;\n"
    "with the peak of small_edge: small_edge_serial,\n"
    "small_edge_fully_serial, small_edge_composable; with its area:\n"
    "small_edge_serial_area, small_edge_fully_serial_area,\n"
    "small_edge_composable_area; as others are: bit_fusion,\n"
    "gemmini_16, atoms_8";

/// The network of commands that are given none.
inline constexpr const char* kBuiltInNetwork = "cifar10_plain7";

/// What an option that takes a network says of it.
inline constexpr const char* kNetworkHelp =
    "ONNX file: float (quantized now, see --weights) or QONNX,\n"
    "or TFLite file of int8 codes (both executed as they are);\n"
    "or the name of one in workloads/networks";
inline constexpr const char* kFloatNetworkHelp =
    "Float ONNX file, or the name of one in workloads/networks";

}  // namespace dcnsim::cli
