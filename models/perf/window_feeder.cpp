// SPDX-License-Identifier: Apache-2.0
#include "models/perf/window_feeder.h"

#include <algorithm>

#include "models/arch/memory_layout.h"
#include "models/numeric/format.h"
#include "models/perf/datapath/datapath.h"

namespace dcnsim {

namespace {

/// Of the narrowest operands a PE takes most side by side.
int widest_group(const ArrayConfig& array) {
  return datapath_mode(array, kMinBits, kMinBits).group;
}

int lanes(const ArrayConfig& array) {
  const bool weight_stationary = array.dataflow == Dataflow::kWeightStationary;
  return (weight_stationary ? array.rows : 1) * widest_group(array);
}

}  // namespace

bool has_window_feeder(const ArrayConfig& array) {
  return array.reduction == Reduction::kWindow && lanes(array) > 1;
}

WindowFeeder window_feeder(const ArrayConfig& array) {
  if (!has_window_feeder(array)) return {};
  int fetched_bits = 0;
  for (int w = kMinBits; w <= kMaxBits; ++w) {
    for (int a = kMinBits; a <= kMaxBits; ++a) {
      const DatapathMode mode = datapath_mode(array, w, a);
      fetched_bits = std::max(fetched_bits, mode.group * mode.activation.bits);
    }
  }
  const bool weight_stationary = array.dataflow == Dataflow::kWeightStationary;
  return {weight_stationary ? 1 : static_cast<std::uint64_t>(array.rows), lanes(array),
          ceil_div(fetched_bits, widest_group(array))};
}

}  // namespace dcnsim
