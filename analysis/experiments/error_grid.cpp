// SPDX-License-Identifier: Apache-2.0
#include "analysis/experiments/error_grid.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include "models/base/table/csv.h"
#include "models/numeric/format.h"

namespace dcnsim {
namespace {

double percent_wrong(const Accuracy& accuracy) { return 100 * (1 - accuracy.share()); }

void add(ErrorGrid& grid, const FinetuneResult& result) {
  const FinetuneReport& report = result.report;
  if (!report.widths.weights || !report.widths.activations) return;
  require_same(grid, result);
  GridCell& cell = grid.cells[{*report.widths.weights, *report.widths.activations}];
  if (cell.fine_tuned.empty()) cell.recipe = report.recipe;
  if (!is_same_pace(report.recipe, cell.recipe)) {
    throw std::runtime_error(result.path +
                             ": has other epochs or rates than other seeds of its widths");
  }
  cell.before.push_back(percent_wrong(*report.before));
  cell.fine_tuned.push_back(percent_wrong(*report.fine_tuned));
  const auto place = std::lower_bound(grid.seeds.begin(), grid.seeds.end(), report.recipe.seed);
  if (place == grid.seeds.end() || *place != report.recipe.seed) {
    grid.seeds.insert(place, report.recipe.seed);
  }
}

int width(const CsvTable& table, std::size_t row, const char* column) {
  const std::size_t index = table.column(column);
  return table.text(row, index) == "float" ? kFloat : table.integer(row, index);
}

}  // namespace

bool ErrorGrid::Wider::operator()(std::pair<int, int> a, std::pair<int, int> b) const {
  const auto rank = [](int width) { return width == kFloat ? kMaxBits + 1 : width; };
  return std::pair(rank(a.first), rank(a.second)) < std::pair(rank(b.first), rank(b.second));
}

ErrorGrid load_error_grid(const std::string& folder) {
  ErrorGrid grid;
  for (const FinetuneResult& result : load_finetune_results(folder)) add(grid, result);
  if (grid.cells.empty()) {
    throw std::runtime_error(folder + ": no results of dcnsim finetune --json for equal widths");
  }
  return grid;
}

std::map<std::pair<int, int>, double> paper_errors(const std::string& path) {
  const CsvTable table = CsvTable::load(path);
  std::map<std::pair<int, int>, double> errors;
  const std::size_t error = table.column("error_percent");
  for (std::size_t row = 0; row < table.rows(); ++row) {
    errors[{width(table, row, "weights"), width(table, row, "activations")}] =
        table.number(row, error);
  }
  return errors;
}

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double deviation(const std::vector<double>& values) {
  if (values.size() < 2) return 0;
  const double middle = mean(values);
  double squares = 0;
  for (const double value : values) squares += (value - middle) * (value - middle);
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

}  // namespace dcnsim
