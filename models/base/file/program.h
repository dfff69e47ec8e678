// SPDX-License-Identifier: Apache-2.0
// The program that runs, to tell what one version of it kept from another's.
#pragma once

#include <string>

namespace dcnsim {

/// SHA-256 of its file, in hexadecimal digits; "" where it cannot be read.
const std::string& program_sha256();

}  // namespace dcnsim
