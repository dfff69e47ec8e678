// SPDX-License-Identifier: Apache-2.0
// Stores that somebody has changed who knows how dcnsim writes them: the checksums are right.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <string>
#include <vector>

#include "analysis/sweep/checked_table.h"

namespace dcnsim {

/// Gives every row of the file the checksum of what it holds.
inline void renew_checksums(SQLite::Database& sql) {
  add_row_checksum(sql);
  std::vector<std::string> tables;
  SQLite::Statement select(sql, "SELECT name FROM sqlite_master WHERE type = 'table'");
  while (select.executeStep()) tables.push_back(select.getColumn(0).getString());
  for (const std::string& table : tables) {
    const std::string columns =
        sql.execAndGet("SELECT group_concat(name) FROM pragma_table_info('" + table +
                       "') WHERE name <> 'checksum'")
            .getString();
    sql.exec("UPDATE " + table + " SET checksum = row_checksum(" + columns + ")");
  }
}

inline void forge(const std::string& path, const std::string& update) {
  SQLite::Database sql(path, SQLite::OPEN_READWRITE);
  sql.exec(update);
  renew_checksums(sql);
}

}  // namespace dcnsim
