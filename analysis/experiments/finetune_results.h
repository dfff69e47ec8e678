// SPDX-License-Identifier: Apache-2.0
// Results of `dcnsim finetune --json` in a folder, and what those of one study have in common.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/report/finetune_report.h"

namespace dcnsim {

struct FinetuneResult {
  std::string path;
  FinetuneReport report;
};

/// Paths of the .json files in a folder, by name. Throws std::runtime_error if it cannot be read.
std::vector<std::string> json_files(const std::string& folder);

/// Of every .json file of `folder`, by name. Throws what load_finetune_report() throws.
std::vector<FinetuneResult> load_finetune_results(const std::string& folder);

/// Of the input with this role; "" if there is none.
std::string sha256_of(const std::vector<InputFile>& inputs, const std::string& role);

/// What results must share to be compared: all but widths, seeds, epochs and rates.
struct FinetuneConditions {
  std::string network;                      ///< ONNX graph name
  std::string network_sha256, test_sha256;  ///< of files
  FinetuneRecipe recipe;                    ///< of the first result
  std::uint64_t test_images = 0;            ///< 0: of no result yet
};

/// Takes the conditions of the first result, and compares others with them. Throws
/// std::runtime_error, one line: a result without test figures, of another network, other test
/// images or another recipe.
void require_same(FinetuneConditions& conditions, const FinetuneResult& result);

/// Equal epochs and rates.
bool is_same_pace(const FinetuneRecipe& a, const FinetuneRecipe& b);

}  // namespace dcnsim
