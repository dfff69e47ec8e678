// SPDX-License-Identifier: Apache-2.0
// What the DMA moves for one tile of a schedule: where the tile's rows and blocks lie in memory, in
// the order in which they are asked for. Timing needs the addresses, the values are packed and
// unpacked from the same list.
#pragma once

#include <cstdint>
#include <vector>

#include "models/arch/accelerator_config.h"
#include "models/arch/descriptor.h"
#include "models/perf/schedule.h"

namespace dcnsim {

/// A run of whole bus words in memory that holds codes (or biases, or parameters) of one tile.
struct Part {
  Stream stream = Stream::kInput;
  std::uint64_t address = 0;       ///< a multiple of the bus width
  std::uint32_t bytes = 0;         ///< whole bus words
  std::uint32_t skip_bits = 0;     ///< in front of the first code
  std::uint32_t codes = 0;         ///< codes, biases or parameters
  std::uint32_t channels = 0;      ///< of a map: of each of its pixels
  std::uint32_t rows = 1;          ///< of a map: as many codes and bytes each
  std::uint32_t pixel_step = 1;    ///< of a map: from one of its pixels to the next, in one row
  std::uint32_t strip = 0;         ///< of a map: pixels of a strip
  std::uint32_t strip_pixel = 0;   ///< in front of the first pixel in its strip
  std::uint32_t strip_bytes = 0;   ///< from one strip of a row to the next
  std::uint32_t buffer_words = 0;  ///< words of the on-chip buffer they fill
};
using Parts = std::vector<Part>;

/// Weight tile of a step of a convolution: block by block (WeightLayout), its biases with the first
/// chunk, its codes, its parameters with the last.
void weight_parts(const Descriptor& descriptor, const AcceleratorConfig& config, const Step& step,
                  Parts& parts);

/// Input tile of a step: plane by plane the rows of its region, in one run where they are joined,
/// unless they are on chip; then those of the second operand of kAdd, or the table. Of a slice rows
/// between those of the input are left out; columns between them are moved, and dropped. Zeros are
/// not moved.
void input_parts(const Descriptor& descriptor, const AcceleratorConfig& config, const Step& step,
                 Parts& parts);

/// Output tile that is complete after a step with `store`: likewise, or pixel by pixel where the
/// tile has only some of a plane's channels.
void output_parts(const Descriptor& descriptor, const AcceleratorConfig& config, const Step& step,
                  Parts& parts);

/// Sum of the parts' bytes.
std::uint64_t total_bytes(const Parts& parts);

}  // namespace dcnsim
