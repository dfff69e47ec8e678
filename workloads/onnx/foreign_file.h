// SPDX-License-Identifier: Apache-2.0
// Files that people bring as networks and that are something else.
#pragma once

#include <string>
#include <string_view>

namespace dcnsim {

/// What a file that begins like this is and how to make an ONNX model of it, as the end of a
/// sentence about the file; "" if it is none of those known here.
std::string foreign_file(std::string_view bytes);

}  // namespace dcnsim
