// SPDX-License-Identifier: Apache-2.0
#include "analysis/evaluation/input_file.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <vector>

#include "models/base/file/sha256.h"

namespace dcnsim {
namespace {

namespace fs = std::filesystem;

std::string file_hash(const std::string& path) {
  std::error_code error;
  // Device files never end, and a pipe can be read only once.
  if (fs::exists(path, error) && !fs::is_regular_file(path, error)) {
    throw std::runtime_error(path + ": not a regular file");
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error(path + ": cannot be opened");
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  return sha256_hex(bytes);
}

}  // namespace

InputPath user_file(const std::string& path) { return {path, path}; }

InputFile describe_input(const std::string& role, const InputPath& input) {
  const auto& [path, name, is_shipped] = input;
  std::error_code error;
  if (!fs::is_directory(path, error)) return {role, name, file_hash(path), is_shipped};
  std::vector<std::string> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(path)) {
    if (entry.path().extension() == ".bin") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  std::string hashes;
  for (const std::string& file : files) hashes += file_hash(file) + "\n";
  return {role, name, sha256_hex(hashes), is_shipped};
}

}  // namespace dcnsim
