// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/design_space.h"

#include <algorithm>
#include <stdexcept>

#include "models/arch/accelerator_yaml.h"

namespace dcnsim {

DesignSpace::DesignSpace(const SweepSpec& spec)
    : spec_(spec), networks_(spec.networks.size()), allocations_(spec.allocations.size()) {
  for (const Axis& axis : spec.axes) hardware_ *= axis.values.size();
}

PointIndex DesignSpace::at(std::uint64_t id) const {
  const std::uint64_t outer = id / hardware_;
  return {static_cast<std::size_t>(outer / allocations_),
          static_cast<std::size_t>(outer % allocations_), static_cast<std::size_t>(id % hardware_)};
}

std::size_t DesignSpace::position(std::size_t hardware, std::size_t axis) const {
  for (std::size_t later = spec_.axes.size() - 1; later > axis; --later) {
    hardware /= spec_.axes[later].values.size();
  }
  return hardware % spec_.axes[axis].values.size();
}

std::vector<std::pair<std::string, std::optional<std::string>>> DesignSpace::settings(
    std::size_t hardware) const {
  std::vector<std::pair<std::string, std::optional<std::string>>> result;
  for (std::size_t i = 0; i < spec_.axes.size(); ++i) {
    const Axis& axis = spec_.axes[i];
    const auto& values = axis.values[position(hardware, i)];
    for (std::size_t s = 0; s < values.size(); ++s)
      result.emplace_back(axis.settings[s], values[s]);
  }
  return result;
}

AcceleratorConfig DesignSpace::machine(std::size_t hardware) const {
  std::string base = spec_.accelerator;
  std::map<std::string, std::string> fields;
  for (const auto& [setting, value] : settings(hardware)) {
    if (!value) continue;
    if (setting == "accelerator") {
      base = *value;
    } else {
      fields[setting] = *value;
    }
  }
  auto known = loaded_.find(base);
  if (known == loaded_.end()) {
    known = loaded_.emplace(base, load_accelerator(spec_.accelerator_path(base).path)).first;
  }
  AcceleratorConfig config = known->second;
  set_fields(config, fields);
  config.mapping.batch = spec_.has_stream ? std::max(1, config.mapping.batch) : 0;
  validate(config);
  return config;
}

}  // namespace dcnsim
