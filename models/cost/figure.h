// SPDX-License-Identifier: Apache-2.0
// A figure and the rules beyond the tables that went into it: what is computed from figures rests
// on the rules of all of them.
#pragma once

#include <utility>

#include "models/cost/extrapolation.h"

namespace dcnsim {

struct Figure {
  double amount = 0;
  Extrapolations by{};
};

inline Figure operator+(Figure a, const Figure& b) {
  a.amount += b.amount;
  a.by.insert(a.by.end(), b.by.begin(), b.by.end());
  return a;
}

inline Figure operator*(double factor, Figure figure) {
  figure.amount *= factor;
  return figure;
}

}  // namespace dcnsim
