// SPDX-License-Identifier: Apache-2.0
// Keeps measured sensitivities in a JSON file, so that the next allocation of the same network need
// not measure again. A cache only saves time: numbers survive to the last bit, and a file that is
// damaged or of something else counts as none.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "analysis/allocation/sensitivity.h"

namespace dcnsim {

/// Where sensitivities of `key` are kept in `folder`; "" in no folder.
std::string sensitivity_file(const std::string& folder, const std::string& key);

/// Nothing unless the file's key is `key` and it holds `tensors` tables of lowest..highest.
std::optional<Sensitivity> load_sensitivity(const std::string& path, const std::string& key,
                                            int lowest, int highest, std::size_t tensors);

/// Makes the folder if it must; a cache that cannot be written is no error.
void save_sensitivity(const std::string& path, const std::string& key,
                      const Sensitivity& sensitivity);

}  // namespace dcnsim
