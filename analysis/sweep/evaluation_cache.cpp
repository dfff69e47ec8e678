// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/evaluation_cache.h"

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "models/base/file/compression.h"

namespace dcnsim {
namespace {

namespace fs = std::filesystem;

const DatabaseKind kKind{
    0x64634e45,  // "dcNE"
    1, "a cache of evaluations",
    "CREATE TABLE evaluation (key TEXT PRIMARY KEY, record BLOB NOT NULL) WITHOUT ROWID;"};

constexpr std::uint64_t kLargestRecord = std::uint64_t{64} << 20;

/// The length, then the deflated bytes.
std::string packed(const std::string& bytes) {
  const std::uint64_t length = bytes.size();
  std::string record(sizeof length, '\0');
  std::memcpy(record.data(), &length, sizeof length);
  return record + deflated(bytes, Wrapper::kZlib, 1);
}

/// Nothing if the record is damaged.
std::optional<std::string> unpacked(const std::string& record) {
  std::uint64_t length = 0;
  if (record.size() < sizeof length) return {};
  std::memcpy(&length, record.data(), sizeof length);
  if (length > kLargestRecord) return {};
  try {
    std::string bytes = inflated(std::string_view(record).substr(sizeof length), length);
    if (bytes.size() == length) return bytes;
  } catch (const std::runtime_error&) {
    // Damaged.
  }
  return {};
}

}  // namespace

EvaluationCache::EvaluationCache(const std::string& folder, Use use) {
  if (folder.empty()) return;
  const std::string path = folder + "/evaluations.sqlite";
  std::error_code error;
  if (use == Use::kFindAndKeep) fs::create_directories(folder, error);
  if (use == Use::kFind && !fs::exists(path, error)) return;
  const Database::Access access =
      use == Use::kFind ? Database::Access::kReadShared : Database::Access::kWriteShared;
  for (int attempt = 0; attempt < 2 && !database_; ++attempt) {
    try {
      database_.emplace(path, kKind, access);
    } catch (const DamagedDatabase&) {
      if (use == Use::kFind || !has_header_of(kKind, path)) return;
      for (const char* const part : {"", "-wal", "-shm"}) fs::remove(path + part, error);
    } catch (const std::runtime_error&) {
      return;  // another version's, somebody's, held: everything is evaluated
    }
  }
}

std::optional<std::string> EvaluationCache::find(const std::string& key) {
  if (!database_) return {};
  try {
    const auto record =
        database_->guarded([&](SQLite::Database& sql) -> std::optional<std::string> {
          SQLite::Statement select(sql, "SELECT record FROM evaluation WHERE key = ?");
          select.bind(1, key);
          if (!select.executeStep()) return {};
          return select.getColumn(0).getString();
        });
    return record ? unpacked(*record) : std::nullopt;
  } catch (const std::runtime_error&) {
    database_.reset();
    return {};
  }
}

void EvaluationCache::keep(const std::string& key, const std::string& bytes) {
  if (!database_) return;
  try {
    const std::string record = packed(bytes);
    database_->atomically([&](SQLite::Database& sql) {
      SQLite::Statement insert(sql, "INSERT OR REPLACE INTO evaluation VALUES (?, ?)");
      insert.bind(1, key);
      insert.bind(2, record.data(), static_cast<int>(record.size()));
      insert.exec();
    });
  } catch (const std::runtime_error&) {
    database_.reset();
  }
}

}  // namespace dcnsim
