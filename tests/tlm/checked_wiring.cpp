// SPDX-License-Identifier: Apache-2.0
#include "tests/tlm/checked_wiring.h"

#include <gtest/gtest.h>

namespace dcnsim {

CheckedWiring::~CheckedWiring() {
  for (const std::string& violation : take_violations()) ADD_FAILURE() << violation;
  for (const Binding& binding : bindings_) {
    std::string awaited;
    for (const std::string& line : binding.checker->awaited()) awaited += "\n  " + line;
    EXPECT_TRUE(awaited.empty()) << binding.name << ": transactions without end" << awaited;
  }
}

void CheckedWiring::join(tlm::tlm_initiator_socket<32>& initiator,
                         tlm::tlm_target_socket<32>& target) {
  Binding& binding = bindings_.emplace_back();
  binding.name = std::string(initiator.name()) + " to " + target.name();
  binding.checker = std::make_unique<ProtocolChecker>(sc_core::sc_gen_unique_name("checker"));
  initiator.bind(binding.checker->from_initiator);
  binding.checker->to_target.bind(target);
}

std::set<std::string> CheckedWiring::take_broken_clauses() {
  std::set<std::string> clauses;
  for (const std::string& violation : take_violations()) {
    const std::size_t begin = violation.rfind('(') + 1;
    clauses.insert(violation.substr(begin, violation.rfind(')') - begin));
  }
  return clauses;
}

std::vector<std::string> CheckedWiring::bindings() const {
  std::vector<std::string> names;
  for (const Binding& binding : bindings_) names.push_back(binding.name);
  return names;
}

std::vector<std::string> CheckedWiring::idle_bindings() const {
  std::vector<std::string> names;
  for (const Binding& binding : bindings_) {
    if (binding.checker->completed() == 0) names.push_back(binding.name);
  }
  return names;
}

std::vector<std::string> CheckedWiring::take_violations() {
  std::vector<std::string> all;
  for (Binding& binding : bindings_) {
    for (const std::string& violation : binding.checker->take_violations()) {
      all.push_back(binding.name + ": " + violation);
    }
  }
  return all;
}

}  // namespace dcnsim
