// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/machine/pe_mode.h"

#include <algorithm>

namespace dcnsim::oracle {
namespace {

/// Digits of `size` bits that hold `bits`.
int digits(int bits, int size) {
  int count = 0;
  for (; bits > 0; bits -= size) ++count;
  return count;
}

int as_bricks(int bits) {
  for (const int fused : {2, 4}) {
    if (bits <= fused) return fused;
  }
  return 8;
}

}  // namespace

PeMode pe_mode(const ArrayConfig& array, int w, int a) {
  const int L = array.lanes, W = array.weight_bits, A = array.activation_bits;
  const int b = array.bits_per_cycle;
  switch (array.datapath) {
    case DatapathFamily::kBitParallel: {
      const int passes = digits(w, W) * digits(a, A);
      return {1, passes, passes, w, passes, a, 0, W, A};
    }
    case DatapathFamily::kActivationSerial: {
      const int passes = digits(w, W) * digits(a, b);
      return {L, passes, digits(w, W), std::min(w, W), passes, b, 0, L * W, L * b};
    }
    case DatapathFamily::kFullySerial: {
      const int passes = w * digits(a, b);
      return {L, passes, passes, 1, digits(a, b), b, 0, L, L * b};
    }
    case DatapathFamily::kComposable: {
      const int passes = digits(w, 8) * digits(a, 8);
      const int products = 8 / as_bricks(w) * (8 / as_bricks(a));
      return {products, passes, passes, std::min(w, 8), passes, std::min(a, 8), 2, 32, 32};
    }
  }
  return {};
}

}  // namespace dcnsim::oracle
