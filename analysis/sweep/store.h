// SPDX-License-Identifier: Apache-2.0
// The results of one sweep in one SQLite file (engine.md has the tables). A point is there whole or
// not at all, whatever happens to the process that writes it, and is given back as it was written
// or refused: reading throws std::runtime_error naming the row and the column that is damaged.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "analysis/sweep/checked_table.h"
#include "analysis/sweep/database.h"
#include "analysis/sweep/metric.h"

namespace dcnsim {

/// What a sweep is: two stores with equal facts hold points of the same sweep.
using SweepFacts = std::map<std::string, std::string>;
/// There if the sweep's networks are in fixed point.
inline constexpr char kFixedFact[] = "fixed_point";

struct StoredPoint {
  std::uint64_t id = 0;
  std::string reason;  ///< of a failure; "" for a point that was evaluated
  Figures figures;
  std::string layers;  ///< JSON as in sweep_schema.md

  bool failed() const { return !reason.empty(); }
};

/// What points of one machine have in common, as JSON, and where its figures come from: one JSON
/// text a table and component, sorted.
struct StoredMachine {
  std::string json;
  std::set<std::string> provenance;
};

/// What is stored at once.
struct PointBatch {
  std::map<std::size_t, StoredMachine> machines;  ///< by position on the product of the axes
  std::vector<StoredPoint> points;
};

class SweepStore {
 public:
  /// Begins a store, or goes on with one of the same sweep; nobody else can use it meanwhile. One
  /// that holds no results yet becomes one of this sweep.
  /// Throws what Database throws, and std::runtime_error saying which fact differs.
  SweepStore(const std::string& path, const SweepFacts& facts);
  /// To read, also while another process writes it.
  explicit SweepStore(const std::string& path);

  /// Throws std::runtime_error if there is none of that name.
  std::string fact(const std::string& name);
  SweepFacts facts();

  std::optional<std::string> evaluation(const std::string& key);
  void keep_evaluation(const std::string& key, const std::string& bytes);

  /// Points and machines that are there already stay as they are.
  void add(const PointBatch& batch);
  void remove_failed();

  void for_each_id(const std::function<void(std::uint64_t id)>& visit);
  /// In the order of their ids.
  void for_each_point(const std::function<void(const StoredPoint&)>& visit);
  void for_each_evaluation(
      const std::function<void(const std::string& key, const std::string& bytes)>& visit);
  std::map<std::size_t, StoredMachine> machines();

  /// Everything is written: leaves one file.
  void finish() { database_.finish(); }
  const std::string& path() const { return database_.path(); }

 private:
  void check(const SweepFacts& facts, const SweepFacts& known) const;
  bool is_empty();
  void for_each(const CheckedTable& table, const std::string& rest,
                const std::function<void(const CheckedRow&)>& visit);
  void set(const SweepFacts& facts);

  Database database_;
};

}  // namespace dcnsim
