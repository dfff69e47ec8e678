// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/database.h"

#include <sqlite3.h>

#include <filesystem>
#include <stdexcept>
#include <system_error>

#include "models/base/text/printable.h"

namespace dcnsim {
namespace {

constexpr int kPatienceMs = 10'000;  ///< for another process's transaction
constexpr std::size_t kLongestProblem = 200;

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
    default:
      return printable(e.what(), kLongestProblem);
  }
}

SQLite::Database open(const std::string& path, Database::Access access) {
  std::error_code error;
  const bool exists = std::filesystem::exists(path, error);
  if (access == Database::Access::kRead && !exists) {
    throw std::runtime_error(path + ": no such file");
  }
  if (exists && !std::filesystem::is_regular_file(path, error)) {
    throw std::runtime_error(path + ": not a regular file");
  }
  const int patience = access == Database::Access::kWriteShared ? kPatienceMs : 0;
  try {
    const int flags =
        SQLite::OPEN_READWRITE | (access == Database::Access::kRead ? 0 : SQLite::OPEN_CREATE);
    return {path, flags, patience};
  } catch (const SQLite::Exception& e) {
    throw std::runtime_error(path + ": " + problem(e));
  }
}

}  // namespace

Database::Database(std::string path, const DatabaseKind& kind, Access access)
    : path_(std::move(path)), sql_(open(path_, access)) {
  // What is somebody else's stays as it is, its way of keeping a journal included.
  guarded([&](SQLite::Database& sql) {
    if (sql.execAndGet("SELECT count(*) FROM sqlite_master").getInt() > 0) require_kind(sql, kind);
  });
  guarded([&](SQLite::Database& sql) {
    if (access != Access::kRead) {
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
    }
  });
  check(kind);
}

void Database::require_kind(SQLite::Database& sql, const DatabaseKind& kind) const {
  if (sql.execAndGet("PRAGMA application_id").getInt() != kind.application_id) {
    throw std::runtime_error(path_ + ": is not " + kind.name);
  }
}

void Database::check(const DatabaseKind& kind) {
  guarded([&](SQLite::Database& sql) {
    require_kind(sql, kind);
    const int version = sql.execAndGet("PRAGMA user_version").getInt();
    if (version != kind.version) {
      throw std::runtime_error(path_ + ": is " + kind.name + " of version " +
                               std::to_string(version) + ", expected version " +
                               std::to_string(kind.version));
    }
    const std::string state = sql.execAndGet("PRAGMA quick_check(1)").getString();
    if (state != "ok")
      throw std::runtime_error(path_ + ": is damaged: " + printable(state, kLongestProblem));
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
  throw std::runtime_error(path_ + ": " + problem(e));
}

}  // namespace dcnsim
