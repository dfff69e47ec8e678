// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/store.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <iterator>
#include <memory>
#include <random>
#include <stdexcept>
#include <thread>

#include "analysis/sweep/evaluation_cache.h"
#include "analysis/sweep/merge.h"
#include "models/base/process/work_pool.h"
#include "tests/support/forged_store.h"

namespace dcnsim {
namespace {

namespace fs = std::filesystem;

const SweepFacts kFacts{{"program", "p"}, {"sweep", "{}"}, {"file", "s.yaml"}, {"inputs", "[]"}};

StoredPoint point(std::uint64_t id) {
  StoredPoint p;
  p.id = id;
  p.figures = {100 + id, 1e-3, 2.5e8 / 3, 1e6, 0.5, 7, 8, 10, 9, 10, 5e-4, 1e8 / 3};
  p.layers = "[]";
  return p;
}

class StoreTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        fs::temp_directory_path() / ("dcnsim_store_" + std::to_string(getpid()) + "_" +
                                     testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    path_ = (folder_ / "s.sqlite").string();
  }
  void TearDown() override { fs::remove_all(folder_); }

  /// The bytes of a store that has so many points.
  std::string finished_store(std::uint64_t points) const {
    {
      SweepStore store(path_, kFacts);
      PointBatch batch;
      for (std::uint64_t id = 0; id < points; ++id) batch.points.push_back(point(id));
      store.add(batch);
      store.finish();
    }
    std::ifstream in(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  std::string error(const std::function<void()>& act) const {
    try {
      act();
    } catch (const std::runtime_error& e) {
      return e.what();
    }
    return "no error";
  }

  fs::path folder_;
  std::string path_;
};

TEST_F(StoreTest, gives_back_what_it_was_given) {
  {
    SweepStore store(path_, kFacts);
    PointBatch batch;
    batch.machines[3] = {"{\"name\": 1}", {"b", "a"}};
    batch.points = {point(2), point(0), {1, "does not fit", {}, {}}};
    store.add(batch);
    store.keep_evaluation("key", std::string("\0bytes\xff", 7));
    store.finish();
  }
  EXPECT_FALSE(fs::exists(path_ + "-wal"));
  SweepStore store(path_);
  EXPECT_EQ(store.facts(), kFacts);
  EXPECT_EQ(store.evaluation("key"), std::string("\0bytes\xff", 7));
  EXPECT_EQ(store.evaluation("other"), std::nullopt);
  EXPECT_EQ(store.machines().at(3).provenance, (std::set<std::string>{"a", "b"}));
  std::vector<StoredPoint> points;
  store.for_each_point([&](const StoredPoint& p) { points.push_back(p); });
  ASSERT_EQ(points.size(), 3u);
  EXPECT_EQ(points[0].figures.energy_pj, 2.5e8 / 3) << "to the last bit";
  EXPECT_EQ(points[1].reason, "does not fit");
  EXPECT_EQ(points[2].figures.cycles, 102u);
}

TEST_F(StoreTest, goes_on_with_the_same_sweep_only) {
  { SweepStore(path_, kFacts).add({{}, {point(0)}}); }
  { SweepStore(path_, kFacts).add({{}, {point(1)}}); }
  const auto with = [&](const std::string& fact) {
    SweepFacts facts = kFacts;
    facts[fact] = "another";
    return error([&] { SweepStore(path_, facts); });
  };
  EXPECT_EQ(with("sweep"), path_ + ": was begun with another sweep file: choose another store");
  EXPECT_EQ(with("inputs"), path_ + ": was begun with another inputs: choose another store");
  EXPECT_NE(with("program").find("another build of dcnsim"), std::string::npos);
  std::size_t count = 0;
  SweepStore(path_).for_each_id([&](std::uint64_t) { ++count; });
  EXPECT_EQ(count, 2u);
}

TEST_F(StoreTest, a_store_without_results_becomes_one_of_this_sweep) {
  { SweepStore(path_, kFacts).finish(); }
  SweepFacts other = kFacts;
  other["sweep"] = "{name: other}";
  EXPECT_EQ(SweepStore(path_, other).fact("sweep"), "{name: other}");
}

TEST_F(StoreTest, has_one_writer_at_a_time_and_readers_beside_it) {
  SweepStore store(path_, kFacts);
  store.add({{}, {point(0)}});
  const pid_t child = fork();
  if (child == 0) {
    const bool refused = error([&] {
                           SweepStore(path_, kFacts);
                         }).find("in use by another process") != std::string::npos;
    std::size_t seen = 0;
    SweepStore{path_}.for_each_id([&](std::uint64_t) { ++seen; });
    _exit(refused && seen == 1 ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  store.add({{}, {point(1)}});
}

TEST_F(StoreTest, a_writer_waits_for_a_reader_that_looks) {
  { SweepStore(path_, kFacts).add({{}, {point(0)}}); }
  auto reader = std::make_unique<SweepStore>(path_);
  const auto looks = std::async(std::launch::async, [&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    reader.reset();
  });
  SweepStore store(path_, kFacts);
  EXPECT_EQ(reader, nullptr) << "it has waited";
  store.add({{}, {point(1)}});
}

TEST_F(StoreTest, what_is_stored_when_its_process_is_killed_stays) {
  const pid_t child = fork();
  if (child == 0) {
    SweepStore store(path_, kFacts);
    for (std::uint64_t id = 0; id < 10; ++id) store.add({{}, {point(id)}});
    kill(getpid(), SIGKILL);
  }
  waitpid(child, nullptr, 0);
  std::size_t count = 0;
  SweepStore(path_, kFacts).for_each_id([&](std::uint64_t) { ++count; });
  EXPECT_EQ(count, 10u);
}

TEST_F(StoreTest, a_full_disk_is_told_and_loses_nothing_before) {
  // SQLite keeps the limit in the connection.
  Database database(path_, {1, 1, "a test", "CREATE TABLE kept (x);"},
                    Database::Access::kWriteAlone);
  database.atomically([](SQLite::Database& sql) { sql.exec("INSERT INTO kept VALUES (1)"); });
  database.guarded([](SQLite::Database& sql) { sql.execAndGet("PRAGMA max_page_count = 1"); });
  const std::string message = error([&] {
    database.atomically(
        [](SQLite::Database& sql) { sql.exec("INSERT INTO kept VALUES (zeroblob(10000000))"); });
  });
  EXPECT_EQ(message, path_ + ": the disk is full; what was stored before is kept");
  EXPECT_EQ(database.guarded([](SQLite::Database& sql) {
    return sql.execAndGet("SELECT count(*) FROM kept").getInt();
  }),
            1);
}

TEST_F(StoreTest, files_that_are_no_stores_are_told_apart) {
  const auto spill = [&](const std::string& bytes) { std::ofstream(path_) << bytes; };
  EXPECT_EQ(error([&] { SweepStore{path_}; }), path_ + ": no such file");
  spill("name: a sweep file, not a store\n");
  EXPECT_EQ(error([&] { SweepStore{path_}; }), path_ + ": is no SQLite file");
  EXPECT_EQ(error([&] { SweepStore(path_, kFacts); }), path_ + ": is no SQLite file");
  fs::remove(path_);
  SQLite::Database(path_, SQLite::OPEN_CREATE | SQLite::OPEN_READWRITE).exec("CREATE TABLE t (x)");
  EXPECT_EQ(error([&] { SweepStore{path_}; }), path_ + ": is not a sweep store");
  const auto bytes = [&] {
    std::ifstream in(path_, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  const std::string before = bytes();
  EXPECT_EQ(error([&] { SweepStore(path_, kFacts); }), path_ + ": is not a sweep store");
  EXPECT_TRUE(bytes() == before) << "somebody else's file was changed";
  fs::remove(path_);
  { SweepStore(path_, kFacts).finish(); }
  SQLite::Database(path_, SQLite::OPEN_READWRITE).exec("PRAGMA user_version = 4");
  EXPECT_EQ(error([&] { SweepStore{path_}; }),
            path_ + ": is a sweep store of version 4, expected version 3");
  EXPECT_EQ(error([&] { SweepStore{folder_.string()}; }),
            folder_.string() + ": not a regular file");
}

TEST_F(StoreTest, damage_is_told_and_never_crashes) {
  const std::string whole = finished_store(500);
  std::mt19937 random(1);
  std::size_t refused = 0;
  for (int trial = 0; trial < 200; ++trial) {
    std::string bytes = whole;
    if (trial % 4 == 0) bytes.resize(random() % bytes.size());
    for (int i = 0; i < 40 && !bytes.empty(); ++i) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    std::ofstream(path_, std::ios::binary) << bytes;
    try {
      SweepStore store(path_);
      store.facts();
      store.for_each_point([](const StoredPoint&) {});
      store.machines();
    } catch (const std::runtime_error& e) {
      EXPECT_EQ(std::string(e.what()).rfind(path_, 0), 0u) << e.what();
      ++refused;
    }
  }
  EXPECT_GT(refused, 100u);
}

/// One flipped bit anywhere gives the same points or is told.
TEST_F(StoreTest, no_flipped_bit_changes_a_figure) {
  const std::string whole = finished_store(100);
  const auto points = [&] {
    std::string all;
    SweepStore{path_}.for_each_point([&](const StoredPoint& p) {
      all += std::to_string(p.id) + p.reason + p.layers + to_bytes(std::vector<Figures>{p.figures});
    });
    return all;
  };
  const std::string expected = points();
  std::mt19937 random(2);
  std::size_t refused = 0, same = 0;
  for (int trial = 0; trial < 300; ++trial) {
    std::string bytes = whole;
    char& byte = bytes[random() % bytes.size()];
    byte = static_cast<char>(byte ^ (1 << random() % 8));
    std::ofstream(path_, std::ios::binary) << bytes;
    try {
      EXPECT_TRUE(points() == expected) << "trial " << trial;
      ++same;
    } catch (const std::runtime_error& e) {
      EXPECT_EQ(std::string(e.what()).rfind(path_, 0), 0u) << e.what();
      ++refused;
    }
  }
  EXPECT_GT(refused, 30u);
  EXPECT_GT(same, 30u);
}

/// Stores come from colleagues, who may have changed them by hand.
TEST_F(StoreTest, rows_are_what_was_written_and_what_their_columns_say) {
  const auto read = [&] {
    SweepStore store(path_);
    store.facts();
    store.machines();
    store.for_each_point([](const StoredPoint&) {});
    store.for_each_evaluation([](const std::string&, const std::string&) {});
  };
  const auto fresh = [&] {
    fs::remove(path_);
    SweepStore store(path_, kFacts);
    PointBatch batch;
    batch.machines[3] = {"{}", {"a"}};
    batch.points = {point(0), {1, "reason", {}, {}}};
    store.add(batch);
    store.keep_evaluation("key", "bytes");
    store.finish();
  };
  const std::string damaged = path_ + ": is damaged: ";
  const std::string amount = "expected a finite number from 0 on",
                    whole = "expected a whole number from 0 on";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"UPDATE point SET energy_pj = 'abc' WHERE id = 0", "point 0: energy_pj: " + amount},
      {"UPDATE point SET energy_pj = NULL WHERE id = 0", "point 0: energy_pj: " + amount},
      {"UPDATE point SET energy_pj = -5 WHERE id = 0", "point 0: energy_pj: " + amount},
      {"UPDATE point SET seconds = 9e999 WHERE id = 0", "point 0: seconds: " + amount},
      {"UPDATE point SET area_um2 = x'00' WHERE id = 0", "point 0: area_um2: " + amount},
      {"UPDATE point SET cycles = 1.5 WHERE id = 0", "point 0: cycles: " + whole},
      {"UPDATE point SET cycles = -1 WHERE id = 0", "point 0: cycles: " + whole},
      {"UPDATE point SET images = NULL WHERE id = 0", "point 0: images: " + whole},
      {"UPDATE point SET correct = 11 WHERE id = 0",
       "point 0: correct: more than there are images"},
      {"UPDATE point SET float_correct = 11 WHERE id = 0",
       "point 0: float_correct: more than there are images"},
      {"UPDATE point SET layers = NULL WHERE id = 0", "point 0: layers: expected a text"},
      {"UPDATE point SET reason = '' WHERE id = 1", "point 1: reason: expected a reason or none"},
      {"UPDATE point SET reason = x'41' WHERE id = 1", "point 1: reason: expected a text"},
      {"UPDATE point SET id = -1 WHERE id = 1", "point -1: id: " + whole},
      {"UPDATE machine SET json = x'7b7d'", "machine 3: json: expected a text"},
      {"UPDATE machine SET id = -3", "machine -3: id: " + whole},
      {"UPDATE provenance SET json = x'7b7d'", "provenance 3: json: expected a text"},
      {"UPDATE fact SET value = x'41' WHERE name = 'file'", "fact file: value: expected a text"},
      {"UPDATE evaluation SET record = 'text'", "evaluation key: record: expected bytes"},
  };
  for (const auto& [update, expected] : cases) {
    fresh();
    SQLite::Database(path_, SQLite::OPEN_READWRITE).exec(update);
    const std::string row = expected.substr(0, expected.find(':'));
    EXPECT_EQ(error(read), damaged + row + ": not what was written") << update;
    forge(path_, "SELECT 1");
    EXPECT_EQ(error(read), damaged + expected) << update;
  }
  fresh();
  EXPECT_EQ(error(read), "no error");
  SQLite::Database(path_, SQLite::OPEN_READWRITE).exec("UPDATE point SET energy_pj = 7");
  EXPECT_EQ(error([&] { SweepStore(path_, kFacts).for_each_id([](std::uint64_t) {}); }),
            damaged + "point 0: not what was written")
      << "nor does a sweep go on with it";
}

/// Queries in the place of tables never end or take all memory.
TEST_F(StoreTest, other_tables_than_those_of_a_store_are_refused) {
  for (const char* const change :
       {"ALTER TABLE point RENAME TO p2; CREATE VIEW point AS WITH RECURSIVE c(x) AS (SELECT 1 "
        "UNION ALL SELECT x FROM c) SELECT x AS id, 'r' AS reason, 1, 1, 1, 1, 1, 1, 1, 1, 1, '' "
        "FROM c",
        "ALTER TABLE fact RENAME TO f2; CREATE VIEW fact AS WITH RECURSIVE c(x) AS (SELECT 1 UNION "
        "ALL SELECT x + 1 FROM c) SELECT 'n' || x AS name, hex(zeroblob(1000)) AS value FROM c",
        "CREATE TABLE other (x)", "CREATE INDEX i ON point (cycles)",
        "CREATE TRIGGER t AFTER INSERT ON point BEGIN DELETE FROM fact; END",
        "ALTER TABLE point ADD COLUMN x", "DROP TABLE machine"}) {
    fs::remove(path_);
    { SweepStore(path_, kFacts).finish(); }
    SQLite::Database(path_, SQLite::OPEN_READWRITE).exec(change);
    const std::string expected = path_ + ": is damaged: its tables are not those of a sweep store";
    EXPECT_EQ(error([&] { SweepStore{path_}; }), expected) << change;
    EXPECT_EQ(error([&] { SweepStore(path_, kFacts); }), expected) << change;
  }
}

TEST_F(StoreTest, one_that_was_left_in_a_folder_without_rights_is_read) {
  const fs::path place = folder_ / "left";
  fs::create_directories(place);
  const std::string path = (place / "s.sqlite").string();
  const pid_t writer = fork();
  if (writer == 0) {
    SweepStore(path, kFacts).add({{}, {point(0)}});
    SweepStore store(path, kFacts);
    store.add({{}, {point(1)}});
    kill(getpid(), SIGKILL);
  }
  waitpid(writer, nullptr, 0);
  ASSERT_TRUE(fs::exists(path + "-wal"));
  for (const auto& entry : fs::directory_iterator(place)) fs::permissions(entry, fs::perms(0444));
  fs::permissions(place, fs::perms(0555));
  const pid_t reader = fork();
  if (reader == 0) {
    if (getuid() == 0 && setuid(65534) != 0) _exit(2);  // root may write anywhere
    std::size_t seen = 0;
    const std::string problem =
        error([&] { SweepStore{path}.for_each_id([&](std::uint64_t) { ++seen; }); });
    if (seen != 2) fprintf(stderr, "%zu points, %s\n", seen, problem.c_str());
    _exit(seen == 2 ? 0 : 1);
  }
  int status = -1;
  waitpid(reader, &status, 0);
  fs::permissions(place, fs::perms(0755));
  EXPECT_EQ(status, 0);
}

TEST_F(StoreTest, shards_are_merged_once_and_for_all) {
  const auto shard = [&](const std::string& name, std::vector<std::uint64_t> ids) {
    const std::string path = (folder_ / name).string();
    SweepStore store(path, kFacts);
    PointBatch batch;
    for (const std::uint64_t id : ids) batch.points.push_back(point(id));
    batch.machines[0] = {"{}", {std::to_string(ids.front())}};
    store.add(batch);
    store.finish();
    return path;
  };
  const std::string a = shard("a", {0}), b = shard("b", {0});
  EXPECT_EQ(merge_stores(path_, {a, b}).missing, 0u) << "a space of one point";
  EXPECT_EQ(merge_stores(path_, {b}).points, 1u);
  EXPECT_EQ(SweepStore(path_).machines().at(0).provenance.size(), 1u);
  EXPECT_NE(error([&] { merge_stores(path_, {path_}); }).find("the store to merge into"),
            std::string::npos);
  SweepFacts other = kFacts;
  other["sweep"] = "{name: other}";
  const std::string c = (folder_ / "c").string();
  { SweepStore(c, other).finish(); }
  EXPECT_NE(error([&] {
              merge_stores(path_, {a, c});
            }).find("of another sweep"),
            std::string::npos);
}

TEST_F(StoreTest, records_of_earlier_caches_are_read_and_damaged_ones_are_not) {
  const std::string folder = (folder_ / "cache").string();
  EvaluationCache(folder, EvaluationCache::Use::kFindAndKeep).keep("key", "new");
  {
    SQLite::Database sql(folder + "/evaluations.sqlite", SQLite::OPEN_READWRITE);
    // The length and what zlib makes of "aaaa"; then with a wrong length, check sum and end.
    sql.exec(
        "INSERT INTO evaluation VALUES"
        "('good', X'040000000000000078014B4C4C4C040003CE0185'),"
        "('long', X'050000000000000078014B4C4C4C040003CE0185'),"
        "('short', X'030000000000000078014B4C4C4C040003CE0185'),"
        "('sum', X'040000000000000078014B4C4C4C040003CE0186'),"
        "('end', X'040000000000000078014B4C4C4C040003CE01'),"
        "('none', X'04')");
  }
  EvaluationCache cache(folder, EvaluationCache::Use::kFind);
  EXPECT_EQ(cache.find("good"), "aaaa");
  for (const char* const damaged : {"long", "short", "sum", "end", "none"}) {
    EXPECT_EQ(cache.find(damaged), std::nullopt) << damaged;
  }
  EXPECT_EQ(cache.find("key"), "new");
}

TEST_F(StoreTest, a_cache_that_is_damaged_is_begun_anew) {
  const std::string folder = (folder_ / "cache").string();
  EvaluationCache(folder, EvaluationCache::Use::kFindAndKeep).keep("key", std::string(100000, 'x'));
  EXPECT_EQ(EvaluationCache(folder, EvaluationCache::Use::kFind).find("key"),
            std::string(100000, 'x'));
  EXPECT_LT(fs::file_size(folder + "/evaluations.sqlite"), 50000u);
  {
    std::fstream file(folder + "/evaluations.sqlite",
                      std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(100) << std::string(4000, 'x');  // behind the header
  }
  EXPECT_EQ(EvaluationCache(folder, EvaluationCache::Use::kFind).find("key"), std::nullopt);
  EvaluationCache cache(folder, EvaluationCache::Use::kFindAndKeep);
  EXPECT_EQ(cache.find("key"), std::nullopt);
  cache.keep("key", "new");
  EXPECT_EQ(cache.find("key"), "new");
  EvaluationCache none("", EvaluationCache::Use::kFindAndKeep);
  none.keep("key", "x");
  EXPECT_EQ(none.find("key"), std::nullopt);
}

TEST_F(StoreTest, what_is_not_a_cache_of_this_version_is_left_alone_and_done_without) {
  const std::string folder = (folder_ / "cache").string();
  const std::string path = folder + "/evaluations.sqlite";
  const auto bytes = [&] {
    std::ifstream in(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  const auto expect_left_alone = [&](const std::string& about) {
    const std::string before = bytes();
    EvaluationCache cache(folder, EvaluationCache::Use::kFindAndKeep);
    cache.keep("other", "x");
    EXPECT_EQ(cache.find("key"), std::nullopt) << about;
    EXPECT_TRUE(bytes() == before) << about;
  };
  for (const char* const change : {"PRAGMA user_version = 2", "PRAGMA application_id = 7"}) {
    fs::remove_all(folder);
    EvaluationCache(folder, EvaluationCache::Use::kFindAndKeep).keep("key", "kept");
    {
      SQLite::Database sql(path, SQLite::OPEN_READWRITE);
      sql.exec("PRAGMA journal_mode = DELETE");
      sql.exec(change);
    }
    expect_left_alone(change);
  }
  std::ofstream(path) << "notes of mine, longer than the header of any database";
  expect_left_alone("a text");
}

}  // namespace
}  // namespace dcnsim
