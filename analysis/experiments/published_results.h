// SPDX-License-Identifier: Apache-2.0
// What Bit Fusion's authors publish for the layers of networks: bitfusion_cifar10.csv, and
// published/bit_fusion_rows.csv with all they have. Their origin is in README.md beside this file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/experiments/bit_fusion_schedule.h"
#include "models/base/table/csv.h"

namespace dcnsim {

/// The interfaces of the published results, bits a cycle.
inline constexpr int kPublishedInterfaceBits = 192;
inline constexpr int kPublishedWideInterfaceBits = 4096;  ///< the array never waits for data

/// Of a batch of 16 images.
struct PublishedLayer {
  std::string name;
  BitFusionLayer layer;
  std::int64_t compute_bound_cycles = 0;  ///< with the wide interface
  std::int64_t cycles = 0;
  std::int64_t memory_wait_cycles = 0;  ///< of these
  std::int64_t dram_read_bits = 0;
  std::int64_t dram_write_bits = 0;
};

/// The rows in order. A convolution in the first row reads images, so it is unrolled. Throws
/// std::runtime_error ("FILE:LINE: ...") for a missing column or a value that is no number.
std::vector<PublishedLayer> published_layers(const CsvTable& table);

/// Of a batch of 16 images, on a machine of `columns` columns with buffers of that many bytes.
struct PublishedRow {
  std::string network, name;
  BitFusionLayer layer;
  int interface_bits = 0;
  int columns = 0;
  int weight_bytes = 0, input_bytes = 0, output_bytes = 0;
  std::int64_t cycles = 0, memory_wait_cycles = 0, dram_read_bits = 0, dram_write_bits = 0;
};

/// The rows in order. Throws what published_layers() throws.
std::vector<PublishedRow> published_rows(const CsvTable& table);

}  // namespace dcnsim
