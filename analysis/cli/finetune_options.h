// SPDX-License-Identifier: Apache-2.0
// The options of `dcnsim finetune`, which `dcnsim` knows without libtorch.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>

#include "analysis/cli/command.h"
#include "analysis/cli/recipe_options.h"
#include "models/numeric/post.h"

namespace dcnsim::cli {

struct FinetuneOptions {
  std::string network;
  WidthOptions widths;
  PixelOptions pixels;
  std::string allocation;
  std::string output;
  std::string formats = "fixed";
  std::string scales = to_string(Scales::kPowerOfTwo);
  int accumulator_bits = Accumulator{}.bits;
  std::optional<double> filter_rate, other_rate;
  RecipeOptions recipe;
  std::set<std::string> in_float;
  std::string test, test_labels;
  std::optional<std::string> json;
  std::size_t jobs = default_jobs();

  FinetuneOptions();
  void add_to(CLI::App& app);
};

void set_finetune_description(CLI::App& app);

}  // namespace dcnsim::cli
