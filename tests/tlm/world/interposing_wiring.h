// SPDX-License-Identifier: Apache-2.0
// Wires a system that nobody here wrote the memory of: on chosen bindings something stands between
// initiator and target, with a protocol checker on each of its sides.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/tlm/checked_wiring.h"
#include "tests/tlm/world/interposer.h"

namespace dcnsim::world {

template <typename Kind>
class InterposingWiring : public CheckedWiring {
 public:
  /// Of the names of initiator and target.
  using Choice = std::function<bool(const std::string&, const std::string&)>;

  /// On all bindings.
  InterposingWiring() = default;
  explicit InterposingWiring(Choice choice) : choice_(std::move(choice)) {}

  void join(tlm::tlm_initiator_socket<32>& initiator, tlm::tlm_target_socket<32>& target) override {
    if (choice_ && !choice_(initiator.name(), target.name())) {
      CheckedWiring::join(initiator, target);
      return;
    }
    Kind& between = *interposers_.emplace_back(
        std::make_unique<Kind>(sc_core::sc_gen_unique_name("interposer")));
    CheckedWiring::join(initiator, between.from_initiator);
    CheckedWiring::join(between.to_target, target);
  }

  std::size_t interposed() const { return interposers_.size(); }

 private:
  const Choice choice_;
  std::vector<std::unique_ptr<Kind>> interposers_;
};

}  // namespace dcnsim::world
