// SPDX-License-Identifier: Apache-2.0
#include "analysis/quantizer/kept_result.h"

#include <cstddef>
#include <filesystem>
#include <stdexcept>

#include "models/base/file/atomic_file.h"
#include "models/base/file/program.h"
#include "models/base/file/sealed_file.h"
#include "models/base/file/sha256.h"

namespace dcnsim {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{64} << 20;

std::string hash_of(const Dataset& images) {
  const auto hash = [](const auto& numbers) {
    return sha256_hex(
        {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(numbers[0])});
  };
  return to_string(images.shape) + ' ' + hash(images.pixels) + ' ' + hash(images.values) + ' ' +
         hash(images.labels);
}

}  // namespace

KeptResult::KeptResult(const CachePlace& place, const std::string& what,
                       const FloatNetwork& network, const Dataset& images) {
  const std::string program = place.folder.empty() ? "" : program_sha256();
  if (program.empty()) return;
  std::string key = program + '\n' + place.network + '\n' + hash_of(images);
  if (const auto& pixels = network.convention.pixels) key += "\npixels " + to_string(*pixels);
  const std::string hash = sha256_hex(key);
  kind_ = "dcnsim " + what + ' ' + hash;
  path_ = place.folder + '/' + what + '-' + hash.substr(0, 16);
}

std::optional<std::string> KeptResult::find() const {
  if (path_.empty()) return {};
  try {
    return read_sealed_file(path_, kind_, "of this kind", kMaxBytes);
  } catch (const std::runtime_error&) {
    return {};
  }
}

void KeptResult::keep(const std::string& bytes) const {
  if (path_.empty()) return;
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(path_).parent_path(), ignored);
  try {
    write_file_atomically(path_, sealed(kind_, bytes), AtomicFile::OnDisk::kLater);
  } catch (const std::runtime_error&) {
    // The next command looks at the images again.
  }
}

}  // namespace dcnsim
