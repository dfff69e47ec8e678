// SPDX-License-Identifier: Apache-2.0
#include "analysis/evaluation/confidence.h"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <cmath>
#include <stdexcept>

namespace dcnsim {

ShareInterval wilson_interval(std::uint64_t hits, std::uint64_t trials) {
  if (trials == 0) return {};
  constexpr double kZ = 1.959963984540054;  // 97.5 % of a standard normal distribution lie below
  const auto n = static_cast<double>(trials);
  const double share = static_cast<double>(hits) / n;
  const double middle = share + kZ * kZ / (2 * n);
  const double half = kZ * std::sqrt(share * (1 - share) / n + kZ * kZ / (4 * n * n));
  const double scale = 1 + kZ * kZ / n;
  // At its ends exactly, which rounding would miss.
  return {hits == 0 ? 0 : (middle - half) / scale, hits == trials ? 1 : (middle + half) / scale};
}

PairedTest mcnemar(const std::string& first, const std::string& second) {
  if (first.size() != second.size()) throw std::invalid_argument("not the same images");
  PairedTest test;
  for (std::size_t i = 0; i < first.size(); ++i) {
    if (first[i] == second[i]) continue;
    ++(first[i] == '1' ? test.only_first : test.only_second);
  }
  const std::uint64_t unequal = test.only_first + test.only_second;
  if (unequal == 0) return test;
  const boost::math::binomial coin(static_cast<double>(unequal), 0.5);
  const auto fewer = static_cast<double>(std::min(test.only_first, test.only_second));
  test.p = std::min(1.0, 2 * boost::math::cdf(coin, fewer));
  return test;
}

}  // namespace dcnsim
