// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/evaluation_cache.h"

#include <zlib.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <system_error>

namespace dcnsim {
namespace {

namespace fs = std::filesystem;

const DatabaseKind kKind{
    0x64634e45,  // "dcNE"
    1, "a cache of evaluations",
    "CREATE TABLE evaluation (key TEXT PRIMARY KEY, record BLOB NOT NULL) WITHOUT ROWID;"};

constexpr std::uint64_t kLargestRecord = std::uint64_t{64} << 20;

/// The length, then the deflated bytes.
std::string deflated(const std::string& bytes) {
  uLongf size = compressBound(bytes.size());
  std::string packed(sizeof(std::uint64_t) + size, '\0');
  const std::uint64_t length = bytes.size();
  std::memcpy(packed.data(), &length, sizeof length);
  if (compress2(reinterpret_cast<Bytef*>(packed.data() + sizeof length), &size,
                reinterpret_cast<const Bytef*>(bytes.data()), bytes.size(), 1) != Z_OK) {
    throw std::runtime_error("an evaluation cannot be compressed");
  }
  packed.resize(sizeof length + size);
  return packed;
}

std::optional<std::string> inflated(const std::string& packed) {
  std::uint64_t length = 0;
  if (packed.size() < sizeof length) return {};
  std::memcpy(&length, packed.data(), sizeof length);
  if (length > kLargestRecord) return {};
  std::string bytes(length, '\0');
  uLongf size = length;
  if (uncompress(reinterpret_cast<Bytef*>(bytes.data()), &size,
                 reinterpret_cast<const Bytef*>(packed.data() + sizeof length),
                 packed.size() - sizeof length) != Z_OK ||
      size != length) {
    return {};
  }
  return bytes;
}

}  // namespace

EvaluationCache::EvaluationCache(const std::string& folder, Use use) {
  if (folder.empty()) return;
  const std::string path = folder + "/evaluations.sqlite";
  std::error_code error;
  if (use == Use::kFind) {
    if (!fs::exists(path, error)) return;
    try {
      database_.emplace(path, kKind, Database::Access::kRead);
    } catch (const std::runtime_error&) {
      // Everything is evaluated.
    }
    return;
  }
  fs::create_directories(folder, error);
  for (int attempt = 0; attempt < 2 && !database_; ++attempt) {
    try {
      database_.emplace(path, kKind, Database::Access::kWriteShared);
    } catch (const std::runtime_error&) {
      if (!fs::is_regular_file(path, error)) return;
      for (const char* const part : {"", "-wal", "-shm"}) fs::remove(path + part, error);
    }
  }
}

std::optional<std::string> EvaluationCache::find(const std::string& key) {
  if (!database_) return {};
  try {
    const auto packed =
        database_->guarded([&](SQLite::Database& sql) -> std::optional<std::string> {
          SQLite::Statement select(sql, "SELECT record FROM evaluation WHERE key = ?");
          select.bind(1, key);
          if (!select.executeStep()) return {};
          return select.getColumn(0).getString();
        });
    return packed ? inflated(*packed) : std::nullopt;
  } catch (const std::runtime_error&) {
    database_.reset();
    return {};
  }
}

void EvaluationCache::keep(const std::string& key, const std::string& bytes) {
  if (!database_) return;
  try {
    const std::string packed = deflated(bytes);
    database_->atomically([&](SQLite::Database& sql) {
      SQLite::Statement insert(sql, "INSERT OR IGNORE INTO evaluation VALUES (?, ?)");
      insert.bind(1, key);
      insert.bind(2, packed.data(), static_cast<int>(packed.size()));
      insert.exec();
    });
  } catch (const std::runtime_error&) {
    database_.reset();
  }
}

}  // namespace dcnsim
