// SPDX-License-Identifier: Apache-2.0
// An SQLite file with a purpose and a version, whose errors are told in one line. What others hand
// over is not believed: it has exactly the tables that its kind has, and nothing in it is run.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include "analysis/sweep/snapshot.h"

namespace dcnsim {

/// What kind of file it is, as SQLite keeps it in the header.
struct DatabaseKind {
  int application_id = 0;
  int version = 0;
  std::string name;    ///< "a sweep store", for errors
  std::string schema;  ///< SQL that makes the tables
};

/// Whether the file's first bytes say that it is of that kind and version, whatever follows.
bool has_header_of(const DatabaseKind& kind, const std::string& path);

/// Broken, whosever it is.
struct DamagedDatabase : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Database {
 public:
  enum class Access { kRead, kReadShared, kWriteAlone, kWriteShared };

  /// kRead, kReadShared: the file exists. The others make it if need be; kWriteAlone keeps every
  /// other writer out until it is closed, and kRead looks at a copy of what such a writer has
  /// written. A lone writer waits up to three seconds for those that use the file. Throws
  /// std::runtime_error "PATH: problem": not such a file, of another version, in use by another
  /// process, cannot be opened or written; DamagedDatabase if it is damaged.
  Database(std::string path, const DatabaseKind& kind, Access access);

  /// Runs `work` with what SQLite throws told as above.
  template <class Work>
  auto guarded(const Work& work) {
    try {
      return work(*sql_);
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
  void begin_access(const DatabaseKind& kind, Access access);
  void open(Access access);
  void require_kind(const DatabaseKind& kind);
  void begin_writing(const DatabaseKind& kind, Access access);
  void require_sound(const DatabaseKind& kind);

  std::string path_;
  std::unique_ptr<Snapshot> snapshot_;  ///< kRead, where the file itself cannot be read
  std::unique_ptr<SQLite::Database> sql_;
};

}  // namespace dcnsim
