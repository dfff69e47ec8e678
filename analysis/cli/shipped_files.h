// SPDX-License-Identifier: Apache-2.0
// The files that come with dcnsim, and those of them that users call by name.
#pragma once

#include <optional>
#include <string>

namespace dcnsim::cli {

/// Where an installed command has its data; nothing where it was built.
std::optional<std::string> installed_data();

/// `relative` to the data that comes with dcnsim: installed, else in `tree`.
std::string data_file(const std::string& relative, const std::string& tree = DCNSIM_SOURCE_DIR);

/// What an option that takes an accelerator says of it.
inline constexpr const char* kAcceleratorHelp =
    "Accelerator YAML file, or a preset: small_edge, large_edge;\n"
    "with the peak of small_edge: small_edge_serial,\n"
    "small_edge_fully_serial, small_edge_composable; with its area:\n"
    "small_edge_serial_area, small_edge_fully_serial_area,\n"
    "small_edge_composable_area; and bit_fusion";

/// A preset's name ("small_edge") or a path to the path of the YAML file. Throws
/// std::runtime_error, listing the presets.
std::string accelerator_file(const std::string& name_or_path);

/// The network of commands that are given none.
inline constexpr const char* kBuiltInNetwork = "cifar10_plain7";

/// What an option that takes a network says of it.
inline constexpr const char* kNetworkHelp =
    "ONNX file: float (quantized now, see --weights) or QONNX\n"
    "(executed as it is); or the name of one in workloads/networks";
inline constexpr const char* kFloatNetworkHelp =
    "Float ONNX file, or the name of one in workloads/networks";

/// The name of a network in workloads/networks ("cifar10_plain7" for cifar10_plain7_float.onnx.gz)
/// or a path to the path of the ONNX file. Throws std::runtime_error, listing the names.
std::string network_file(const std::string& name_or_path);
bool is_network_name(const std::string& name);

/// `path`, or the 500 training images formats are chosen from where it is empty.
std::string calibration_file(const std::string& path = "");

/// `path`, or the first 1,000 test images where it is empty.
std::string images_file(const std::string& path = "");

}  // namespace dcnsim::cli
