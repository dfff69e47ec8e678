// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <set>

#include "analysis/experiments/error_grid.h"
#include "analysis/experiments/page.h"

namespace dcnsim {
namespace {

using Rows = std::vector<std::vector<std::string>>;
using Widths = std::pair<int, int>;  // weights, activations

/// Of the cells, narrow to float.
struct Axes {
  std::vector<int> weights, activations;
};

Axes axes_of(const ErrorGrid& grid) {
  const auto axis = [&](auto member) {
    std::set<int> bits;
    bool has_float = false;
    for (const auto& cell : grid.cells) {
      const int width = cell.first.*member;
      if (width == kFloat) {
        has_float = true;
      } else {
        bits.insert(width);
      }
    }
    std::vector<int> list(bits.begin(), bits.end());
    if (has_float) list.push_back(kFloat);
    return list;
  };
  return {axis(&Widths::first), axis(&Widths::second)};
}

/// Rows are activations, columns weights, as in the paper; `text` of each value, "-" where none is.
template <class ByWidths, class Text>
Rows table_of(const Axes& axes, const ByWidths& values, const Text& text) {
  Rows rows{{"activations \\ weights"}};
  for (const int weights : axes.weights) rows[0].push_back(width_text(weights));
  for (const int activations : axes.activations) {
    std::vector<std::string> row{width_text(activations)};
    for (const int weights : axes.weights) {
      const auto value = values.find({weights, activations});
      row.push_back(value == values.end() ? "-" : text(value->second));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string percent(double value) { return fmt::format("{:.2f}", value); }

std::string with_deviation(const std::vector<double>& values) {
  if (values.size() == 1) return percent(values[0]);
  return fmt::format("{:.2f} ± {:.2f} ({})", mean(values), deviation(values), values.size());
}

Rows numbers_of(const ErrorGrid& grid) {
  Rows rows{{"weights", "activations", "seeds", "before_percent", "fine_tuned_percent",
             "fine_tuned_deviation"}};
  for (const auto& [widths, cell] : grid.cells) {
    rows.push_back({width_text(widths.first), width_text(widths.second),
                    std::to_string(cell.fine_tuned.size()),
                    fmt::format("{:.3f}", mean(cell.before)),
                    fmt::format("{:.3f}", mean(cell.fine_tuned)),
                    fmt::format("{:.3f}", deviation(cell.fine_tuned))});
  }
  return rows;
}

Plot picture_of(const ErrorGrid& grid, const Axes& axes) {
  Plot plot;
  plot.title = grid.network + ": error after fine-tuning";
  plot.subtitle = "equal widths; series: activations";
  plot.x_label = "weights, bits";
  plot.y_label = "top-1 error, %";
  for (const int weights : axes.weights) plot.x_ticks.push_back(width_text(weights));
  for (const int activations : axes.activations) {
    Series series{width_text(activations), {}};
    for (std::size_t i = 0; i < axes.weights.size(); ++i) {
      const auto cell = grid.cells.find({axes.weights[i], activations});
      if (cell == grid.cells.end()) continue;
      series.points.push_back({static_cast<double>(i), mean(cell->second.fine_tuned)});
    }
    if (!series.points.empty()) plot.series.push_back(std::move(series));
  }
  return plot;
}

}  // namespace

void fine_tuned_error(const Experiment& experiment) {
  const ErrorGrid grid = load_error_grid(experiment.results);
  const auto paper = paper_errors(experiment.published);
  const Axes axes = axes_of(grid);
  const FinetuneRecipe& recipe = grid.recipe;
  Page page(experiment, "fine_tuned_error", "Error by width, with fine-tuning");
  page.text(fmt::format(
      "Top-1 error in percent on {} test images, for equal widths of weights and activations (the "
      "image has its 8 bits, the network's output 16). Each cell was fine-tuned on {} training "
      "images; {} more chose among the states after each epoch and the beginning: where this table "
      "and the one without agree, no epoch was better. Fixed point: the reference executor, bit "
      "for bit; with one in float: float arithmetic on values held in their formats.",
      grid.test_images, recipe.training_images, recipe.validation_images));
  page.text(fmt::format("* network `{}`, SHA-256 `{}`\n* test images' SHA-256 `{}`\n* seeds {}",
                        grid.network, grid.network_sha256, grid.test_sha256,
                        fmt::join(grid.seeds, ", ")));
  page.heading("With fine-tuning (mean ± deviation over seeds)");
  page.table(table_of(axes, grid.cells,
                      [](const GridCell& cell) { return with_deviation(cell.fine_tuned); }));
  page.heading("Without");
  page.table(
      table_of(axes, grid.cells, [](const GridCell& cell) { return percent(mean(cell.before)); }));
  page.heading("Epochs, and the first rate of filters");
  page.table(table_of(axes, grid.cells, [](const GridCell& cell) {
    return fmt::format("{}, {:.3g}", cell.recipe.epochs, cell.recipe.filter_rate);
  }));
  page.heading("The paper's, with fine-tuning");
  page.table(table_of(axes, paper, percent));
  page.text(
      "Of another network (float error 6.98 %) and recipe. Of these figures 6.78 and 6.98 are "
      "confirmed by the paper's text; the others were noted from its table and not checked again.");
  page.picture(picture_of(grid, axes));
  page.csv(numbers_of(grid));
  page.save();
}

}  // namespace dcnsim
