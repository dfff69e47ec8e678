// SPDX-License-Identifier: Apache-2.0
// Which files beside a model are part of it.
#pragma once

#include <string>
#include <vector>

namespace dcnsim {

/// Paths of the files in which the model at `path` keeps data, each once, by name; they need not be
/// there. None for what read_model() (model_file.h) refuses.
std::vector<std::string> external_files(const std::string& path);

}  // namespace dcnsim
