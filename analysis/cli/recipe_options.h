// SPDX-License-Identifier: Apache-2.0
// What the commands that train ask for.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "models/base/file/file_claims.h"
#include "workloads/recipe.h"

namespace CLI {
class App;
}

namespace dcnsim::cli {

struct RecipeOptions {
  Recipe recipe;  ///< but for what depends on the images
  std::string data_path, labels;
  std::optional<int> shift, cutout;
  bool no_flip = false;
  std::size_t validation = 2000;
  int threads = 0;
  double checkpoint_seconds = 120;
  bool cpu = false;
  std::string precision = "auto";

  void add_to(CLI::App& app);
  void claim_inputs(FileClaims& claims) const;
};

}  // namespace dcnsim::cli
