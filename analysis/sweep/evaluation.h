// SPDX-License-Identifier: Apache-2.0
// The evaluations that points share. Accuracy depends on the network and its allocation, timing on
// shapes, widths and hardware; energy and area follow from both and the tables, and are not worth
// keeping.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/evaluation/timing.h"
#include "analysis/quantizer/quantize_network.h"
#include "analysis/sweep/metric.h"
#include "models/arch/descriptor.h"
#include "workloads/images/dataset.h"

namespace dcnsim {

/// What an allocation makes of a network.
struct AllocationRecord {
  std::vector<Descriptor> layers;      ///< without tiling and addresses
  Format input_format;                 ///< of the network's input
  std::vector<double> zero_fractions;  ///< expected among each layer's input codes, 0..1
  std::uint64_t weight_bits = 0;       ///< of all weights
  std::vector<std::uint64_t> correct;  ///< images, by accumulator; empty without images
};

/// Quantizes, and classifies `images` with each accumulator; classes are the same with all of them
/// where no layer can overflow, and then found once. Throws what NetworkQuantizer::quantize and
/// describe throw.
AllocationRecord evaluate_allocation(NetworkQuantizer& quantizer, const QuantizeOptions& widths,
                                     const std::vector<Accumulator>& accumulators,
                                     const Dataset& images);

/// The same of a network that is in fixed point already; zeros are counted on `calibration`.
AllocationRecord evaluate_allocation(const FixedNetwork& network, const Dataset& calibration,
                                     const std::vector<Accumulator>& accumulators,
                                     const Dataset& images);

/// A network's nodes with the formats of an allocation and no weights.
FixedNetwork topology(const FloatNetwork& network, const AllocationRecord& allocation);

/// Everything that timing depends on, as bytes: of an allocation (shapes,
/// widths, which layer feeds which), of a machine.
/// `tables_identity` tells the tables of prices apart; they matter to mapping for energy only.
std::string timing_identity(const FloatNetwork& network, const AllocationRecord& allocation);
std::string timing_identity(const AcceleratorConfig& config, const DramSpec& dram,
                            const std::string& tables_identity);

/// Records as bytes. Reading throws std::runtime_error: not such a record.
std::string to_bytes(const AllocationRecord& record);
std::string to_bytes(const TimingRecord& record);
AllocationRecord allocation_record(const std::string& bytes);
TimingRecord timing_record(const std::string& bytes);

}  // namespace dcnsim
