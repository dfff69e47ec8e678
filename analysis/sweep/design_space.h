// SPDX-License-Identifier: Apache-2.0
// The points of a sweep by number: network outermost, then allocation, then the axes in the order
// of the file, the last one fastest. So all points that share an accuracy are neighbours.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analysis/sweep/sweep_spec.h"
#include "models/arch/accelerator_config.h"

namespace dcnsim {

/// One point as indices: of the network, the allocation, and a position on the product of all axes.
struct PointIndex {
  std::size_t network = 0, allocation = 0, hardware = 0;
};

class DesignSpace {
 public:
  /// `spec` stays.
  explicit DesignSpace(const SweepSpec& spec);

  std::uint64_t size() const { return networks_ * allocations_ * hardware_; }
  std::size_t hardware_count() const { return hardware_; }
  bool has_fixed_networks() const { return spec_.networks_are_fixed; }
  PointIndex at(std::uint64_t id) const;

  /// Number of a point's pair of network and allocation: network * allocations + allocation.
  std::size_t pair(std::uint64_t id) const { return static_cast<std::size_t>(id / hardware_); }

  /// Where a point is on an axis of `SweepSpec::axes`.
  std::size_t position(std::size_t hardware, std::size_t axis) const;

  /// Settings of all axes by name; nothing where a point leaves one as it is.
  std::vector<std::pair<std::string, std::optional<std::string>>> settings(
      std::size_t hardware) const;

  /// The accelerator there. Throws std::runtime_error: what load_accelerator and set_fields throw,
  /// fields that contradict each other.
  AcceleratorConfig machine(std::size_t hardware) const;

 private:
  const SweepSpec& spec_;
  std::uint64_t networks_, allocations_;
  std::size_t hardware_ = 1;
  mutable std::map<std::string, AcceleratorConfig> loaded_;  ///< by name
};

}  // namespace dcnsim
