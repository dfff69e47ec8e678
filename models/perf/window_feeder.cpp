// SPDX-License-Identifier: Apache-2.0
#include "models/perf/window_feeder.h"

#include <algorithm>

#include "models/arch/memory_layout.h"
#include "models/numeric/format.h"
#include "models/perf/datapath/datapath.h"

namespace dcnsim {

WindowFeeder window_feeder(const ArrayConfig& array) {
  if (array.reduction != Reduction::kWindow) return {};
  int group = 1, fetched_bits = 1;
  for (int w = kMinBits; w <= kMaxBits; ++w) {
    for (int a = kMinBits; a <= kMaxBits; ++a) {
      const DatapathMode mode = datapath_mode(array, w, a);
      group = std::max(group, mode.group);
      fetched_bits = std::max(fetched_bits, mode.group * mode.activation.bits);
    }
  }
  const bool weight_stationary = array.dataflow == Dataflow::kWeightStationary;
  const int lanes = weight_stationary ? array.rows * group : group;
  if (lanes == 1) return {};
  return {weight_stationary ? 1 : static_cast<std::uint64_t>(array.rows), lanes,
          ceil_div(fetched_bits, group)};
}

}  // namespace dcnsim
