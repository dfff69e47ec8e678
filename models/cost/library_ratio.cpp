// SPDX-License-Identifier: Apache-2.0
#include "models/cost/library_ratio.h"

#include <cmath>
#include <stdexcept>

namespace dcnsim {
namespace {

double whole(const PeEnergy& e) { return e.multiply + e.accumulate + e.operands + e.accumulators; }

/// Geometric mean of what was added.
class Mean {
 public:
  void add(double value) {
    logarithms_ += std::log(value);
    ++count_;
  }
  double value() const { return std::exp(logarithms_ / count_); }

 private:
  double logarithms_ = 0;
  int count_ = 0;
};

}  // namespace

Extrapolation LibraryRatio::rule(const ErrorBar& error_bar) const {
  return {std::string(kFullLibrary) + " figures times the mean ratios of " + std::to_string(macs) +
              " MACs measured in both libraries",
          error_bar.text()};
}

Extrapolation LibraryRatio::mac_rule() const { return rule(error_bars.rule); }
Extrapolation LibraryRatio::unit_rule() const { return rule(error_bars.unit_rule); }

LibraryRatio library_ratio(const PriceTables& tables, const std::string& library) {
  const MacTable& from = MacTable::of(tables, kFullLibrary);
  const MacTable& to = MacTable::of(tables, library);
  LibraryRatio ratio;
  Mean multiply, accumulate, operands, accumulators, energy, area, leakage, path;
  for (const int w : to.points().xs()) {
    for (const int a : to.points().ys()) {
      const MacPoint *there = to.points().find(w, a), *here = from.points().find(w, a);
      if (there == nullptr || here == nullptr) continue;
      const MacPoint r = ratio_of(*there, *here);
      multiply.add(r.energy.multiply);
      accumulate.add(r.energy.accumulate);
      operands.add(r.energy.operands);
      accumulators.add(r.energy.accumulators);
      energy.add(whole(there->energy) / whole(here->energy));
      area.add(r.unit.area_um2);
      leakage.add(r.unit.leakage_nw);
      path.add(r.unit.critical_path_ps);
      ++ratio.macs;
    }
  }
  if (ratio.macs == 0) {
    throw std::runtime_error(from.path() + ": no MAC that both " + kFullLibrary + " and " +
                             library + " have");
  }
  ratio.parts = {{multiply.value(), accumulate.value(), operands.value(), accumulators.value()},
                 {area.value(), leakage.value(), path.value()}};
  ratio.energy = energy.value();
  ratio.node_nm = to.node_nm();
  ratio.conditions = to.conditions();
  ratio.temperature_c = to.temperature_c();
  ratio.error_bars = to.error_bars();
  return ratio;
}

}  // namespace dcnsim
