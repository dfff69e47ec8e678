// SPDX-License-Identifier: Apache-2.0
// A network as a file of its user's: the model, and the files beside it in which it keeps weights.
#pragma once

#include <string>

#include "analysis/evaluation/input_file.h"
#include "models/base/file/file_claims.h"

namespace dcnsim {

/// All of its files are read.
void claim_network(FileClaims& claims, const std::string& role, const std::string& path);

/// As describe_input(); where weights lie beside the model, SHA-256 over the SHA-256 lines of the
/// model and then of those files in name order.
InputFile describe_network(const std::string& role, const InputPath& input);

}  // namespace dcnsim
