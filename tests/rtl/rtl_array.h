// SPDX-License-Identifier: Apache-2.0
// The Verilog arrays of one datapath family, run on layers cut into chunks of their reduction.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "models/arch/accelerator_config.h"
#include "models/perf/array_cycles.h"

namespace dcnsim {

inline constexpr int kRtlArrays = 10;  ///< shapes and dataflows of arrays.sv

/// A convolution as the array sees it.
struct RtlLayer {
  int pixels = 1, channels = 1, reduction = 1;  ///< channels of each group
  int groups = 1;
  int position = 0;  ///< steps of a kernel position that shares no row tile with others; 0: all
  bool sums_stay = false;
  bool exposed = false;  ///< WeightLoad::kExposed
  Format weight_format, activation_format;
  std::vector<std::int32_t> weights;      ///< [group][channel][reduction]
  std::vector<std::int32_t> activations;  ///< [pixel][group][reduction]
  std::vector<std::int64_t> bias;         ///< [group][channel]

  /// What one chunk asks of the array.
  ArrayWork work(int begin, int end) const {
    return {pixels,
            channels,
            end - begin,
            weight_format.bits,
            activation_format.bits,
            begin == 0,
            end == reduction,
            sums_stay,
            groups,
            position == 0 ? 1 : (end - begin) / position};
  }
};

struct RtlResult {
  std::vector<std::uint64_t> cycles;  ///< of each chunk
  std::vector<std::int32_t> sums;     ///< [pixel][group][channel] after the last chunk
  bool all_lines_read = true;         ///< the arrays took exactly the lines they were given
};

class RtlArrays {
 public:
  virtual ~RtlArrays() = default;

  /// What array `dut` was built as; buffers are left to the caller.
  virtual ArrayConfig array(int dut) = 0;

  /// Runs the chunks between successive `cuts` (first 0, last the reduction) one after another.
  /// Line widths in bits, 8..512. Throws std::runtime_error if the array does not finish.
  virtual RtlResult run(int dut, const RtlLayer& layer, const std::vector<int>& cuts,
                        int weight_line_bits, int activation_line_bits) = 0;
};

std::unique_ptr<RtlArrays> make_rtl_arrays(DatapathFamily family);

}  // namespace dcnsim
