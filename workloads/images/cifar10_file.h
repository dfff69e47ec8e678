// SPDX-License-Identifier: Apache-2.0
// CIFAR-10 in the official binary format: records of one label byte and 3072 pixel bytes (32 x 32
// red plane, green plane, blue plane, row by row).
#pragma once

#include <cstddef>
#include <string>

#include "workloads/images/dataset.h"

namespace dcnsim {

inline constexpr int kCifarRecordBytes = 3073;
inline constexpr Shape kCifarShape{32, 32, 3};

/// Reads `path`: one .bin file, or a folder whose *.bin files are read in name order. At most
/// `limit` images (0: all). Throws std::runtime_error naming the file: missing, not a multiple of
/// 3073 bytes, empty, or a label above 9 (with the record's number).
Dataset load_cifar10(const std::string& path, std::size_t limit = 0);

}  // namespace dcnsim
