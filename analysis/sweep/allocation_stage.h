// SPDX-License-Identifier: Apache-2.0
// The first half of a sweep: what every allocation makes of every network, accuracy included. Each
// record is found once and kept in the store and in the cache.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "analysis/allocation/study.h"
#include "analysis/sweep/evaluation.h"
#include "analysis/sweep/evaluation_cache.h"
#include "analysis/sweep/store.h"
#include "analysis/sweep/sweep_inputs.h"
#include "analysis/sweep/sweep_spec.h"

namespace dcnsim {

/// A pair of network and allocation is numbered network * allocations + allocation.
struct AllocationResults {
  std::map<std::size_t, AllocationRecord> records;      ///< by pair
  std::map<std::size_t, std::uint64_t> float_correct;   ///< by network; none without images
  std::map<std::size_t, std::string> problems;          ///< by pair: why there is no record
  std::map<std::size_t, std::string> network_problems;  ///< by network: no float accuracy
  std::size_t reused = 0;                               ///< records that were known
};

class AllocationStage {
 public:
  struct How {
    std::size_t jobs = 1;
    std::string cache_folder;
    std::function<bool()> stop;
    ProgressFactory progress;
  };

  /// References stay; `store` may be null: then nothing is kept there.
  AllocationStage(const SweepSpec& spec, const SweepInputs& inputs,
                  const std::vector<Accumulator>& accumulators, SweepStore* store,
                  EvaluationCache& cache, How how);

  /// Widths of every pair; resolved once and kept. Throws what resolve_allocations throws.
  const QuantizeOptions& widths(std::size_t pair);

  /// What a pair makes of its network, classifying `images`. Throws what evaluate_allocation
  /// throws, and std::runtime_error if a file is of another network.
  AllocationRecord record(std::size_t pair, const Dataset& images);
  /// A pair's network in fixed point.
  FixedNetwork network(std::size_t pair);
  /// Tells pairs of one network apart.
  std::string allocation_key(std::size_t pair);

  /// The record of a pair if it is known already, as bytes.
  std::optional<std::string> known(std::size_t pair);

  AllocationResults evaluate(const std::set<std::size_t>& pairs);

 private:
  /// One evaluation: of a network in float arithmetic, or of a pair.
  struct Item {
    bool is_float = false;
    std::size_t index = 0;
    std::string key;
  };
  Item float_item(std::size_t network) const;
  Item pair_item(std::size_t pair);
  std::optional<std::string> find(const Item& item);
  std::string evaluate(const Item& item);
  /// Throws std::runtime_error: not a record of this sweep.
  void take(const Item& item, const std::string& bytes, AllocationResults& results) const;
  NetworkQuantizer& quantizer(std::size_t network);
  /// Null if the pair's widths are applied to the float network.
  const FixedAllocation* fixed(std::size_t pair) const;
  /// Why take() refuses the record, "" if it does not.
  std::string misfit(const Item& item, const std::string& bytes) const;
  std::vector<std::vector<QuantizeOptions>> stored_widths(const std::string& json) const;
  OnProgress progress(const std::string& what, std::size_t total) const;
  std::size_t network_of(std::size_t pair) const { return pair / spec_.allocations.size(); }

  const SweepSpec& spec_;
  const SweepInputs& inputs_;
  const std::vector<Accumulator>& accumulators_;
  SweepStore* const store_;
  EvaluationCache& cache_;
  const How how_;
  std::vector<std::vector<QuantizeOptions>> widths_;  ///< by network and allocation
  std::map<std::size_t, std::unique_ptr<NetworkQuantizer>> quantizers_;
};

}  // namespace dcnsim
