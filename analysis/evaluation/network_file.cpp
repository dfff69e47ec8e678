// SPDX-License-Identifier: Apache-2.0
#include "analysis/evaluation/network_file.h"

#include "models/base/file/sha256.h"
#include "workloads/onnx/external_files.h"

namespace dcnsim {

void claim_network(FileClaims& claims, const std::string& role, const std::string& path) {
  claims.reads(role, path);
  for (const std::string& file : external_files(path)) claims.reads("weights of " + role, file);
}

InputFile describe_network(const std::string& role, const InputPath& input) {
  InputFile network = describe_input(role, input);
  std::string hashes;
  for (const std::string& file : external_files(input.path)) {
    hashes += describe_input(role, user_file(file)).sha256 + "\n";
  }
  if (!hashes.empty()) network.sha256 = sha256_hex(network.sha256 + "\n" + hashes);
  return network;
}

}  // namespace dcnsim
