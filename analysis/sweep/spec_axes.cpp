// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/spec_axes.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>

#include "models/arch/accelerator_yaml.h"
#include "models/arch/config_fields.h"

namespace dcnsim {
namespace {

class AxisReader {
 public:
  AxisReader(const SpecValues& yaml, const SweepSpec& spec) : yaml_(yaml), spec_(spec) {}

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

 private:
  /// Positions that each name their settings.
  void points(const YAML::Node& node, const std::string& field, Axis& axis) const {
    std::vector<std::map<std::string, std::string>> positions;
    for (const YAML::Node& item : yaml_.list(node, field)) {
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
      for (const YAML::Node& item : yaml_.list(node, field))
        values.push_back(read_accelerator(yaml_, item, field, spec_));
      return values;
    }
    values = yaml_.texts(node, field);
    for (const std::string& text : values) {
      try {
        AcceleratorConfig any;
        const bool of_scratchpad = !fields::why_unused(any, setting).empty();
        if (of_scratchpad) any.share({fields::kMiB});
        set_fields(any, {{setting, text}});
      } catch (const std::runtime_error& e) {
        yaml_.fail(node, field, e.what());
      }
    }
    return values;
  }

  const SpecValues& yaml_;
  const SweepSpec& spec_;
};

}  // namespace

std::string read_accelerator(const SpecValues& yaml, const YAML::Node& node,
                             const std::string& field, const SweepSpec& spec) {
  std::string name = yaml.path(node, field, "a name or a path");
  try {
    spec.accelerator_path(name);
  } catch (const std::runtime_error& e) {
    yaml.fail(node, field, e.what());
  }
  return name;
}

std::vector<Axis> read_axes(const SpecValues& yaml, const YAML::Node& node,
                            const std::string& field, const SweepSpec& spec) {
  if (!node.IsSequence()) yaml.fail(node, field, "expected a list of axes");
  const AxisReader reader(yaml, spec);
  std::set<std::string> settings;
  std::vector<Axis> axes;
  for (const YAML::Node& item : yaml.list(node, field)) {
    axes.push_back(reader.read_axis(item, field));
    for (const std::string& setting : axes.back().settings) {
      if (!settings.insert(setting).second) {
        yaml.fail(item, field + '.' + setting, "varied by two axes");
      }
    }
  }
  return axes;
}

}  // namespace dcnsim
