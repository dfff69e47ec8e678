// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/spec_allocations.h"

#include <cmath>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include "models/arch/config_fields.h"
#include "models/numeric/format.h"

namespace dcnsim {
namespace {

class AllocationReader {
 public:
  explicit AllocationReader(const SpecValues& yaml) : yaml_(yaml) {}

  std::vector<AllocationRequest> read(const YAML::Node& node, const std::string& field) {
    if (!node.IsSequence()) yaml_.fail(node, field, "expected a list of allocations");
    for (const YAML::Node& item : yaml_.list(node, field)) {
      std::size_t kinds = 0;
      yaml_.for_each_of(
          item, field, "allocation", {"equal", "per_layer", "widths", "allocate", "fixed"},
          [&](const std::string& key, const std::string& child, const YAML::Node& value) {
            ++kinds;
            if (key == "equal") {
              equal(value, child);
            } else if (key == "per_layer") {
              per_layer(value, child);
            } else if (key == "widths") {
              files(value, child, AllocationRequest::Kind::kFile);
            } else if (key == "fixed") {
              files(value, child, AllocationRequest::Kind::kNetwork);
            } else {
              optimal(value, child);
            }
          });
      if (kinds != 1) {
        yaml_.fail(item, field,
                   "expected one of equal, per_layer, widths, allocate, fixed in each item");
      }
    }
    return std::move(allocations_);
  }

 private:
  void add(AllocationRequest request, const YAML::Node& node, const std::string& field) {
    if (!labels_.insert(request.label).second) {
      yaml_.fail(node, field, "allocation " + printable(request.label) + " is there already");
    }
    if (labels_.size() > kMostValues) yaml_.fail(node, field, "more than 100,000 allocations");
    allocations_.push_back(std::move(request));
  }

  void files(const YAML::Node& node, const std::string& field, AllocationRequest::Kind kind) {
    for (const YAML::Node& item : yaml_.list(node, field)) {
      const std::string path = yaml_.path(item, field, "a path");
      std::filesystem::path name = std::filesystem::path(path).filename();
      if (name.extension() == ".gz") name = name.stem();
      AllocationRequest request;
      request.kind = kind;
      request.file = path;
      request.label = printable(name.stem().string());
      add(std::move(request), node, field);
    }
  }

  void equal(const YAML::Node& node, const std::string& field) {
    const auto add_equal = [&](int weights, int activations) {
      AllocationRequest request;
      request.weights = {weights};
      request.activations = {activations};
      request.label = 'w' + std::to_string(weights) + 'a' + std::to_string(activations);
      add(std::move(request), node, field);
    };
    if (!node.IsMap() || node["from"]) {
      for (const int bits : yaml_.widths(node, field)) add_equal(bits, bits);
      return;
    }
    std::vector<int> weights{8}, activations{8};
    yaml_.for_each_of(
        node, field, "equal", {"weights", "activations"},
        [&](const std::string& key, const std::string& child, const YAML::Node& value) {
          (key == "weights" ? weights : activations) = yaml_.widths(value, child);
        });
    for (const int w : weights) {
      for (const int a : activations) add_equal(w, a);
    }
  }

  void per_layer(const YAML::Node& node, const std::string& field) {
    AllocationRequest request;
    request.kind = AllocationRequest::Kind::kPerLayer;
    request.weights = request.activations = {8};
    yaml_.for_each_of(
        node, field, "per_layer", {"label", "weights", "activations"},
        [&](const std::string& key, const std::string& child, const YAML::Node& value) {
          if (key == "label") {
            request.label = yaml_.scalar(value, child, "a name");
          } else {
            (key == "weights" ? request.weights : request.activations) = yaml_.widths(value, child);
          }
        });
    if (request.label.empty()) {
      const auto dashed = [](const std::vector<int>& bits) {
        std::string text;
        for (const int b : bits) text += (text.empty() ? "" : "-") + std::to_string(b);
        return text;
      };
      request.label = 'w' + dashed(request.weights) + " a" + dashed(request.activations);
    }
    add(std::move(request), node, field);
  }

  void optimal(const YAML::Node& node, const std::string& field) {
    using Target = AllocationRequest::Target;
    static const std::map<std::string, std::pair<Target, const char*>> kTargets{
        {"equal_bits", {Target::kEqualBits, "bits"}},
        {"target_sqnr_db", {Target::kSqnr, "dB"}},
        {"max_size_kb", {Target::kSize, "kB"}},
        {"max_energy_uj", {Target::kEnergy, "uJ"}},
        {"max_latency_ms", {Target::kLatency, "ms"}}};
    AllocationRequest request;
    request.kind = AllocationRequest::Kind::kOptimal;
    request.activations = {8};
    std::vector<double> goals;
    std::string unit;
    bool has_cost = false;
    yaml_.for_each_of(
        node, field, "allocate",
        {"equal_bits", "target_sqnr_db", "max_size_kb", "max_energy_uj", "max_latency_ms", "cost",
         "noise", "tensors", "activations"},
        [&](const std::string& key, const std::string& child, const YAML::Node& value) {
          if (const auto target = kTargets.find(key); target != kTargets.end()) {
            if (!goals.empty()) yaml_.fail(value, child, "a second target, expected one");
            request.target = target->second.first;
            unit = target->second.second;
            goals = yaml_.numbers(value, child);
          } else if (key == "cost") {
            has_cost = true;
            request.cost = yaml_.choice(value, child, {"size", "macs", "energy", "cycles"});
          } else if (key == "noise") {
            request.noise = yaml_.choice(value, child, {"measured", "paper", "tensor"});
          } else if (key == "tensors") {
            request.tensors = yaml_.choice(value, child, {"weights", "all"});
          } else {
            request.activations = {yaml_.widths(value, child).front()};
          }
        });
    if (goals.empty()) {
      yaml_.fail(node, field,
                 "no target, expected equal_bits, target_sqnr_db, max_size_kb, "
                 "max_energy_uj or max_latency_ms");
    }
    if (request.target >= Target::kSize) {
      if (has_cost) yaml_.fail(node, field + ".cost", "beside a budget, which is a cost already");
      request.cost = request.target == Target::kSize     ? "size"
                     : request.target == Target::kEnergy ? "energy"
                                                         : "cycles";
    }
    for (const double goal : goals) {
      if (request.target == Target::kEqualBits
              ? goal != std::floor(goal) || goal < kMinBits || goal > kMaxBits
              : request.target != Target::kSqnr && goal <= 0) {
        yaml_.fail(node, field, fields::decimal(goal) + ' ' + unit + " is no target");
      }
      request.goal = goal;
      request.label = "allocated " + fields::decimal(goal) + ' ' + unit +
                      (request.cost == "size" ? "" : ", by " + request.cost) +
                      (request.tensors == "all" ? ", all tensors" : "") +
                      (request.noise == "measured" ? "" : ", noise " + request.noise) +
                      (request.tensors == "all" || request.activations[0] == 8
                           ? ""
                           : ", a" + std::to_string(request.activations[0]));
      add(request, node, field);
    }
  }

  const SpecValues& yaml_;
  std::set<std::string> labels_;
  std::vector<AllocationRequest> allocations_;
};

}  // namespace

std::vector<AllocationRequest> read_allocations(const SpecValues& yaml, const YAML::Node& node,
                                                const std::string& field) {
  return AllocationReader(yaml).read(node, field);
}

}  // namespace dcnsim
