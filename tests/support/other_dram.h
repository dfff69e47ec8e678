// SPDX-License-Identifier: Apache-2.0
// DRAM devices that differ from another in one field, for tests that walk all of them.
#pragma once

#include <optional>
#include <string>

#include "models/arch/dram_fields.h"

namespace dcnsim {

/// Another value, which the tables accept too.
struct Doubled {
  void operator()(int& value) const { value *= 2; }
  void operator()(double& value) const { value = value == 0 ? 1 : 2 * value; }
  void operator()(std::optional<double>& value) const { value = 2 * value.value_or(1); }
  void operator()(std::string& value) const { value += value.empty() ? "x" : value; }
};

/// Calls visit(column, other) for every field; `change` made that field of `other` another.
template <typename Visit, typename Change = Doubled>
void for_each_other(const DramSpec& spec, const Visit& visit, const Change& change = {}) {
  dram_fields::visit_fields(spec, [&](const auto& column, const auto&) {
    DramSpec other = spec;
    dram_fields::visit_fields(other, [&](const dram_fields::Column& visited, auto& member) {
      if (visited.name == column.name) change(member);
    });
    visit(column, other);
  });
}

}  // namespace dcnsim
