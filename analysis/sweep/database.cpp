// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/database.h"

#include <sqlite3.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#include "analysis/sweep/checked_table.h"
#include "models/base/text/printable.h"

namespace dcnsim {
namespace {

constexpr int kPatienceMs = 10'000;  ///< for another process's transaction
/// For readers' looks, each of which keeps a lone writer from its lock. SQLite waits for some of
/// these locks only, so the whole opening is tried again.
constexpr std::chrono::seconds kPatienceOfALoneWriter{3};
constexpr std::chrono::milliseconds kPauseOfALoneWriter{10};

struct BusyDatabase : std::runtime_error {
  using std::runtime_error::runtime_error;
};
constexpr std::size_t kLongestProblem = 200;
constexpr int kLongestValue = 1 << 29;  ///< bytes, as much as a JSON text may have

std::string problem(const SQLite::Exception& e) {
  switch (e.getErrorCode()) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "is in use by another process; wait for it or choose another file";
    case SQLITE_FULL:
      return "the disk is full; what was stored before is kept";
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return "cannot be written";
    case SQLITE_CANTOPEN:
      return "cannot be opened or made here";
    case SQLITE_NOTADB:
      return "is no SQLite file";
    case SQLITE_CORRUPT:
      return "is damaged";
    case SQLITE_IOERR:
      return std::string("cannot be read or written (") + e.what() +
             "); what was stored before is kept";
    case SQLITE_NOMEM:
      return "there is not enough memory to read it";
    default:
      return printable(e.what(), kLongestProblem);
  }
}

/// As SQLite advises for files of others: no function is called that the schema names, pages are
/// looked at before they are believed.
void distrust(SQLite::Database& sql) {
  sqlite3* const handle = sql.getHandle();
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
  sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, kLongestValue);
  sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 0);
  sql.exec("PRAGMA cell_size_check = ON");
}

std::vector<std::string> tables_of(SQLite::Database& sql) {
  std::vector<std::string> tables;
  SQLite::Statement select(sql,
                           "SELECT type || name || tbl_name || sql FROM sqlite_master "
                           "ORDER BY name");
  while (select.executeStep()) tables.push_back(select.getColumn(0).getString());
  return tables;
}

std::vector<std::string> tables_of(const DatabaseKind& kind) {
  SQLite::Database scratch(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  scratch.exec(kind.schema);
  return tables_of(scratch);
}

std::uint32_t number_at(const std::string& header, std::size_t offset) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < sizeof number; ++i) {
    number = number << 8 | static_cast<std::uint8_t>(header[offset + i]);
  }
  return number;
}

/// Whether it cannot be read for reasons that a copy does not have.
bool is_out_of_reach(const SQLite::Exception& e) {
  return e.getErrorCode() == SQLITE_BUSY || e.getErrorCode() == SQLITE_LOCKED ||
         e.getErrorCode() == SQLITE_CANTOPEN || e.getErrorCode() == SQLITE_READONLY;
}

}  // namespace

bool has_header_of(const DatabaseKind& kind, const std::string& path) {
  constexpr std::string_view kMagic("SQLite format 3", 16);
  constexpr std::size_t kVersionAt = 60, kApplicationAt = 68;
  std::string header(kApplicationAt + sizeof(std::uint32_t), '\0');
  std::ifstream file(path, std::ios::binary);
  return file.read(header.data(), static_cast<std::streamsize>(header.size())) &&
         header.compare(0, kMagic.size(), kMagic) == 0 &&
         number_at(header, kVersionAt) == static_cast<std::uint32_t>(kind.version) &&
         number_at(header, kApplicationAt) == static_cast<std::uint32_t>(kind.application_id);
}

Database::Database(std::string path, const DatabaseKind& kind, Access access)
    : path_(std::move(path)) {
  const auto begin = std::chrono::steady_clock::now();
  for (;;) {
    try {
      begin_access(kind, access);
      return;
    } catch (const BusyDatabase&) {
      if (access != Access::kWriteAlone ||
          std::chrono::steady_clock::now() - begin > kPatienceOfALoneWriter)
        throw;
    }
    sql_.reset();
    std::this_thread::sleep_for(kPauseOfALoneWriter);
  }
}

void Database::begin_access(const DatabaseKind& kind, Access access) {
  open(access);
  // What is somebody else's stays as it is, its way of keeping a journal included.
  require_kind(kind);
  if (access == Access::kWriteAlone || access == Access::kWriteShared) {
    begin_writing(kind, access);
    require_kind(kind);
  }
  require_sound(kind);
}

void Database::open(Access access) {
  std::error_code error;
  const bool is_reader = access == Access::kRead || access == Access::kReadShared;
  const bool exists = std::filesystem::exists(path_, error);
  if (is_reader && !exists) throw std::runtime_error(path_ + ": no such file");
  if (exists && !std::filesystem::is_regular_file(path_, error)) {
    throw std::runtime_error(path_ + ": not a regular file");
  }
  const int patience = access == Access::kWriteShared ? kPatienceMs : 0;
  const auto begin = [&](const std::string& file) {
    const int flags = SQLite::OPEN_READWRITE | (is_reader ? 0 : SQLite::OPEN_CREATE);
    sql_ = std::make_unique<SQLite::Database>(file, flags, patience);
    distrust(*sql_);
    add_row_checksum(*sql_);
    sql_->execAndGet("SELECT count(*) FROM sqlite_master");
  };
  try {
    begin(path_);
  } catch (const SQLite::Exception& e) {
    if (access != Access::kRead || !is_out_of_reach(e)) fail(e);
    sql_.reset();
    snapshot_ = std::make_unique<Snapshot>(path_);
    try {
      begin(snapshot_->path());
    } catch (const SQLite::Exception& still) {
      fail(still);
    }
  }
}

/// A new file is of any kind.
void Database::require_kind(const DatabaseKind& kind) {
  guarded([&](SQLite::Database& sql) {
    const std::vector<std::string> tables = tables_of(sql);
    const int id = sql.execAndGet("PRAGMA application_id").getInt();
    if (tables.empty() && id == 0) return;
    if (id != kind.application_id) throw std::runtime_error(path_ + ": is not " + kind.name);
    const int version = sql.execAndGet("PRAGMA user_version").getInt();
    if (version != kind.version) {
      throw std::runtime_error(path_ + ": is " + kind.name + " of version " +
                               std::to_string(version) + ", expected version " +
                               std::to_string(kind.version));
    }
    if (tables != tables_of(kind)) {
      throw DamagedDatabase(path_ + ": is damaged: its tables are not those of " + kind.name);
    }
  });
}

void Database::begin_writing(const DatabaseKind& kind, Access access) {
  guarded([&](SQLite::Database& sql) {
    if (access == Access::kWriteAlone) sql.exec("PRAGMA locking_mode = EXCLUSIVE");
    sql.exec("PRAGMA synchronous = NORMAL");
    SQLite::Statement(sql, "PRAGMA journal_mode = WAL").executeStep();
    // Takes the lock, and shows whether the file can be written.
    sql.exec("BEGIN IMMEDIATE");
    const bool is_new = sql.execAndGet("SELECT count(*) FROM sqlite_master").getInt() == 0 &&
                        sql.execAndGet("PRAGMA application_id").getInt() == 0;
    if (is_new) {
      sql.exec("PRAGMA application_id = " + std::to_string(kind.application_id));
      sql.exec("PRAGMA user_version = " + std::to_string(kind.version));
      sql.exec(kind.schema);
    }
    sql.exec("COMMIT");
  });
}

void Database::require_sound(const DatabaseKind& kind) {
  guarded([&](SQLite::Database& sql) {
    if (sql.execAndGet("PRAGMA application_id").getInt() != kind.application_id) {
      throw std::runtime_error(path_ + ": is not " + kind.name);
    }
    const std::string state = sql.execAndGet("PRAGMA quick_check(1)").getString();
    if (state != "ok") {
      throw DamagedDatabase(path_ + ": is damaged: " + printable(state, kLongestProblem));
    }
  });
}

void Database::atomically(const std::function<void(SQLite::Database&)>& work) {
  guarded([&](SQLite::Database& sql) {
    SQLite::Transaction transaction(sql);
    work(sql);
    transaction.commit();
  });
}

void Database::finish() {
  guarded([](SQLite::Database& sql) {
    SQLite::Statement(sql, "PRAGMA journal_mode = DELETE").executeStep();
  });
}

void Database::fail(const SQLite::Exception& e) const {
  const std::string message = path_ + ": " + problem(e);
  if (e.getErrorCode() == SQLITE_CORRUPT) throw DamagedDatabase(message);
  if (e.getErrorCode() == SQLITE_BUSY || e.getErrorCode() == SQLITE_LOCKED) {
    throw BusyDatabase(message);
  }
  throw std::runtime_error(message);
}

}  // namespace dcnsim
