// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/allocation_stage.h"

#include <utility>

#include "analysis/evaluation/accuracy.h"
#include "analysis/sweep/allocations.h"
#include "models/base/file/sha256.h"
#include "models/base/process/work_pool.h"

namespace dcnsim {

AllocationStage::AllocationStage(const SweepSpec& spec, const SweepInputs& inputs,
                                 const std::vector<Accumulator>& accumulators, SweepStore* store,
                                 EvaluationCache& cache, How how)
    : spec_(spec),
      inputs_(inputs),
      accumulators_(accumulators),
      store_(store),
      cache_(cache),
      how_(std::move(how)) {}

OnProgress AllocationStage::progress(const std::string& what, std::size_t total) const {
  return how_.progress ? how_.progress(what, total) : OnProgress{};
}

const QuantizeOptions& AllocationStage::widths(std::size_t pair) {
  if (widths_.empty()) {
    const std::string key = "allocations";
    if (const auto kept = store_ == nullptr ? std::nullopt : store_->evaluation(key)) {
      widths_ = allocations_from_json(*kept);
    } else {
      StudyOptions study;
      study.jobs = how_.jobs;
      study.progress = how_.progress;
      for (std::size_t n = 0; n < inputs_.networks.size(); ++n) {
        study.cache_folder = how_.cache_folder;
        study.subject = allocation_subject(inputs_.network_hashes[n], inputs_.calibration_hash);
        widths_.push_back(resolve_allocations(spec_, inputs_.networks[n], inputs_.calibration,
                                              inputs_.base, study));
      }
      if (store_ != nullptr) store_->keep_evaluation(key, allocations_to_json(widths_));
    }
  }
  return widths_.at(network_of(pair)).at(pair % spec_.allocations.size());
}

NetworkQuantizer& AllocationStage::quantizer(std::size_t network) {
  std::unique_ptr<NetworkQuantizer>& quantizer = quantizers_[network];
  if (!quantizer) {
    quantizer = std::make_unique<NetworkQuantizer>(
        inputs_.networks[network],
        calibrate(inputs_.networks[network], inputs_.calibration,
                  progress("calibrating", inputs_.calibration.size())),
        spec_.rule);
  }
  return *quantizer;
}

AllocationStage::Item AllocationStage::float_item(std::size_t network) const {
  return {true, network,
          sha256_hex("float 1 " + inputs_.program + ' ' + inputs_.network_hashes[network] + ' ' +
                     inputs_.images_hash + ' ' + std::to_string(inputs_.images.size()))};
}

AllocationStage::Item AllocationStage::pair_item(std::size_t pair) {
  std::string text =
      "allocation 1 " + inputs_.program + ' ' + inputs_.network_hashes[network_of(pair)] + ' ' +
      inputs_.calibration_hash + ' ' + std::to_string(inputs_.calibration.size()) + ' ' +
      std::string(to_string(spec_.rule)) + ' ' + inputs_.images_hash + ' ' +
      std::to_string(inputs_.images.size()) + ' ' + allocations_to_json({{widths(pair)}});
  for (const Accumulator& a : accumulators_) {
    text += ' ' + std::to_string(a.bits) + ' ' + std::to_string(static_cast<int>(a.overflow));
  }
  return {false, pair, sha256_hex(text)};
}

std::optional<std::string> AllocationStage::find(const std::string& key) {
  if (store_ != nullptr) {
    if (auto bytes = store_->evaluation(key)) return bytes;
  }
  auto bytes = cache_.find(key);
  if (bytes && store_ != nullptr) store_->keep_evaluation(key, *bytes);
  return bytes;
}

std::optional<std::string> AllocationStage::known(std::size_t pair) {
  return find(pair_item(pair).key);
}

std::string AllocationStage::evaluate(const Item& item) {
  if (item.is_float) {
    return to_bytes(
        std::vector<std::uint64_t>{count_correct(inputs_.networks[item.index], inputs_.images)});
  }
  return to_bytes(evaluate_allocation(quantizer(network_of(item.index)), widths(item.index),
                                      accumulators_, inputs_.images));
}

void AllocationStage::take(const Item& item, const std::string& bytes,
                           AllocationResults& results) const {
  if (item.is_float) {
    results.float_correct[item.index] = from_bytes<std::uint64_t>(bytes).at(0);
  } else {
    results.records[item.index] = allocation_record(bytes);
  }
}

AllocationResults AllocationStage::evaluate(const std::set<std::size_t>& pairs) {
  AllocationResults results;
  std::set<std::size_t> networks;
  for (const std::size_t pair : pairs) networks.insert(network_of(pair));
  std::vector<Item> items, unknown;
  if (spec_.has_accuracy) {
    for (const std::size_t network : networks) items.push_back(float_item(network));
  }
  for (const std::size_t pair : pairs) items.push_back(pair_item(pair));
  for (const Item& item : items) {
    if (const auto bytes = find(item.key)) {
      take(item, *bytes, results);
      results.reused += item.is_float ? 0 : 1;
    } else {
      unknown.push_back(item);
    }
  }
  if (unknown.empty()) return results;

  // Calibrated here, so that all workers have it.
  for (const Item& item : unknown) {
    if (!item.is_float) quantizer(network_of(item.index));
  }
  WorkPool pool;
  pool.items = unknown.size();
  pool.jobs = how_.jobs;
  pool.stop = how_.stop;
  pool.prepare = [&]() -> Worker {
    return [&](std::size_t index) { return evaluate(unknown[index]); };
  };
  const OnProgress listener =
      progress(spec_.has_accuracy ? "accuracies of allocations" : "quantizing", pool.items);
  std::size_t done = 0;
  pool.on_result = [&](std::size_t index, const std::string& bytes) {
    const Item& item = unknown[index];
    take(item, bytes, results);
    if (store_ != nullptr) store_->keep_evaluation(item.key, bytes);
    cache_.keep(item.key, bytes);
    if (listener) listener(++done);
  };
  pool.on_failure = [&](std::size_t index, const std::string& reason) {
    const Item& item = unknown[index];
    (item.is_float ? results.network_problems : results.problems)[item.index] = reason;
    if (listener) listener(++done);
  };
  for_each(pool);
  return results;
}

}  // namespace dcnsim
