// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/store.h"

#include <stdexcept>

#include "analysis/sweep/checked_table.h"
#include "models/base/text/printable.h"

namespace dcnsim {
namespace {

const CheckedTable kFacts{"fact", {"name TEXT PRIMARY KEY", "value TEXT NOT NULL"}, "", false};
const CheckedTable kEvaluations{
    "evaluation", {"key TEXT PRIMARY KEY", "record BLOB NOT NULL"}, "", false};
const CheckedTable kMachines{"machine", {"id INTEGER PRIMARY KEY", "json TEXT NOT NULL"}};
const CheckedTable kProvenance{"provenance",
                               {"machine INTEGER NOT NULL", "json TEXT NOT NULL"},
                               ", PRIMARY KEY (machine, json)",
                               false};
const CheckedTable kPoints{
    "point",
    {"id INTEGER PRIMARY KEY", "reason TEXT", "cycles INTEGER", "seconds REAL", "energy_pj REAL",
     "area_um2 REAL", "clock_share REAL", "traffic_bytes INTEGER", "weight_bits INTEGER",
     "images INTEGER", "correct INTEGER", "float_correct INTEGER", "stream_seconds REAL",
     "stream_energy_pj REAL", "layers TEXT"}};

const DatabaseKind kKind{0x64634e53,  // "dcNS"
                         3, "a sweep store",
                         kFacts.definition() + kEvaluations.definition() + kMachines.definition() +
                             kProvenance.definition() + kPoints.definition()};

constexpr std::size_t kLongestReason = 1000;

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
  statement.bind(at++, f.clock_share);
  count(f.traffic_bytes);
  count(f.weight_bits);
  count(f.images);
  count(f.correct);
  if (f.float_correct) {
    count(*f.float_correct);
  } else {
    statement.bind(at++);  // NULL
  }
  for (const std::optional<double>& amount : {f.stream_seconds, f.stream_energy_pj}) {
    if (amount) {
      statement.bind(at++, *amount);
    } else {
      statement.bind(at++);
    }
  }
  statement.bind(at, point.layers);
}

StoredPoint point_of(const CheckedRow& row) {
  StoredPoint point;
  point.id = row.count(0);
  if (!row.is_null(1)) {
    point.reason = printable(row.text(1), kLongestReason);
    if (!point.failed()) row.fail(1, "expected a reason or none");
    return point;
  }
  Figures& f = point.figures;
  f.cycles = row.count(2);
  f.seconds = row.amount(3);
  f.energy_pj = row.amount(4);
  f.area_um2 = row.amount(5);
  f.clock_share = row.amount(6);
  f.traffic_bytes = row.count(7);
  f.weight_bits = row.count(8);
  f.images = row.count(9);
  f.correct = row.count(10);
  if (f.correct > f.images) row.fail(10, "more than there are images");
  f.float_correct.reset();
  if (!row.is_null(11)) f.float_correct = row.count(11);
  if (f.float_correct > f.images) row.fail(11, "more than there are images");
  if (!row.is_null(12)) f.stream_seconds = row.amount(12);
  if (!row.is_null(13)) f.stream_energy_pj = row.amount(13);
  point.layers = row.text(14);
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
    SQLite::Statement insert(sql, kFacts.insertion());
    for (const auto& [name, value] : facts) {
      insert.bind(1, name);
      insert.bind(2, value);
      insert.exec();
      insert.reset();
    }
  });
}

SweepStore::SweepStore(const std::string& path) : database_(path, kKind, Database::Access::kRead) {}

void SweepStore::for_each(const CheckedTable& table, const std::string& rest,
                          const std::function<void(const CheckedRow&)>& visit) {
  database_.guarded([&](SQLite::Database& sql) {
    SQLite::Statement select(sql, table.selection(rest));
    while (select.executeStep()) visit(CheckedRow(path(), table, select));
  });
}

SweepFacts SweepStore::facts() {
  SweepFacts facts;
  for_each(kFacts, "", [&](const CheckedRow& row) { facts[row.text(0)] = row.text(1); });
  return facts;
}

std::string SweepStore::fact(const std::string& name) {
  const SweepFacts all = facts();
  const auto found = all.find(name);
  if (found == all.end()) throw std::runtime_error(path() + ": is damaged: no fact " + name);
  return found->second;
}

std::optional<std::string> SweepStore::evaluation(const std::string& key) {
  return database_.guarded([&](SQLite::Database& sql) -> std::optional<std::string> {
    SQLite::Statement select(sql, kEvaluations.selection("WHERE key = ?"));
    select.bind(1, key);
    if (!select.executeStep()) return {};
    return CheckedRow(path(), kEvaluations, select).bytes(1);
  });
}

void SweepStore::keep_evaluation(const std::string& key, const std::string& bytes) {
  database_.atomically([&](SQLite::Database& sql) {
    SQLite::Statement insert(sql, kEvaluations.insertion());
    insert.bind(1, key);
    insert.bind(2, bytes.data(), static_cast<int>(bytes.size()));
    insert.exec();
  });
}

void SweepStore::add(const PointBatch& batch) {
  database_.atomically([&](SQLite::Database& sql) {
    for (const auto& [id, machine] : batch.machines) {
      SQLite::Statement insert(sql, kMachines.insertion());
      insert.bind(1, static_cast<std::int64_t>(id));
      insert.bind(2, machine.json);
      if (!machine.json.empty()) insert.exec();
      SQLite::Statement source(sql, kProvenance.insertion());
      for (const std::string& json : machine.provenance) {
        source.bind(1, static_cast<std::int64_t>(id));
        source.bind(2, json);
        source.exec();
        source.reset();
      }
    }
    SQLite::Statement insert(sql, kPoints.insertion());
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
  for_each(kPoints, "", [&](const CheckedRow& row) { visit(point_of(row).id); });
}

void SweepStore::for_each_point(const std::function<void(const StoredPoint&)>& visit) {
  for_each(kPoints, "ORDER BY id", [&](const CheckedRow& row) { visit(point_of(row)); });
}

void SweepStore::for_each_evaluation(
    const std::function<void(const std::string& key, const std::string& bytes)>& visit) {
  for_each(kEvaluations, "ORDER BY key",
           [&](const CheckedRow& row) { visit(row.text(0), row.bytes(1)); });
}

std::map<std::size_t, StoredMachine> SweepStore::machines() {
  std::map<std::size_t, StoredMachine> machines;
  for_each(kMachines, "",
           [&](const CheckedRow& row) { machines[row.count(0)].json = row.text(1); });
  for_each(kProvenance, "",
           [&](const CheckedRow& row) { machines[row.count(0)].provenance.insert(row.text(1)); });
  return machines;
}

}  // namespace dcnsim
