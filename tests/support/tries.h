// SPDX-License-Identifier: Apache-2.0
// How much a test tries of what is all alike (../README.md#how-much-is-tried). DCNSIM_TRIES says
// it: "few" under sanitizers, which take ten times as long, "all" in long runs, and nothing in
// between.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace dcnsim {

inline bool tries_are(std::string_view wanted) {
  const char* const said = std::getenv("DCNSIM_TRIES");
  return said != nullptr && said == wanted;
}

/// Too few for what is rare to be met.
inline bool tries_few() { return tries_are("few"); }

/// `usual`, `all`, or an eighth of the usual.
inline int tries(int usual, int all) {
  if (tries_are("all")) return all;
  return tries_few() ? std::max(usual / 8, 1) : usual;
}
inline int tries(int usual) { return tries(usual, usual); }

}  // namespace dcnsim
