// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "analysis/experiments/validation/anchor.h"
#include "analysis/experiments/validation/shape_network.h"

namespace dcnsim {
namespace {

constexpr const char* kGemmini = "gemmini_16";
constexpr int kTileCyclesTried = 25;  // 0 .. 24

struct Product {
  std::string name;
  FixedNetwork network;
  double published = 0;
  bool is_fitted = false;
};

std::vector<Product> published_products(const CsvTable& table) {
  std::vector<Product> products;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const auto number = [&](const char* name) { return table.integer(row, table.column(name)); };
    const int pixels = number("pixels"), reduction = number("reduction"),
              channels = number("channels");
    products.push_back({fmt::format("{} x {} x {}", pixels, reduction, channels),
                        matrix_product(pixels, reduction, channels),
                        static_cast<double>(number("cycles")), number("fitted") == 1});
  }
  return products;
}

/// What overhead.layer_cycles is added to: cycles of each product, by overhead.tile_cycles.
using Cycles = std::array<std::vector<double>, kTileCyclesTried>;

Cycles simulated(const ValidationInputs& inputs, const std::vector<Product>& products) {
  Cycles cycles;
  for (int tile = 0; tile < kTileCyclesTried; ++tile) {
    const Machine machine = inputs.machine(
        kGemmini, fmt::format("overhead.layer_cycles: 0, overhead.tile_cycles: {}", tile));
    for (const Product& product : products) {
      cycles[static_cast<std::size_t>(tile)].push_back(
          static_cast<double>(simulated_cycles(machine, product.network)));
    }
  }
  return cycles;
}

struct Constants {
  int layer_cycles = 0, tile_cycles = 0;
};

/// Least squares of relative errors of the products `of`, in whole cycles that are not negative.
Constants fitted(const std::vector<Product>& products, const Cycles& cycles,
                 const std::vector<std::size_t>& of) {
  Constants best;
  double least = INFINITY;
  for (int tile = 0; tile < kTileCyclesTried; ++tile) {
    const std::vector<double>& c = cycles[static_cast<std::size_t>(tile)];
    double missing = 0, weights = 0;
    for (const std::size_t i : of) {
      const double m = products[i].published;
      missing += (m - c[i]) / (m * m);
      weights += 1 / (m * m);
    }
    const double layer = std::max(0.0, std::round(missing / weights));
    double squares = 0;
    for (const std::size_t i : of) {
      squares += std::pow((c[i] + layer) / products[i].published - 1, 2);
    }
    if (squares >= least) continue;
    least = squares;
    best = {static_cast<int>(layer), tile};
  }
  return best;
}

std::vector<std::string> row_of(const std::vector<Product>& products, const Cycles& cycles,
                                const std::vector<std::size_t>& of) {
  const Constants constants = fitted(products, cycles, of);
  std::string names;
  bool is_named = true;
  for (const std::size_t i : of) {
    names += (names.empty() ? "" : "; ") + products[i].name;
    is_named = is_named && products[i].is_fitted;
  }
  std::vector<Anchor> all(products.size());
  for (std::size_t i = 0; i < products.size(); ++i) {
    all[i].published = products[i].published;
    all[i].ours =
        cycles[static_cast<std::size_t>(constants.tile_cycles)][i] + constants.layer_cycles;
  }
  const Errors errors = errors_of(all);
  return {names + (is_named ? " (the preset's)" : ""), std::to_string(constants.layer_cycles),
          std::to_string(constants.tile_cycles), fmt::format("{:.1f}", errors.mean_percent),
          fmt::format("{:.1f}", errors.worst_percent)};
}

AnchorTable all_triples(const ValidationInputs& inputs, const std::vector<Product>& products) {
  const Cycles cycles = simulated(inputs, products);
  AnchorTable table{
      "What the constants and the errors over all six would be, had they been fitted to other "
      "three products: least squares of relative errors, whole cycles, none negative.",
      {{"fitted to", "layer_cycles", "tile_cycles", "mean error of six, %", "worst, %"}}};
  for (std::size_t a = 0; a < products.size(); ++a) {
    for (std::size_t b = a + 1; b < products.size(); ++b) {
      for (std::size_t c = b + 1; c < products.size(); ++c) {
        table.rows.push_back(row_of(products, cycles, {a, b, c}));
      }
    }
  }
  return table;
}

}  // namespace

AnchorGroup gemmini_gemms(const ValidationInputs& inputs) {
  const std::vector<Product> products = published_products(inputs.table("gemmini_gemms"));
  AnchorGroup group{
      "gemmini", "Matrix products on Gemmini's RTL",
      "Cycles that Gemmini's RTL (GemminiRocketConfig in Verilator) takes for six matrix products, "
      "as 1 x 1 convolutions, mapped by dcnsim. Two constants of the preset, what a layer and what "
      "a tile of weights cost beyond array and memory, were fitted to three of them that were "
      "named before; the other three had no part in the constants. How the machine is read (steps "
      "overlapped, loads hidden, buffers apart, an ideal memory of 16 bytes a cycle, the RTL's "
      "bus, and 70 cycles of latency) follows its sources, but was settled among some 20 readings "
      "with "
      "the errors of all six in view: with steps apart the worst error is 11 to 33 %."};
  const Machine machine = inputs.machine(kGemmini);
  for (const Product& product : products) {
    group.anchors.push_back(
        {product.name, "cycles", product.published,
         static_cast<double>(simulated_cycles(machine, product.network)),
         ValidationInputs::file_of(kGemmini), "", "gemmini",
         product.is_fitted ? "overhead.layer_cycles, overhead.tile_cycles" : ""});
  }
  group.tables.push_back(all_triples(inputs, products));
  return group;
}

}  // namespace dcnsim
