// SPDX-License-Identifier: Apache-2.0
// Which of two scores comes first, and whether one counts at all.
#pragma once

#include "platform/compiler/mapper/mapping.h"

namespace dcnsim {

class Ranking {
 public:
  /// By the first figure, then the second.
  Ranking() = default;
  /// Of those whose first figure is at most `limit`: by the second, then the first.
  explicit Ranking(double limit) : limit_(limit), by_second_(true) {}

  bool is_by_second() const { return by_second_; }
  bool counts(const Score& score) const { return !by_second_ || score.first <= limit_; }
  Score rank(const Score& score) const {
    return by_second_ ? Score{score.second, score.first} : score;
  }

 private:
  double limit_ = 0;
  bool by_second_ = false;
};

}  // namespace dcnsim
