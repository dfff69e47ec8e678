// SPDX-License-Identifier: Apache-2.0
// A protocol checker on every binding. What a checker has seen fails the test when the wiring goes.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "models/tlm/wiring.h"
#include "tests/tlm/protocol_checker.h"

namespace dcnsim {

class CheckedWiring : public Wiring {
 public:
  CheckedWiring() = default;
  /// Reports violations and transactions that have not ended.
  ~CheckedWiring() override;
  CheckedWiring(const CheckedWiring&) = delete;
  CheckedWiring& operator=(const CheckedWiring&) = delete;

  void join(tlm::tlm_initiator_socket<32>& initiator, tlm::tlm_target_socket<32>& target) override;

  /// For tests that break rules on purpose: the clauses of what was seen, which is then forgotten.
  std::set<std::string> take_broken_clauses();
  /// As "initiator to target", in the order they were joined.
  std::vector<std::string> bindings() const;
  /// Of those, the ones that no transaction has used.
  std::vector<std::string> idle_bindings() const;

 private:
  struct Binding {
    std::string name;
    std::unique_ptr<ProtocolChecker> checker;
  };
  std::vector<std::string> take_violations();

  std::vector<Binding> bindings_;
};

}  // namespace dcnsim
