// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/store.h"

#include <stdexcept>

#include "models/base/text/printable.h"

namespace dcnsim {
namespace {

const DatabaseKind kKind{0x64634e53,  // "dcNS"
                         1, "a sweep store", R"(
CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE evaluation (key TEXT PRIMARY KEY, record BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE machine (id INTEGER PRIMARY KEY, json TEXT NOT NULL);
CREATE TABLE provenance (machine INTEGER NOT NULL, json TEXT NOT NULL,
  PRIMARY KEY (machine, json)) WITHOUT ROWID;
CREATE TABLE point (
  id INTEGER PRIMARY KEY,
  reason TEXT,
  cycles INTEGER,
  seconds REAL,
  energy_pj REAL,
  area_um2 REAL,
  traffic_bytes INTEGER,
  weight_bits INTEGER,
  images INTEGER,
  correct INTEGER,
  float_correct INTEGER,
  layers TEXT
);
)"};

constexpr std::size_t kLongestReason = 1000;

std::uint64_t whole(const SQLite::Column& column) {
  return static_cast<std::uint64_t>(column.getInt64());
}

void bind(SQLite::Statement& statement, const StoredPoint& point) {
  statement.bind(1, static_cast<std::int64_t>(point.id));
  if (point.failed()) {
    statement.bind(2, point.reason);
    return;
  }
  const Figures& f = point.figures;
  int at = 3;
  const auto count = [&](std::uint64_t value) {
    statement.bind(at++, static_cast<std::int64_t>(value));
  };
  count(f.cycles);
  statement.bind(at++, f.seconds);
  statement.bind(at++, f.energy_pj);
  statement.bind(at++, f.area_um2);
  count(f.traffic_bytes);
  count(f.weight_bits);
  count(f.images);
  count(f.correct);
  if (f.float_correct) {
    count(*f.float_correct);
  } else {
    statement.bind(at++);  // NULL
  }
  statement.bind(at, point.layers);
}

StoredPoint point_of(SQLite::Statement& row) {
  StoredPoint point;
  point.id = whole(row.getColumn(0));
  if (!row.getColumn(1).isNull()) {
    point.reason = printable(row.getColumn(1).getString(), kLongestReason);
    return point;
  }
  Figures& f = point.figures;
  f.cycles = whole(row.getColumn(2));
  f.seconds = row.getColumn(3).getDouble();
  f.energy_pj = row.getColumn(4).getDouble();
  f.area_um2 = row.getColumn(5).getDouble();
  f.traffic_bytes = whole(row.getColumn(6));
  f.weight_bits = whole(row.getColumn(7));
  f.images = whole(row.getColumn(8));
  f.correct = whole(row.getColumn(9));
  f.float_correct.reset();
  if (!row.getColumn(10).isNull()) f.float_correct = whole(row.getColumn(10));
  point.layers = row.getColumn(11).getString();
  return point;
}

std::string why_different(const std::string& fact) {
  if (fact == "program") {
    return "was begun by another build of dcnsim: go on with that one, or choose another store";
  }
  if (fact == "sweep") return "was begun with another sweep file: choose another store";
  return "was begun with another " + fact + ": choose another store";
}

}  // namespace

SweepStore::SweepStore(const std::string& path, const SweepFacts& facts)
    : database_(path, kKind, Database::Access::kWriteAlone) {
  const SweepFacts known = this->facts();
  if (known == facts) return;
  if (!is_empty()) check(facts, known);
  set(facts);
}

/// The program first: it explains other differences.
void SweepStore::check(const SweepFacts& facts, const SweepFacts& known) const {
  std::vector<std::string> names{"program", "sweep"};
  for (const auto& fact : facts) names.push_back(fact.first);
  for (const std::string& name : names) {
    const auto ours = facts.find(name), theirs = known.find(name);
    if (ours == facts.end() || theirs == known.end() || ours->second != theirs->second) {
      throw std::runtime_error(path() + ": " + why_different(name));
    }
  }
}

bool SweepStore::is_empty() {
  return database_.guarded([](SQLite::Database& sql) {
    return sql.execAndGet("SELECT (SELECT count(*) FROM point) + (SELECT count(*) FROM evaluation)")
               .getInt64() == 0;
  });
}

void SweepStore::set(const SweepFacts& facts) {
  database_.atomically([&](SQLite::Database& sql) {
    sql.exec("DELETE FROM fact");
    SQLite::Statement insert(sql, "INSERT INTO fact VALUES (?, ?)");
    for (const auto& [name, value] : facts) {
      insert.bind(1, name);
      insert.bind(2, value);
      insert.exec();
      insert.reset();
    }
  });
}

SweepStore::SweepStore(const std::string& path) : database_(path, kKind, Database::Access::kRead) {}

SweepFacts SweepStore::facts() {
  return database_.guarded([](SQLite::Database& sql) {
    SweepFacts facts;
    SQLite::Statement select(sql, "SELECT name, value FROM fact");
    while (select.executeStep()) {
      facts[select.getColumn(0).getString()] = select.getColumn(1).getString();
    }
    return facts;
  });
}

std::string SweepStore::fact(const std::string& name) {
  const SweepFacts all = facts();
  const auto found = all.find(name);
  if (found == all.end()) throw std::runtime_error(path() + ": is damaged: no fact " + name);
  return found->second;
}

std::optional<std::string> SweepStore::evaluation(const std::string& key) {
  return database_.guarded([&](SQLite::Database& sql) -> std::optional<std::string> {
    SQLite::Statement select(sql, "SELECT record FROM evaluation WHERE key = ?");
    select.bind(1, key);
    if (!select.executeStep()) return {};
    return select.getColumn(0).getString();
  });
}

void SweepStore::keep_evaluation(const std::string& key, const std::string& bytes) {
  database_.atomically([&](SQLite::Database& sql) {
    SQLite::Statement insert(sql, "INSERT OR IGNORE INTO evaluation VALUES (?, ?)");
    insert.bind(1, key);
    insert.bind(2, bytes.data(), static_cast<int>(bytes.size()));
    insert.exec();
  });
}

void SweepStore::add(const PointBatch& batch) {
  database_.atomically([&](SQLite::Database& sql) {
    for (const auto& [id, machine] : batch.machines) {
      SQLite::Statement insert(sql, "INSERT OR IGNORE INTO machine VALUES (?, ?)");
      insert.bind(1, static_cast<std::int64_t>(id));
      insert.bind(2, machine.json);
      if (!machine.json.empty()) insert.exec();
      SQLite::Statement source(sql, "INSERT OR IGNORE INTO provenance VALUES (?, ?)");
      for (const std::string& json : machine.provenance) {
        source.bind(1, static_cast<std::int64_t>(id));
        source.bind(2, json);
        source.exec();
        source.reset();
      }
    }
    SQLite::Statement insert(
        sql, "INSERT OR IGNORE INTO point VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    for (const StoredPoint& point : batch.points) {
      bind(insert, point);
      insert.exec();
      insert.reset();
      insert.clearBindings();
    }
  });
}

void SweepStore::remove_failed() {
  database_.atomically(
      [](SQLite::Database& sql) { sql.exec("DELETE FROM point WHERE reason IS NOT NULL"); });
}

void SweepStore::for_each_id(const std::function<void(std::uint64_t id)>& visit) {
  database_.guarded([&](SQLite::Database& sql) {
    SQLite::Statement select(sql, "SELECT id FROM point");
    while (select.executeStep()) visit(whole(select.getColumn(0)));
  });
}

void SweepStore::for_each_point(const std::function<void(const StoredPoint&)>& visit) {
  database_.guarded([&](SQLite::Database& sql) {
    SQLite::Statement select(sql, "SELECT * FROM point ORDER BY id");
    while (select.executeStep()) visit(point_of(select));
  });
}

void SweepStore::for_each_evaluation(
    const std::function<void(const std::string& key, const std::string& bytes)>& visit) {
  database_.guarded([&](SQLite::Database& sql) {
    SQLite::Statement select(sql, "SELECT key, record FROM evaluation ORDER BY key");
    while (select.executeStep()) {
      visit(select.getColumn(0).getString(), select.getColumn(1).getString());
    }
  });
}

std::map<std::size_t, StoredMachine> SweepStore::machines() {
  return database_.guarded([](SQLite::Database& sql) {
    std::map<std::size_t, StoredMachine> machines;
    SQLite::Statement select(sql, "SELECT id, json FROM machine");
    while (select.executeStep()) {
      machines[whole(select.getColumn(0))].json = select.getColumn(1).getString();
    }
    SQLite::Statement source(sql, "SELECT machine, json FROM provenance");
    while (source.executeStep()) {
      machines[whole(source.getColumn(0))].provenance.insert(source.getColumn(1).getString());
    }
    return machines;
  });
}

}  // namespace dcnsim
