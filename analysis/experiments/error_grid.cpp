// SPDX-License-Identifier: Apache-2.0
#include "analysis/experiments/error_grid.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>
#include <stdexcept>
#include <tuple>

#include "models/base/table/csv.h"
#include "models/numeric/format.h"

namespace dcnsim {
namespace {

namespace fs = std::filesystem;

double percent_wrong(const Accuracy& accuracy) { return 100 * (1 - accuracy.share()); }

std::string sha256_of(const FinetuneReport& report, const std::string& role) {
  for (const InputFile& input : report.inputs) {
    if (input.role == role) return input.sha256;
  }
  return "";
}

bool is_same_pace(const FinetuneRecipe& a, const FinetuneRecipe& b) {
  const auto tied = [](const FinetuneRecipe& r) {
    return std::tie(r.epochs, r.filter_rate, r.other_rate);
  };
  return tied(a) == tied(b);
}

/// But for epochs and rates.
bool is_same_recipe(const FinetuneRecipe& a, const FinetuneRecipe& b) {
  const auto tied = [](const FinetuneRecipe& r) {
    return std::tie(r.batch, r.label_smoothing, r.shift, r.cutout, r.training_images,
                    r.validation_images, r.formats, r.flip);
  };
  return tied(a) == tied(b);
}

void add(ErrorGrid& grid, const FinetuneReport& report, const std::string& path) {
  if (!report.widths.weights || !report.widths.activations) return;
  if (!report.before || !report.fine_tuned) {
    throw std::runtime_error(path + ": /test: null, expected figures (dcnsim finetune --test)");
  }
  const std::string network = sha256_of(report, "network"), test = sha256_of(report, "test");
  if (grid.cells.empty()) {
    grid.network = report.network;
    grid.network_sha256 = network;
    grid.test_sha256 = test;
    grid.recipe = report.recipe;
    grid.test_images = report.fine_tuned->images;
  }
  if (network != grid.network_sha256) {
    throw std::runtime_error(path + ": is of another network than the results before it");
  }
  if (test != grid.test_sha256 || report.fine_tuned->images != grid.test_images) {
    throw std::runtime_error(path + ": is of other test images than the results before it");
  }
  if (!is_same_recipe(report.recipe, grid.recipe)) {
    throw std::runtime_error(path + ": is of another recipe than the results before it");
  }
  GridCell& cell = grid.cells[{*report.widths.weights, *report.widths.activations}];
  if (cell.fine_tuned.empty()) cell.recipe = report.recipe;
  if (!is_same_pace(report.recipe, cell.recipe)) {
    throw std::runtime_error(path + ": has other epochs or rates than other seeds of its widths");
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
  std::vector<std::string> files;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path().string());
  }
  if (error) throw std::runtime_error(folder + ": " + error.message());
  std::sort(files.begin(), files.end());
  ErrorGrid grid;
  for (const std::string& file : files) add(grid, load_finetune_report(file), file);
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
