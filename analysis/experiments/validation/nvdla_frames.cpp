// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "analysis/experiments/validation/anchor.h"
#include "analysis/experiments/validation/shape_network.h"
#include "models/base/process/work_pool.h"

namespace dcnsim {
namespace {

constexpr const char* kAtoms8 = "atoms_8";
constexpr double kHertz = 1e9;

/// The preset as large as a row of the table: rows for the channels of an atom, columns for
/// kernels.
std::string changes_of(const CsvTable& table, std::size_t row) {
  const auto number = [&](const char* name) { return table.integer(row, table.column(name)); };
  const double bytes_per_cycle = table.number(row, table.column("gbytes_per_s")) * 1e9 / kHertz;
  int bus_bytes = 8;
  while (bus_bytes < bytes_per_cycle) bus_bytes *= 2;
  return fmt::format(
      "array.rows: {}, array.columns: {}, accumulator.buffer_bytes: {}KiB, "
      "buffers.shared.capacity_bytes: {}KiB, buffers.shared.word_bits: {}, dma.bus_bytes: {}, "
      "memory.kind: ideal, memory.bytes_per_cycle: {}, memory.energy_pj_per_byte: 0",
      number("atom_channels"), number("atom_kernels"), 4 * number("atom_kernels"),
      number("buffer_kib"), std::min(8 * number("atom_channels"), 256), bus_bytes, bytes_per_cycle);
}

}  // namespace

AnchorGroup nvdla_frames(const ValidationInputs& inputs) {
  AnchorGroup group{
      "nvdla", "ResNet-50 on NVDLA, by its number of MACs",
      "Images a second by the table of estimates in NVDLA's primer, whose clock and batch it does "
      "not state (taken as 1 GHz and one image), against the preset with as many MACs, their "
      "convolution buffer and an ideal memory of their bandwidth. What channels an atom has is "
      "taken from their configurations (64 x 32, 8 x 8) or between them. NVDLA can compress "
      "weights, convolve by Winograd's rule and add residuals while it convolves; dcnsim does none "
      "of it. Nothing was "
      "fitted."};
  const CsvTable table = inputs.table("nvdla_primer");
  const FixedNetwork network = resnet50();
  WorkPool pool;
  pool.items = table.rows();
  pool.jobs = inputs.jobs();
  pool.prepare = [&]() -> Worker {
    return [&](std::size_t row) {
      const Machine machine = inputs.machine(kAtoms8, changes_of(table, row));
      return to_bytes<std::uint64_t>({simulated_cycles(machine, network)});
    };
  };
  const std::vector<std::string> results = results_of(pool);
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const auto cycles = static_cast<double>(from_bytes<std::uint64_t>(results[row]).at(0));
    group.anchors.push_back({fmt::format("{} MACs", table.text(row, table.column("macs"))),
                             "images a second", table.number(row, table.column("frames_per_s")),
                             kHertz / cycles, ValidationInputs::file_of(kAtoms8),
                             changes_of(table, row), "nvdla_primer"});
  }
  return group;
}

}  // namespace dcnsim
