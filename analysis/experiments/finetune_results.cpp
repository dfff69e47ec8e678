// SPDX-License-Identifier: Apache-2.0
#include "analysis/experiments/finetune_results.h"

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <tuple>

namespace dcnsim {
namespace {

namespace fs = std::filesystem;

/// But for seeds, epochs and rates.
bool is_same_recipe(const FinetuneRecipe& a, const FinetuneRecipe& b) {
  const auto tied = [](const FinetuneRecipe& r) {
    return std::tie(r.batch, r.label_smoothing, r.shift, r.cutout, r.training_images,
                    r.validation_images, r.formats, r.flip, r.scales);
  };
  return tied(a) == tied(b);
}

}  // namespace

std::vector<std::string> json_files(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path().string());
  }
  if (error) throw std::runtime_error(folder + ": " + error.message());
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<FinetuneResult> load_finetune_results(const std::string& folder) {
  std::vector<FinetuneResult> results;
  for (const std::string& file : json_files(folder)) {
    results.push_back({file, load_finetune_report(file)});
  }
  return results;
}

std::string sha256_of(const std::vector<InputFile>& inputs, const std::string& role) {
  for (const InputFile& input : inputs) {
    if (input.role == role) return input.sha256;
  }
  return "";
}

void require_same(FinetuneConditions& conditions, const FinetuneResult& result) {
  const auto& [path, report] = result;
  if (!report.before || !report.fine_tuned) {
    throw std::runtime_error(path + ": /test: null, expected figures (dcnsim finetune --test)");
  }
  const std::string network = sha256_of(report.inputs, "network");
  const std::string test = sha256_of(report.inputs, "test");
  if (conditions.test_images == 0) {
    conditions = {report.network, network, test, report.recipe, report.fine_tuned->images};
  }
  if (network != conditions.network_sha256) {
    throw std::runtime_error(path + ": is of another network than the results before it");
  }
  if (test != conditions.test_sha256 || report.fine_tuned->images != conditions.test_images) {
    throw std::runtime_error(path + ": is of other test images than the results before it");
  }
  if (!is_same_recipe(report.recipe, conditions.recipe)) {
    throw std::runtime_error(path + ": is of another recipe than the results before it");
  }
}

bool is_same_pace(const FinetuneRecipe& a, const FinetuneRecipe& b) {
  const auto tied = [](const FinetuneRecipe& r) {
    return std::tie(r.epochs, r.filter_rate, r.other_rate);
  };
  return tied(a) == tied(b);
}

}  // namespace dcnsim
