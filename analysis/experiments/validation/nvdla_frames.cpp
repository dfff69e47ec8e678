// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "analysis/experiments/validation/anchor.h"
#include "analysis/experiments/validation/shape_network.h"

namespace dcnsim {
namespace {

constexpr const char* kAtoms8 = "atoms_8";

/// Of C input channels by K kernels, as the sizes of their MAC array go.
struct Atoms {
  int macs, rows, columns;
};
constexpr Atoms kAtoms[] = {{32, 8, 4},    {64, 8, 8},     {128, 16, 8},  {256, 32, 8},
                            {512, 32, 16}, {1024, 64, 16}, {2048, 64, 32}};

}  // namespace

AnchorGroup nvdla_frames(const ValidationInputs& inputs) {
  AnchorGroup group{
      "nvdla", "ResNet-50 on NVDLA by its number of MACs",
      "Images a second by the primer's table of estimates, whose clock it does not state (taken as "
      "1 "
      "GHz), against one image at a time on the preset with as many MACs, their convolution buffer "
      "and "
      "an ideal memory of their bandwidth. They state no batch, no compression of weights and no "
      "use of "
      "Winograd's convolution, all of which NVDLA has and dcnsim has not; layers are as published, "
      "residual additions separate. Nothing was fitted."};
  const CsvTable table = inputs.table("nvdla_primer");
  const FixedNetwork network = resnet50();
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const int macs = table.integer(row, table.column("macs"));
    for (const Atoms& atoms : kAtoms) {
      if (atoms.macs != macs) continue;
      // At 1 GHz.
      const double bytes_per_cycle = table.number(row, table.column("gbytes_per_s"));
      int bus_bytes = 8;
      while (bus_bytes < bytes_per_cycle) bus_bytes *= 2;
      const std::string changes = fmt::format(
          "array.rows: {}, array.columns: {}, accumulator.buffer_bytes: {}KiB, "
          "buffers.shared.capacity_bytes: {}KiB, buffers.shared.word_bits: {}, dma.bus_bytes: {}, "
          "memory.kind: ideal, memory.bytes_per_cycle: {}, memory.energy_pj_per_byte: 0",
          atoms.rows, atoms.columns, 4 * atoms.columns,
          table.integer(row, table.column("buffer_kib")), std::min(8 * atoms.rows, 256), bus_bytes,
          bytes_per_cycle);
      const auto cycles =
          static_cast<double>(simulated_cycles(inputs.machine(kAtoms8, changes), network));
      group.anchors.push_back({fmt::format("{} MACs", macs), "images a second",
                               table.number(row, table.column("frames_per_s")), 1e9 / cycles,
                               ValidationInputs::file_of(kAtoms8), changes, "nvdla_primer"});
    }
  }
  return group;
}

}  // namespace dcnsim
