// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/sweep_spec.h"

#include <charconv>
#include <cmath>
#include <filesystem>
#include <map>
#include <set>

#include "models/arch/accelerator_yaml.h"
#include "models/arch/config_fields.h"
#include "models/arch/yaml_document.h"
#include "models/arch/yaml_reader.h"
#include "models/numeric/format.h"

namespace dcnsim {
namespace {

constexpr std::size_t kMostValues = 100'000;  ///< of one list, range or set of allocations
constexpr const char* kNumberList = "a number, a list of them or {from, to, step or times}";

/// "64KiB" as a number and its suffix.
struct Quantity {
  double number = 0;
  std::string unit;
};

class SweepReader {
 public:
  SweepReader(const std::string& file, const SweepFiles& files) : yaml_(file) {
    spec_.file = file;
    spec_.files = files;
    spec_.name = std::filesystem::path(file).stem().string();
  }

  SweepSpec read(const YAML::Node& document) {
    yaml_.for_each_of(
        document, "", "sweep",
        {"name", "network", "accelerator", "calibration", "calibration_limit", "images",
         "image_limit", "format_rule", "axes", "allocations", "constraints", "objectives"},
        [&](const std::string& key, const std::string& field, const YAML::Node& value) {
          if (key == "name") {
            spec_.name = yaml_.scalar(value, field, "a name");
          } else if (key == "network") {
            networks(value, field);
          } else if (key == "accelerator") {
            spec_.accelerator = accelerator(value, field);
          } else if (key == "calibration") {
            spec_.calibration = yaml_.scalar(value, field, "a path");
          } else if (key == "images") {
            spec_.images = yaml_.scalar(value, field, "a path, or none");
            spec_.has_accuracy = spec_.images != "none";
          } else if (key == "calibration_limit" || key == "image_limit") {
            (key == "image_limit" ? spec_.image_limit : spec_.calibration_limit) =
                static_cast<std::uint64_t>(whole(value, field, 1, 1'000'000));
          } else if (key == "format_rule") {
            format_rule(value, field);
          } else if (key == "axes") {
            axes(value, field);
          } else if (key == "allocations") {
            allocations(value, field);
          } else if (key == "constraints") {
            constraints(value, field);
          } else {
            objectives(value, field);
          }
        });
    finish(document);
    return std::move(spec_);
  }

 private:
  /// A name that comes with dcnsim, or a path.
  template <class Resolve>
  std::string named(const YAML::Node& node, const std::string& field,
                    const Resolve& resolve) const {
    std::string text = yaml_.scalar(node, field, "a name or a path");
    try {
      resolve(text);
    } catch (const std::runtime_error& e) {
      yaml_.fail(node, field, e.what());
    }
    return text;
  }
  std::string accelerator(const YAML::Node& node, const std::string& field) const {
    return named(node, field, [&](const std::string& name) { spec_.accelerator_path(name); });
  }

  void networks(const YAML::Node& node, const std::string& field) {
    spec_.networks.clear();
    for (const YAML::Node& item : list(node, field)) {
      spec_.networks.push_back(
          named(item, field, [&](const std::string& name) { spec_.network_path(name); }));
    }
  }

  void format_rule(const YAML::Node& node, const std::string& field) {
    const std::string text = yaml_.scalar(node, field, "a rule");
    for (const FormatRule rule : {FormatRule::kMinimumError, FormatRule::kPaper,
                                  FormatRule::kNearest, FormatRule::kFiner}) {
      if (to_string(rule) != text) continue;
      spec_.rule = rule;
      return;
    }
    yaml_.fail(node, field, printable(text) + ", expected min-error, paper, nearest or finer");
  }

  // Lists, numbers and ranges.

  /// The items of a list; of anything else the node itself.
  std::vector<YAML::Node> list(const YAML::Node& node, const std::string& field) const {
    if (!node.IsSequence()) return {node};
    std::vector<YAML::Node> items(node.begin(), node.end());
    if (items.empty()) yaml_.fail(node, field, "an empty list, expected at least one value");
    if (items.size() > kMostValues) yaml_.fail(node, field, "more than 100,000 values");
    return items;
  }

  std::optional<Quantity> quantity(const std::string& text) const {
    Quantity result;
    const char* const end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, result.number);
    if (parsed.ec != std::errc() || !std::isfinite(result.number)) return {};
    result.unit.assign(parsed.ptr, end);
    return result;
  }
  Quantity quantity(const YAML::Node& node, const std::string& field) const {
    const auto result = quantity(yaml_.scalar(node, field, "a number"));
    if (!result) yaml_.fail(node, field, printable(node.Scalar()) + ", expected a number");
    return *result;
  }

  double number(const YAML::Node& node, const std::string& field) const {
    const Quantity result = quantity(node, field);
    if (!result.unit.empty()) {
      yaml_.fail(node, field, printable(node.Scalar()) + ", expected a number without a unit");
    }
    return result.number;
  }
  int whole(const YAML::Node& node, const std::string& field, int low, int high) const {
    const double value = number(node, field);
    if (value != std::floor(value) || value < low || value > high) {
      yaml_.fail(node, field,
                 printable(node.Scalar()) + ", expected an integer " + std::to_string(low) + ".." +
                     std::to_string(high));
    }
    return static_cast<int>(value);
  }

  /// {from, to, step} or {from, to, times}, both ends included.
  std::vector<std::string> range(const YAML::Node& node, const std::string& field) const {
    std::map<std::string, Quantity> part;
    yaml_.for_each_of(node, field, "range", {"from", "to", "step", "times"},
                      [&](const std::string& key, const std::string& child,
                          const YAML::Node& value) { part[key] = quantity(value, child); });
    if (part.count("from") == 0 || part.count("to") == 0 ||
        part.count("step") + part.count("times") > 1) {
      yaml_.fail(node, field, "expected a range {from, to, step or times}");
    }
    const Quantity from = part["from"], to = part["to"];
    const bool grows = part.count("times") != 0;
    const double by = grows                     ? part["times"].number
                      : part.count("step") != 0 ? part["step"].number
                                                : 1;
    if (from.unit != to.unit || (part.count("step") != 0 && part["step"].unit != from.unit)) {
      yaml_.fail(node, field, "a range with different units");
    }
    if (from.number > to.number) yaml_.fail(node, field, "an empty range: from is above to");
    if (grows ? by <= 1 || from.number <= 0 : by <= 0) {
      yaml_.fail(node, field,
                 grows ? "expected from above 0 and times above 1" : "expected a step above 0");
    }
    std::vector<std::string> values;
    // Steps are counted, not summed up, and the end may be missed by rounding.
    const double slack = 1e-9 * std::max(std::abs(to.number), by);
    for (std::size_t i = 0;; ++i) {
      const auto n = static_cast<double>(i);
      const double value = grows ? from.number * std::pow(by, n) : from.number + n * by;
      if (value > to.number + slack) break;
      if (values.size() == kMostValues)
        yaml_.fail(node, field, "a range of more than 100,000 values");
      values.push_back(fields::decimal(value) + from.unit);
    }
    return values;
  }

  /// Scalars of a list or a range, or the one that stands alone.
  std::vector<std::string> texts(const YAML::Node& node, const std::string& field) const {
    if (node.IsMap()) return range(node, field);
    std::vector<std::string> values;
    for (const YAML::Node& item : list(node, field)) {
      values.push_back(yaml_.scalar(item, field, "values"));
    }
    return values;
  }

  std::vector<double> numbers(const YAML::Node& node, const std::string& field) const {
    std::vector<double> values;
    for (const std::string& text : texts(node, field)) {
      const auto value = quantity(text);
      if (!value || !value->unit.empty()) {
        yaml_.fail(node, field, printable(text) + ", expected " + kNumberList);
      }
      values.push_back(value->number);
    }
    return values;
  }
  std::vector<int> widths(const YAML::Node& node, const std::string& field) const {
    std::vector<int> values;
    for (const double value : numbers(node, field)) {
      if (value != std::floor(value) || value < kMinBits || value > kMaxBits) {
        yaml_.fail(node, field, fields::decimal(value) + ", expected widths of 1..16 bits");
      }
      values.push_back(static_cast<int>(value));
    }
    return values;
  }

  // Axes.

  void axes(const YAML::Node& node, const std::string& field) {
    if (!node.IsSequence()) yaml_.fail(node, field, "expected a list of axes");
    for (const YAML::Node& item : list(node, field)) {
      Axis axis = read_axis(item, field);
      for (const std::string& setting : axis.settings) {
        if (!settings_.insert(setting).second) {
          yaml_.fail(item, field + '.' + setting, "varied by two axes");
        }
      }
      spec_.axes.push_back(std::move(axis));
    }
  }

  Axis read_axis(const YAML::Node& node, const std::string& field) const {
    Axis axis;
    std::optional<std::size_t> length;
    std::vector<std::vector<std::string>> columns;
    yaml_.for_each(node, field, "axis",
                   [&](const std::string& key, const std::string& child, const YAML::Node& value) {
                     if (key == "name") {
                       axis.name = yaml_.scalar(value, child, "a name");
                     } else if (key == "points") {
                       points(value, child, axis);
                     } else {
                       require_setting(value, child, key);
                       columns.push_back(setting_values(key, value, child));
                       axis.settings.push_back(key);
                       if (length && *length != columns.back().size()) {
                         yaml_.fail(value, child,
                                    std::to_string(columns.back().size()) + " values, expected " +
                                        std::to_string(*length) +
                                        " as the settings linked with it have");
                       }
                       length = columns.back().size();
                     }
                   });
    if (!axis.values.empty() && !columns.empty()) {
      yaml_.fail(node, field, "points beside other settings; expected an axis of its own");
    }
    if (axis.settings.empty()) yaml_.fail(node, field, "an axis without settings");
    for (std::size_t i = 0; length && i < *length; ++i) {
      std::vector<std::optional<std::string>>& position = axis.values.emplace_back();
      for (const auto& column : columns) position.emplace_back(column[i]);
    }
    if (axis.name.empty()) {
      for (const std::string& setting : axis.settings) {
        axis.name += (axis.name.empty() ? "" : ", ") + setting;
      }
    }
    return axis;
  }

  /// Positions that each name their settings.
  void points(const YAML::Node& node, const std::string& field, Axis& axis) const {
    std::vector<std::map<std::string, std::string>> positions;
    for (const YAML::Node& item : list(node, field)) {
      auto& position = positions.emplace_back();
      yaml_.for_each(
          item, field, "point",
          [&](const std::string& key, const std::string& child, const YAML::Node& value) {
            require_setting(value, child, key);
            yaml_.scalar(value, child, "one value");
            position[key] = setting_values(key, value, child).front();
            if (std::find(axis.settings.begin(), axis.settings.end(), key) == axis.settings.end()) {
              axis.settings.push_back(key);
            }
          });
    }
    for (const auto& position : positions) {
      auto& values = axis.values.emplace_back();
      for (const std::string& setting : axis.settings) {
        const auto at = position.find(setting);
        values.push_back(at == position.end() ? std::nullopt : std::optional(at->second));
      }
    }
  }

  void require_setting(const YAML::Node& node, const std::string& field,
                       const std::string& setting) const {
    std::vector<std::string> known{"accelerator", "points", "name"};
    AcceleratorConfig any;
    fields::visit_fields(
        any, [&](const fields::Field& entry, const auto&) { known.emplace_back(entry.path); });
    if (std::find(known.begin(), known.end(), setting) == known.end()) {
      yaml_.fail(node, field, "unknown key" + suggestion(setting, known));
    }
  }

  /// Each value alone must be one that the field takes.
  std::vector<std::string> setting_values(const std::string& setting, const YAML::Node& node,
                                          const std::string& field) const {
    std::vector<std::string> values;
    if (setting == "accelerator") {
      for (const YAML::Node& item : list(node, field)) values.push_back(accelerator(item, field));
      return values;
    }
    values = texts(node, field);
    for (const std::string& text : values) {
      try {
        AcceleratorConfig any;
        set_fields(any, {{setting, text}});
      } catch (const std::runtime_error& e) {
        yaml_.fail(node, field, e.what());
      }
    }
    return values;
  }

  // Allocations.

  void allocations(const YAML::Node& node, const std::string& field) {
    if (!node.IsSequence()) yaml_.fail(node, field, "expected a list of allocations");
    for (const YAML::Node& item : list(node, field)) {
      std::size_t kinds = 0;
      yaml_.for_each_of(
          item, field, "allocation", {"equal", "per_layer", "widths", "allocate"},
          [&](const std::string& key, const std::string& child, const YAML::Node& value) {
            ++kinds;
            if (key == "equal") {
              equal(value, child);
            } else if (key == "per_layer") {
              per_layer(value, child);
            } else if (key == "widths") {
              for (const std::string& text : texts(value, child)) {
                AllocationRequest request;
                request.kind = AllocationRequest::Kind::kFile;
                request.file = text;
                request.label = std::filesystem::path(text).stem().string();
                add(request, value, child);
              }
            } else {
              optimal(value, child);
            }
          });
      if (kinds != 1) {
        yaml_.fail(item, field, "expected one of equal, per_layer, widths, allocate in each item");
      }
    }
  }

  void add(AllocationRequest request, const YAML::Node& node, const std::string& field) {
    if (!labels_.insert(request.label).second) {
      yaml_.fail(node, field, "allocation " + printable(request.label) + " is there already");
    }
    if (labels_.size() > kMostValues) yaml_.fail(node, field, "more than 100,000 allocations");
    spec_.allocations.push_back(std::move(request));
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
      for (const int bits : widths(node, field)) add_equal(bits, bits);
      return;
    }
    std::vector<int> weights{8}, activations{8};
    yaml_.for_each_of(
        node, field, "equal", {"weights", "activations"},
        [&](const std::string& key, const std::string& child, const YAML::Node& value) {
          (key == "weights" ? weights : activations) = widths(value, child);
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
            (key == "weights" ? request.weights : request.activations) = widths(value, child);
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
            goals = numbers(value, child);
          } else if (key == "cost") {
            has_cost = true;
            request.cost = choice(value, child, {"size", "macs", "energy", "cycles"});
          } else if (key == "noise") {
            request.noise = choice(value, child, {"measured", "paper", "tensor"});
          } else if (key == "tensors") {
            request.tensors = choice(value, child, {"weights", "all"});
          } else {
            request.activations = {widths(value, child).front()};
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

  std::string choice(const YAML::Node& node, const std::string& field,
                     const std::vector<std::string>& known) const {
    std::string expected;
    for (const std::string& name : known) expected += (expected.empty() ? "" : ", ") + name;
    std::string text = yaml_.scalar(node, field, expected);
    if (std::find(known.begin(), known.end(), text) == known.end()) {
      yaml_.fail(node, field, printable(text) + ", expected one of " + expected);
    }
    return text;
  }

  // What is looked for.

  Metric metric(const YAML::Node& node, const std::string& field, const std::string& name) const {
    if (const auto found = metric_named(name)) return *found;
    std::vector<std::string> known;
    for (std::size_t i = 0; i < kMetrics; ++i) {
      known.emplace_back(info(static_cast<Metric>(i)).name);
    }
    yaml_.fail(node, field, "no such metric" + suggestion(name, known));
  }

  void constraints(const YAML::Node& node, const std::string& field) {
    yaml_.for_each(
        node, field, "constraints",
        [&](const std::string& key, const std::string& child, const YAML::Node& value) {
          Constraint constraint;
          constraint.metric = metric(value, child, key);
          yaml_.for_each_of(
              value, child, "constraint", {"at_most", "at_least"},
              [&](const std::string& bound, const std::string& bound_field, const YAML::Node& at) {
                (bound == "at_most" ? constraint.at_most : constraint.at_least) =
                    number(at, bound_field);
              });
          if (!constraint.at_most && !constraint.at_least) {
            yaml_.fail(value, child, "expected {at_most: NUMBER} or {at_least: NUMBER}");
          }
          spec_.constraints.push_back(constraint);
        });
  }

  void objectives(const YAML::Node& node, const std::string& field) {
    for (const YAML::Node& item : list(node, field)) {
      const Metric one = metric(item, field, yaml_.scalar(item, field, "metrics"));
      if (std::count(spec_.objectives.begin(), spec_.objectives.end(), one) != 0) {
        yaml_.fail(item, field, std::string(info(one).name) + " is there already");
      }
      spec_.objectives.push_back(one);
    }
    if (spec_.objectives.size() > 3) yaml_.fail(node, field, "more than three objectives");
  }

  void finish(const YAML::Node& document) {
    if (spec_.allocations.empty()) {
      AllocationRequest request;
      request.weights = request.activations = {8};
      request.label = "w8a8";
      spec_.allocations.push_back(std::move(request));
    }
    if (spec_.objectives.empty()) {
      spec_.objectives = {Metric::kEnergy, spec_.has_accuracy ? Metric::kLoss : Metric::kLatency};
    }
    const auto needs_images = [&](Metric wanted, const char* field) {
      if (spec_.has_accuracy || (wanted != Metric::kTop1 && wanted != Metric::kLoss)) return;
      yaml_.fail(document, field, std::string(info(wanted).name) + " needs images");
    };
    for (const Metric objective : spec_.objectives) needs_images(objective, "objectives");
    for (const Constraint& constraint : spec_.constraints) {
      needs_images(constraint.metric, "constraints");
    }
    double points = static_cast<double>(spec_.networks.size() * spec_.allocations.size());
    for (const Axis& axis : spec_.axes) points *= static_cast<double>(axis.values.size());
    if (points > static_cast<double>(kMostPoints)) {
      yaml_.fail(document, "axes",
                 fields::decimal(points) + " points in all, expected at most " +
                     std::to_string(kMostPoints) + ": drop values, link axes or split the sweep");
    }
  }

  YamlReader yaml_;
  SweepSpec spec_;
  std::set<std::string> settings_, labels_;
};

bool is_path(const std::string& text) { return text.find_first_of("/.") != std::string::npos; }

}  // namespace

std::string SweepSpec::path(const std::string& relative) const {
  return (std::filesystem::path(file).parent_path() / relative).lexically_normal().string();
}

std::string SweepSpec::network_path(const std::string& which) const {
  return is_path(which) ? path(which) : files.network(which);
}

std::string SweepSpec::accelerator_path(const std::string& which) const {
  return is_path(which) ? path(which) : files.accelerator(which);
}

std::string SweepSpec::calibration_path() const {
  return calibration.empty() ? files.calibration : path(calibration);
}

std::string SweepSpec::images_path() const { return images.empty() ? files.images : path(images); }

SweepSpec parse_sweep(const std::string& text, const std::string& file, const SweepFiles& files) {
  SweepSpec spec = SweepReader(file, files).read(parse_yaml(text, file));
  spec.text = text;
  return spec;
}

}  // namespace dcnsim
