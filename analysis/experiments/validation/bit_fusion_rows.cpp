// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>
#include <utility>

#include "analysis/experiments/published_results.h"
#include "analysis/experiments/validation/anchor.h"

namespace dcnsim {
namespace {

constexpr const char* kBitFusion = "bit_fusion";

/// Of the layers of a network on one machine.
struct Tally {
  int layers = 0, figures = 0, equal = 0;
  double worst_percent = 0;
};

std::string percent_text(double value) { return value == 0 ? "0" : fmt::format("{:.1f}", value); }

}  // namespace

AnchorGroup bit_fusion_rows(const ValidationInputs& inputs) {
  AnchorGroup group{
      "bit_fusion", "Layers as Bit Fusion's authors count them",
      "Cycles, waits for memory and DRAM traffic of all layers of eight networks, for a batch of "
      "16 images, as stored with the authors' simulator, against `bit_fusion_counts()`: their "
      "batch schedule written down anew, with the products a cycle of dcnsim's composable "
      "datapath. It is no simulation: what dcnsim's machine does with such layers is on the page "
      "of `dcnsim experiment bit-fusion`. Nothing was fitted; the rule was found on the CIFAR-10 "
      "network. The last layer of AlexNet has two best schedules of equal cycles and traffic in "
      "sum; theirs, "
      "chosen by SRAM energies that are not stored, reads more and writes less."};
  group.is_long = true;
  std::map<std::pair<std::string, std::string>, Tally> tallies;
  for (const PublishedRow& row : published_rows(inputs.table("bit_fusion_rows"))) {
    BitFusionAssumptions assumptions;
    assumptions.interface_bits = row.interface_bits;
    const std::string changes =
        row.columns == 32
            ? ""
            : fmt::format(
                  "array.columns: {}, buffers.weight.capacity_bytes: {}, "
                  "buffers.input.capacity_bytes: {}, buffers.output.capacity_bytes: {}",
                  row.columns, row.weight_bytes, row.input_bytes, row.output_bytes);
    const BitFusionCounts c =
        bit_fusion_counts(inputs.config(kBitFusion, changes), row.layer, assumptions);
    const std::string setting =
        fmt::format("{} columns, {} bits a cycle", row.columns, row.interface_bits);
    Tally& tally = tallies[{row.network, setting}];
    ++tally.layers;
    const std::tuple<const char*, std::int64_t, std::int64_t> figures[] = {
        {"cycles", row.cycles, c.cycles},
        {"memory wait cycles", row.memory_wait_cycles, c.memory_wait_cycles},
        {"DRAM read bits", row.dram_read_bits, c.dram_read_bits()},
        {"DRAM write bits", row.dram_write_bits, c.dram_write_bits()}};
    for (const auto& [name, published, ours] : figures) {
      Anchor anchor{row.network + " " + row.name + ", " + setting,
                    name,
                    static_cast<double>(published),
                    static_cast<double>(ours),
                    ValidationInputs::file_of(kBitFusion),
                    changes,
                    "bit_fusion"};
      ++tally.figures;
      tally.equal += anchor.ours == anchor.published ? 1 : 0;
      tally.worst_percent = std::max(tally.worst_percent, std::abs(anchor.error_percent()));
      group.anchors.push_back(std::move(anchor));
    }
  }
  AnchorTable summary{"", {{"network", "machine", "layers", "figures", "equal", "worst error, %"}}};
  for (const auto& [key, tally] : tallies) {
    summary.rows.push_back({key.first, key.second, std::to_string(tally.layers),
                            std::to_string(tally.figures), std::to_string(tally.equal),
                            percent_text(tally.worst_percent)});
  }
  group.tables.push_back(std::move(summary));
  return group;
}

}  // namespace dcnsim
