// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/allocation_stage.h"

#include <algorithm>
#include <stdexcept>
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
      widths_ = stored_widths(*kept);
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

std::vector<std::vector<QuantizeOptions>> AllocationStage::stored_widths(
    const std::string& json) const {
  const std::string file = store_->path() + ": allocations";
  auto widths = allocations_from_json(json, file);
  const auto is_whole = [&](const auto& network) {
    return network.size() == spec_.allocations.size();
  };
  if (widths.size() != inputs_.networks.size() ||
      !std::all_of(widths.begin(), widths.end(), is_whole)) {
    throw std::runtime_error(file + ": not those of the sweep file");
  }
  return widths;
}

NetworkQuantizer& AllocationStage::quantizer(std::size_t network) {
  std::unique_ptr<NetworkQuantizer>& quantizer = quantizers_[network];
  if (!quantizer) {
    quantizer = std::make_unique<NetworkQuantizer>(
        inputs_.networks[network],
        kept_calibration({how_.cache_folder, inputs_.network_hashes[network]},
                         inputs_.networks[network], inputs_.calibration,
                         progress("calibrating", inputs_.calibration.size())),
        spec_.rule);
  }
  return *quantizer;
}

const FixedAllocation* AllocationStage::fixed(std::size_t pair) const {
  if (spec_.networks_are_fixed) return &inputs_.own.at(network_of(pair));
  const auto found = inputs_.fixed.find(pair % spec_.allocations.size());
  return found == inputs_.fixed.end() ? nullptr : &found->second;
}

AllocationRecord AllocationStage::record(std::size_t pair, const Dataset& images) {
  AllocationRecord record;
  if (const FixedAllocation* const given = fixed(pair)) {
    const std::string difference =
        difference_between(inputs_.networks[network_of(pair)], given->network);
    if (!difference.empty()) throw std::runtime_error("is of another network: " + difference);
    record = evaluate_allocation(given->network, inputs_.calibration, accumulators_, images);
  } else {
    record = evaluate_allocation(quantizer(network_of(pair)), widths(pair), accumulators_, images);
  }
  if (inputs_.assumed_zeros) {
    for (double& share : record.zero_fractions) share = *inputs_.assumed_zeros;
  }
  return record;
}

FixedNetwork AllocationStage::network(std::size_t pair) {
  const FixedAllocation* const given = fixed(pair);
  return given != nullptr ? given->network
                          : quantizer(network_of(pair)).quantize(widths(pair)).network;
}

std::string AllocationStage::allocation_key(std::size_t pair) {
  const FixedAllocation* const given = fixed(pair);
  return given != nullptr ? given->hash : allocations_to_json({{widths(pair)}});
}

AllocationStage::Item AllocationStage::float_item(std::size_t network) const {
  return {true, network,
          sha256_hex("float 1 " + inputs_.program + ' ' + inputs_.network_hashes[network] + ' ' +
                     inputs_.images_hash + ' ' + std::to_string(inputs_.images.size()))};
}

AllocationStage::Item AllocationStage::pair_item(std::size_t pair) {
  std::string text = "allocation 1 " + inputs_.program + ' ' +
                     inputs_.network_hashes[network_of(pair)] + ' ' + inputs_.calibration_hash +
                     ' ' + std::to_string(inputs_.calibration.size()) + ' ' +
                     std::string(to_string(spec_.rule)) + ' ' + inputs_.images_hash + ' ' +
                     std::to_string(inputs_.images.size()) + ' ' + allocation_key(pair);
  for (const Accumulator& a : accumulators_) {
    text += ' ' + std::to_string(a.bits) + ' ' + std::to_string(static_cast<int>(a.overflow)) +
            ' ' + std::to_string(a.multiplier_bits);
  }
  return {false, pair, sha256_hex(text)};
}

std::string AllocationStage::misfit(const Item& item, const std::string& bytes) const {
  AllocationResults unused;
  try {
    take(item, bytes, unused);
  } catch (const std::runtime_error& problem) {
    return problem.what();
  }
  return "";
}

std::optional<std::string> AllocationStage::find(const Item& item) {
  if (store_ != nullptr) {
    if (auto bytes = store_->evaluation(item.key)) {
      const std::string problem = misfit(item, *bytes);
      if (problem.empty()) return bytes;
      throw std::runtime_error(store_->path() + ": evaluation " + item.key + ": " + problem);
    }
  }
  auto bytes = cache_.find(item.key);
  if (!bytes || !misfit(item, *bytes).empty()) return {};
  if (store_ != nullptr) store_->keep_evaluation(item.key, *bytes);
  return bytes;
}

std::optional<std::string> AllocationStage::known(std::size_t pair) {
  return find(pair_item(pair));
}

std::string AllocationStage::evaluate(const Item& item) {
  if (item.is_float) {
    return to_bytes(
        std::vector<std::uint64_t>{count_correct(inputs_.networks[item.index], inputs_.images)});
  }
  return to_bytes(record(item.index, inputs_.images));
}

void AllocationStage::take(const Item& item, const std::string& bytes,
                           AllocationResults& results) const {
  const auto check = [&](const std::vector<std::uint64_t>& correct, std::size_t count) {
    const auto possible = [&](std::uint64_t right) { return right <= inputs_.images.size(); };
    if (correct.size() == count && std::all_of(correct.begin(), correct.end(), possible)) return;
    throw std::runtime_error("a damaged evaluation: counts that these images cannot give");
  };
  if (item.is_float) {
    const auto correct = from_bytes<std::uint64_t>(bytes);
    check(correct, 1);
    results.float_correct[item.index] = correct.front();
    return;
  }
  AllocationRecord record = allocation_record(bytes);
  check(record.correct, inputs_.images.size() == 0 ? 0 : accumulators_.size());
  if (record.layers.size() != inputs_.networks[network_of(item.index)].layers.size()) {
    throw std::runtime_error("a damaged evaluation: of another network");
  }
  results.records[item.index] = std::move(record);
}

AllocationResults AllocationStage::evaluate(const std::set<std::size_t>& pairs) {
  AllocationResults results;
  std::set<std::size_t> networks;
  for (const std::size_t pair : pairs) networks.insert(network_of(pair));
  std::vector<Item> items, unknown;
  if (spec_.has_accuracy && !spec_.networks_are_fixed) {
    for (const std::size_t network : networks) items.push_back(float_item(network));
  }
  for (const std::size_t pair : pairs) items.push_back(pair_item(pair));
  for (const Item& item : items) {
    if (const auto bytes = find(item)) {
      take(item, *bytes, results);
      results.reused += item.is_float ? 0 : 1;
    } else {
      unknown.push_back(item);
    }
  }
  if (unknown.empty()) return results;

  // Calibrated here, so that all workers have it.
  for (const Item& item : unknown) {
    if (!item.is_float && fixed(item.index) == nullptr) quantizer(network_of(item.index));
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
