// SPDX-License-Identifier: Apache-2.0
// An SQLite file with a purpose and a version, whose errors are told in one line.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <functional>
#include <string>

namespace dcnsim {

/// What kind of file it is, as SQLite keeps it in the header.
struct DatabaseKind {
  int application_id = 0;
  int version = 0;
  std::string name;    ///< "a sweep store", for errors
  std::string schema;  ///< SQL that makes the tables
};

class Database {
 public:
  enum class Access { kRead, kWriteAlone, kWriteShared };

  /// kRead: the file exists. The others make it if need be; kWriteAlone keeps every other process
  /// out until it is closed. Throws std::runtime_error "PATH: problem": not such a file, of another
  /// version, damaged, in use by another process, cannot be opened or written.
  Database(std::string path, const DatabaseKind& kind, Access access);

  /// Runs `work` with what SQLite throws told as above.
  template <class Work>
  auto guarded(const Work& work) {
    try {
      return work(sql_);
    } catch (const SQLite::Exception& e) {
      fail(e);
    }
  }

  /// Runs `work` as one transaction.
  void atomically(const std::function<void(SQLite::Database&)>& work);

  /// Leaves one file that readers need no other file beside.
  void finish();

  const std::string& path() const { return path_; }

 private:
  [[noreturn]] void fail(const SQLite::Exception& e) const;
  void require_kind(SQLite::Database& sql, const DatabaseKind& kind) const;
  void check(const DatabaseKind& kind);

  std::string path_;
  SQLite::Database sql_;
};

}  // namespace dcnsim
