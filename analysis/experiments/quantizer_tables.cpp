// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "analysis/experiments/page.h"
#include "analysis/quantizer/quantizer_design.h"
#include "models/numeric/format.h"

namespace dcnsim {
namespace {

struct LevelSet {
  Levels levels;
  const char* name;
  const char* words;
};

constexpr LevelSet kLevelSets[] = {
    {Levels::kMidRise, "mid-rise", "Mid-rise levels (k + 1/2) step: Max's, and the paper's"},
    {Levels::kTwosComplement, "twos-complement", "Two's complement codes: signed tensors"},
    {Levels::kUnsigned, "unsigned", "Unsigned codes, density of |x|: tensors behind a ReLU"}};

}  // namespace

void quantizer_tables(const Experiment& experiment) {
  Page page(experiment, "quantizer_tables", "Optimal uniform quantizers");
  page.text(
      "Step (for unit variance) and SQNR of the uniform quantizer with the least squared error, "
      "computed by dcnsim from the densities. A source of standard deviation s takes s times the "
      "step. The paper's Stepsize(bits) is the Gaussian column of the first table.");
  const OnProgress progress = experiment.progress
                                  ? experiment.progress("designing quantizers, widths", 3 * 16)
                                  : OnProgress{};
  std::vector<std::vector<std::string>> csv{{"levels", "density", "bits", "step", "sqnr_db"}};
  Plot plot;
  plot.title = "SQNR of optimal uniform quantizers";
  plot.subtitle = "mid-rise levels, unit variance";
  plot.x_label = "bits";
  plot.y_label = "SQNR, dB";
  for (const Density density : kDensities) {
    plot.series.push_back({std::string(to_string(density)), {}});
  }
  std::size_t done = 0;
  for (const LevelSet& set : kLevelSets) {
    page.heading(set.words);
    std::vector<std::vector<std::string>> rows{{"bits"}};
    for (const Density density : kDensities) {
      rows[0].push_back(fmt::format("{} step", to_string(density)));
      rows[0].push_back("dB");
    }
    for (int bits = kMinBits; bits <= kMaxBits; ++bits) {
      std::vector<std::string> row{fmt::format("{}", bits)};
      for (std::size_t i = 0; i < kDensities.size(); ++i) {
        const QuantizerDesign design = design_quantizer(kDensities[i], set.levels, bits);
        row.push_back(fmt::format("{:.4g}", design.step));
        row.push_back(fmt::format("{:.2f}", design.sqnr_db));
        csv.push_back({set.name, std::string(to_string(kDensities[i])), fmt::format("{}", bits),
                       fmt::format("{:.6g}", design.step), fmt::format("{:.4f}", design.sqnr_db)});
        if (set.levels == Levels::kMidRise) {
          plot.series[i].points.push_back({static_cast<double>(bits), design.sqnr_db});
        }
      }
      rows.push_back(std::move(row));
      if (progress) progress(++done);
    }
    page.table(rows);
  }
  page.picture(plot);
  page.csv(csv);
  page.save();
}

}  // namespace dcnsim
