// SPDX-License-Identifier: Apache-2.0
// How much a count of right answers says: images are a sample, and another sample gives another
// count.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace dcnsim {

/// Of a share, 0..1.
struct ShareInterval {
  double low = 0, high = 1;
};

/// 95 % confidence interval of the share behind `hits` of `trials`: the score interval without
/// continuity correction (Wilson, J. Am. Stat. Assoc. 22, 1927). [0, 1] of no trials.
ShareInterval wilson_interval(std::uint64_t hits, std::uint64_t trials);

/// What two runs on the same images say about which network is right more often.
struct PairedTest {
  std::uint64_t only_first = 0, only_second = 0;  ///< images that one alone has right
  /// Two-sided: how likely so unequal a split or a more unequal one is if each is as likely to be
  /// right where only one is. McNemar's test (Psychometrika 12, 1947), exact by the binomial
  /// distribution.
  double p = 1;

  /// At the level of 5 %.
  bool differ() const { return p < 0.05; }
};

/// `first` and `second`: '1' for each image that is right, else '0', in the same order. Throws
/// std::invalid_argument if they are of different lengths.
PairedTest mcnemar(const std::string& first, const std::string& second);

}  // namespace dcnsim
