// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <iterator>

#include "analysis/evaluation/machine.h"
#include "analysis/experiments/page.h"
#include "analysis/experiments/published_results.h"
#include "models/base/text/text_table.h"
#include "models/perf/array_cycles.h"

namespace dcnsim {
namespace {

using Rows = std::vector<std::vector<std::string>>;

/// A figure of a layer beside the published one.
struct Compared {
  std::int64_t ours, published;

  /// In percent; "0" only if they are equal.
  std::string difference() const {
    if (ours == published) return "0";
    const double percent =
        100.0 * static_cast<double>(ours - published) / static_cast<double>(published);
    return fmt::format("{:+.{}g}", percent, std::abs(percent) < 1 ? 2 : 4);
  }
};

constexpr const char* kFigures[] = {"compute-bound cycles", "cycles", "memory wait cycles",
                                    "DRAM read bits", "DRAM write bits"};

struct LayerComparison {
  std::string name;
  BitFusionCounts counts;
  std::array<Compared, std::size(kFigures)> figures;
};

BitFusionCounts counts_of(const AcceleratorConfig& machine, const PublishedLayer& published,
                          int interface_bits) {
  BitFusionAssumptions assumptions;
  assumptions.interface_bits = interface_bits;
  return bit_fusion_counts(machine, published.layer, assumptions);
}

LayerComparison compare(const AcceleratorConfig& machine, const PublishedLayer& p) {
  const BitFusionCounts wide = counts_of(machine, p, kPublishedWideInterfaceBits);
  const BitFusionCounts c = counts_of(machine, p, kPublishedInterfaceBits);
  return {p.name,
          c,
          {{{wide.cycles, p.compute_bound_cycles},
            {c.cycles, p.cycles},
            {c.memory_wait_cycles, p.memory_wait_cycles},
            {c.dram_read_bits(), p.dram_read_bits},
            {c.dram_write_bits(), p.dram_write_bits}}}};
}

std::string number(std::int64_t value) { return fmt::format("{}", value); }

/// For a terminal: a line a layer, ours, published and difference side by side.
std::string as_text(const std::vector<LayerComparison>& layers, const TextLayout& layout) {
  using Align = TextTable::Align;
  constexpr int kRanks[std::size(kFigures)] = {1, 0, 2, 0, 3};
  std::vector<TextTable::Column> columns{{"layer", Align::kLeft}};
  for (std::size_t i = 0; i < std::size(kFigures); ++i) {
    for (const char* column : {"ours", "publ.", "%"}) {
      columns.push_back({column, Align::kRight, kRanks[i], kFigures[i]});
    }
  }
  TextTable table(columns);
  for (const LayerComparison& layer : layers) {
    std::vector<std::string> row{layer.name};
    for (const Compared& figure : layer.figures) {
      row.insert(row.end(), {number(figure.ours), number(figure.published), figure.difference()});
    }
    table.add(row);
  }
  return table.text(layout);
}

/// Some of the figures as a table.
Rows as_rows(const std::vector<LayerComparison>& layers, std::size_t first, std::size_t last) {
  Rows rows{{"layer"}};
  for (std::size_t i = first; i <= last; ++i) {
    for (const char* column : {"", ", published", ", %"}) {
      rows[0].push_back(std::string(kFigures[i]) + column);
    }
  }
  for (const LayerComparison& layer : layers) {
    rows.push_back({layer.name});
    for (std::size_t i = first; i <= last; ++i) {
      const Compared& figure = layer.figures[i];
      for (const std::string& cell :
           {number(figure.ours), number(figure.published), figure.difference()}) {
        rows.back().push_back(cell);
      }
    }
  }
  return rows;
}

/// What the bits read are.
Rows read_parts(const std::vector<LayerComparison>& layers) {
  Rows rows{{"layer", "weights", "inputs", "outputs"}};
  for (const LayerComparison& layer : layers) {
    rows.push_back({layer.name, number(layer.counts.weight_bits), number(layer.counts.input_bits),
                    number(layer.counts.output_bits)});
  }
  return rows;
}

/// All layers with one assumption changed, an image.
Rows assumptions_changed(const AcceleratorConfig& machine,
                         const std::vector<PublishedLayer>& published) {
  struct Change {
    const char* words;
    AcceleratorConfig machine;
    BitFusionAssumptions assumptions;
  };
  std::vector<Change> changes(5, Change{"as published", machine, {}});
  changes[1].words = "outputs of 8 bits";
  changes[1].assumptions.output_bits = 8;
  changes[2].words = "an image at a time";
  changes[2].assumptions.images = 1;
  changes[3].words = "half of each buffer";
  for (BufferConfig* buffer : {&changes[3].machine.input_buffer, &changes[3].machine.weight_buffer,
                               &changes[3].machine.output_buffer}) {
    buffer->capacity_bytes /= 2;
  }
  changes[4].words = "twice the interface";
  changes[4].assumptions.interface_bits *= 2;

  Rows rows{{"assumption", "cycles an image", "memory wait cycles", "DRAM Mbit read",
             "DRAM Mbit written"}};
  for (const Change& change : changes) {
    double cycles = 0, wait = 0, read = 0, written = 0;
    for (const PublishedLayer& p : published) {
      const BitFusionCounts c = bit_fusion_counts(change.machine, p.layer, change.assumptions);
      cycles += static_cast<double>(c.cycles);
      wait += static_cast<double>(c.memory_wait_cycles);
      read += static_cast<double>(c.dram_read_bits());
      written += static_cast<double>(c.dram_write_bits());
    }
    const double images = change.assumptions.images;
    rows.push_back({change.words, fmt::format("{:.0f}", cycles / images),
                    fmt::format("{:.0f}", wait / images),
                    fmt::format("{:.2f}", read / images / 1e6),
                    fmt::format("{:.2f}", written / images / 1e6)});
  }
  return rows;
}

/// Cycles of the simulated array if it never waits for a tile, images one after the other.
Rows simulated_array(const AcceleratorConfig& machine,
                     const std::vector<PublishedLayer>& published) {
  Rows rows{{"layer", "cycles of dcnsim's array", "compute-bound cycles, published", "ratio"}};
  for (const PublishedLayer& p : published) {
    const BitFusionLayer& l = p.layer;
    ArrayWork work;
    work.pixels = l.out_height * l.out_width;
    work.channels = l.out_channels;
    work.reduction = l.kernel * l.kernel * l.in_channels;
    work.weight_bits = l.weight_bits;
    work.activation_bits = l.activation_bits;
    const auto cycles =
        static_cast<std::int64_t>(array_cycles(machine, work)) * BitFusionAssumptions().images;
    rows.push_back({p.name, number(cycles), number(p.compute_bound_cycles),
                    fmt::format("{:.2f}", static_cast<double>(cycles) /
                                              static_cast<double>(p.compute_bound_cycles))});
  }
  return rows;
}

}  // namespace

void bit_fusion(const Experiment& experiment) {
  const CsvTable table = CsvTable::load(experiment.published);
  const std::vector<PublishedLayer> published = published_layers(table);
  Page page(experiment, "bit_fusion", "Cycles and traffic as Bit Fusion's authors publish them");
  page.text(fmt::format(
      "The results Sharma et al. (ISCA 2018) store with their public simulator for their CIFAR-10 "
      "network (`{}`, SHA-256 `{}`), a batch of {} images, against `bit_fusion_counts()`: an "
      "analytical schedule with their assumptions, not dcnsim's simulated machine. Products a "
      "cycle come from dcnsim's own composable datapath. One rule serves all layers, without a "
      "constant of any layer: `analysis/experiments/bit_fusion_schedule.md`. Compute-bound: {} "
      "bits of DRAM interface a cycle; everything else: {} bits.",
      table.file_name(), table.sha256(), BitFusionAssumptions().images, kPublishedWideInterfaceBits,
      kPublishedInterfaceBits));
  Rows csv{{"machine", "layer", "figure", "ours", "published", "difference_percent"}};
  for (const Machine* machine : experiment.machines) {
    std::vector<LayerComparison> layers;
    for (const PublishedLayer& p : published) layers.push_back(compare(machine->config, p));
    if (experiment.print) experiment.print(as_text(layers, experiment.layout));
    for (const LayerComparison& layer : layers) {
      for (std::size_t i = 0; i < layer.figures.size(); ++i) {
        const Compared& figure = layer.figures[i];
        csv.push_back({machine->config.name, layer.name, kFigures[i], number(figure.ours),
                       number(figure.published), figure.difference()});
      }
    }
    page.heading(fmt::format("`{}`", machine->config.name));
    page.text("Differences are of the published figure; 0 means equal to the last digit.");
    page.table(as_rows(layers, 0, 2));
    page.table(as_rows(layers, 3, 4));
    page.text(
        "What the bits read are. Every layer reads its outputs, 32 bits each, as often as it "
        "writes them, the first time too.");
    page.table(read_parts(layers));
    page.heading("What the assumptions are worth");
    page.text(
        "All layers at 192 bits of interface a cycle, one assumption changed at a time. The width "
        "of outputs weighs most: each costs 32 bits out and 32 bits back in, where the next layer "
        "needs 2.");
    page.table(assumptions_changed(machine->config, published));
    page.heading("Where dcnsim's machine differs");
    page.text(
        "The same layers on the array dcnsim simulates, image by image, as if every tile were in "
        "its buffer in time. It takes less where kernel positions share the array's rows; theirs "
        "leaves rows idle in layers with fewer input channels than rows times products of a unit "
        "(conv1, conv2). It takes more to load the first weights and to drain the last sums, once "
        "an image. Fully-connected layers wait for their weights: a tile enters row by row for one "
        "cycle of work, again for every image; theirs serves 16 images and loads at no charge. The "
        "simulated machine further waits for bursts, banks and refresh of its DRAM, and writes its "
        "outputs once, at the width of the layer that reads them.");
    page.table(simulated_array(machine->config, published));
  }
  page.csv(csv);
  page.save();
}

}  // namespace dcnsim
