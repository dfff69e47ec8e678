// SPDX-License-Identifier: Apache-2.0
#include "analysis/evaluation/network_file.h"

#include <filesystem>
#include <map>
#include <mutex>

#include "models/base/file/sha256.h"
#include "workloads/onnx/external_files.h"

namespace dcnsim {
namespace {

/// external_files() of a path, which reads the whole file, once as long as nobody writes to it: a
/// command claims, checks and describes its network.
std::vector<std::string> weight_files(const std::string& path) {
  using Version = std::pair<std::uintmax_t, std::filesystem::file_time_type>;
  static std::mutex mutex;
  static std::map<std::string, std::pair<Version, std::vector<std::string>>> known;
  std::error_code unknown;
  const Version version{std::filesystem::file_size(path, unknown),
                        std::filesystem::last_write_time(path, unknown)};
  const std::lock_guard<std::mutex> lock(mutex);
  auto& [read_version, files] = known[path];
  if (unknown || read_version != version) {
    files = external_files(path);
    read_version = version;
  }
  return files;
}

}  // namespace

void claim_network(FileClaims& claims, const std::string& role, const std::string& path) {
  claims.reads(role, path);
  for (const std::string& file : weight_files(path)) claims.reads("weights of " + role, file);
}

InputFile describe_network(const std::string& role, const InputPath& input) {
  InputFile network = describe_input(role, input);
  std::string hashes;
  for (const std::string& file : weight_files(input.path)) {
    hashes += describe_input(role, user_file(file)).sha256 + "\n";
  }
  if (!hashes.empty()) network.sha256 = sha256_hex(network.sha256 + "\n" + hashes);
  return network;
}

}  // namespace dcnsim
