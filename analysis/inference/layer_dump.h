// SPDX-License-Identifier: Apache-2.0
// Codes of layers as the simulated machine made them, for other tools.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "models/numeric/tensor.h"

namespace dcnsim {

/// A layer whose output codes are written to a file.
struct DumpRequest {
  std::string layer;  ///< its name
  std::string path;   ///< .npy
};

/// Maps of one shape and format as a .npy array of integers, N x C x H x W. A code's value is
/// code * 2^-n with the n of their format.
std::string dump_bytes(const std::vector<CodeTensor>& maps);

}  // namespace dcnsim
