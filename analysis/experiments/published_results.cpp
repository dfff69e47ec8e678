// SPDX-License-Identifier: Apache-2.0
#include "analysis/experiments/published_results.h"

namespace dcnsim {
namespace {

/// What both tables say of a layer.
BitFusionLayer layer_of(const CsvTable& table, std::size_t row) {
  const auto number = [&](const char* column) { return table.integer(row, table.column(column)); };
  BitFusionLayer layer;
  layer.in_channels = number("in_channels");
  layer.out_channels = number("out_channels");
  layer.out_height = number("out_height");
  layer.out_width = number("out_width");
  layer.kernel = number("kernel");
  layer.activation_bits = number("act_bits");
  layer.weight_bits = number("weight_bits");
  return layer;
}

}  // namespace

std::vector<PublishedLayer> published_layers(const CsvTable& table) {
  std::vector<PublishedLayer> layers;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const auto number = [&](const char* column) {
      return table.integer(row, table.column(column));
    };
    PublishedLayer p;
    p.name = table.text(row, table.column("layer"));
    p.layer = layer_of(table, row);
    p.layer.unrolled = row == 0 && table.text(row, table.column("kind")) == "conv";
    p.compute_bound_cycles = number("cycles_4096b");
    p.cycles = number("cycles_192b");
    p.memory_wait_cycles = number("memory_wait_cycles_192b");
    p.dram_read_bits = number("dram_read_bits");
    p.dram_write_bits = number("dram_write_bits");
    layers.push_back(std::move(p));
  }
  return layers;
}

std::vector<PublishedRow> published_rows(const CsvTable& table) {
  std::vector<PublishedRow> rows;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const auto number = [&](const char* column) {
      return table.integer(row, table.column(column));
    };
    const auto count = [&](const char* column) {
      return static_cast<std::int64_t>(table.number(row, table.column(column)));
    };
    PublishedRow p;
    p.network = table.text(row, table.column("network"));
    p.name = table.text(row, table.column("layer"));
    p.layer = layer_of(table, row);
    p.layer.stride = number("stride");
    p.layer.unrolled = number("unrolled") == 1;
    p.interface_bits = number("interface_bits");
    p.columns = number("columns");
    p.weight_bytes = number("weight_bytes");
    p.input_bytes = number("input_bytes");
    p.output_bytes = number("output_bytes");
    p.cycles = count("cycles");
    p.memory_wait_cycles = count("memory_wait_cycles");
    p.dram_read_bits = count("dram_read_bits");
    p.dram_write_bits = count("dram_write_bits");
    rows.push_back(std::move(p));
  }
  return rows;
}

}  // namespace dcnsim
