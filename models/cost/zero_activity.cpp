// SPDX-License-Identifier: Apache-2.0
#include "models/cost/zero_activity.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "models/base/table/csv.h"
#include "models/cost/library_ratio.h"
#include "models/cost/pe_rows.h"
#include "models/cost/technology.h"

namespace dcnsim {

ZeroActivity::ZeroActivity(const PriceTables& tables, const std::string& technology,
                           bool weights_held) {
  const CsvTable& table = tables("mac_zero_activity.csv");
  const std::string library = has_technology(table, technology) ? technology : kFullLibrary;
  const PeRows rows(table, library, weights_held ? "cnn_wstat" : "cnn");
  const std::size_t weight = table.column("weight_bits"), activation = table.column("act_bits"),
                    zeros = table.column("zero_fraction");
  std::size_t any_row = 0;
  ErrorBars error_bars;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (!rows.matches(row)) continue;
    const int bits = table.integer(row, weight);
    if (bits != table.integer(row, activation)) table.fail(row, activation, "not weight_bits");
    const double fraction = table.number(row, zeros);
    if (fraction < 0 || fraction > 1) table.fail(row, zeros, "expected 0..1");
    any_row = row;
    error_bars.add(table, row);
    if (!energies_.add(bits, static_cast<int>(std::lround(100 * fraction)), rows.energy(row))) {
      table.fail(row, zeros, "a second row for this width and fraction");
    }
  }
  const auto complete = [&] {
    for (const int bits : energies_.xs()) {
      for (const int percent : energies_.ys()) {
        if (energies_.find(bits, percent) == nullptr) return false;
      }
    }
    return !energies_.empty();
  };
  if (!complete() || energies_.ys().count(static_cast<int>(100 * kTableZeroFraction)) == 0) {
    throw std::runtime_error(table.path() + ": expected in " + library +
                             " the same zero fractions at every width, 0.5 among them");
  }
  source_ = {"zero_activations",
             {table.file_name(), table.sha256()},
             logic_conditions(table, any_row),
             error_bars.energy.text(),
             "ratios to 50 % zeros at the measured zeros of each layer's input; linear between "
             "measured widths and in zeros, beyond them as at the last"};
}

PeEnergy ZeroActivity::ratio(double bits, double zero_fraction) const {
  const auto at = [&](double fraction) {
    const double percent = std::clamp(100 * fraction, static_cast<double>(*energies_.ys().begin()),
                                      static_cast<double>(*energies_.ys().rbegin()));
    const double width = std::clamp(bits, static_cast<double>(*energies_.xs().begin()),
                                    static_cast<double>(*energies_.xs().rbegin()));
    return blend_energy(energies_.around(width, percent));
  };
  return ratio_of(at(zero_fraction), at(kTableZeroFraction));
}

Correction ZeroActivity::source() const { return source_; }

}  // namespace dcnsim
