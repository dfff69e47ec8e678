// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/energy_range.h"

#include <algorithm>
#include <regex>

namespace dcnsim {
namespace {

/// Of the bars in a part of the text, the widest.
std::optional<ErrorFactors> widest(const std::string& text) {
  static const std::regex bar(R"(([/x])([0-9.]{1,9}) \.\. x([0-9.]{1,9})|\+-([0-9.]{1,9}) %)");
  std::optional<ErrorFactors> all;
  for (std::sregex_iterator match(text.begin(), text.end(), bar), end; match != end; ++match) {
    const auto number = [&](int group) {
      return std::strtod((*match)[static_cast<std::size_t>(group)].str().c_str(), nullptr);
    };
    ErrorFactors one{1 - number(4) / 100, 1 + number(4) / 100};
    if (!(*match)[4].matched) {
      one = {(*match)[1] == "/" ? 1 / std::max(1.0, number(2)) : number(2), number(3)};
    }
    if (!all) all = one;
    all->low = std::min(all->low, one.low);
    all->high = std::max(all->high, one.high);
  }
  return all;
}

}  // namespace

std::optional<ErrorFactors> error_factors(const std::string& error_bar) {
  static const std::string kBeside = " beside ";
  const std::size_t at = error_bar.find(kBeside);
  if (at == std::string::npos) return widest(error_bar);
  const auto rule = widest(error_bar.substr(0, at)),
             figure = widest(error_bar.substr(at + kBeside.size()));
  if (!rule || !figure) return rule ? rule : figure;
  return ErrorFactors{rule->low * figure->low, rule->high * figure->high};
}

EnergyRange energy_range(const EnergyBreakdown& energy, const std::vector<Provenance>& provenance) {
  EnergyRange range;
  double unstated = 0;
  for (const EnergyPart part : energy.keys()) {
    const double pj = energy[part];
    if (pj == 0) continue;
    const auto source =
        std::find_if(provenance.begin(), provenance.end(),
                     [&](const Provenance& p) { return p.component == info(part).source(); });
    const auto factors =
        source == provenance.end() ? std::nullopt : error_factors(source->error_bar);
    if (!factors) unstated += pj;
    range.low_pj += pj * factors.value_or(ErrorFactors{}).low;
    range.high_pj += pj * factors.value_or(ErrorFactors{}).high;
  }
  if (energy.total() > 0) range.unstated_share = unstated / energy.total();
  return range;
}

}  // namespace dcnsim
