// SPDX-License-Identifier: Apache-2.0
// What `run` and `map` share: how layers are mapped, by options.
#pragma once

#include <optional>
#include <string>

#include "analysis/cli/command.h"
#include "models/arch/accelerator_config.h"

namespace dcnsim::cli {

struct MappingOptions {
  std::string objective_name, second_name;  ///< instead of the accelerator's, "" for that
  std::optional<double> slack;              ///< likewise
  std::string file;                         ///< the user's mapping, "" for none
  CacheOptions cache;

  void add_to(CLI::App& app);
  std::optional<Objective> objective() const;
  std::optional<Objective> second() const;
  /// What is given here, instead of what stands there.
  void apply_to(MappingConfig& mapping) const;
};

}  // namespace dcnsim::cli
