// SPDX-License-Identifier: Apache-2.0
// What `run` and `map` share: how layers are mapped, by options.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "analysis/cli/command.h"
#include "models/cost/cost_model.h"
#include "platform/compiler/mapper/mapper.h"

namespace dcnsim::cli {

struct MappingOptions {
  std::string objective;  ///< instead of the accelerator's, "" for that
  std::string file;       ///< the user's mapping, "" for none
  CacheOptions cache;

  void add_to(CLI::App& app);
  /// Puts the objective into `config`.
  void apply(AcceleratorConfig& config) const;
  /// Maps the network, with progress on a terminal; adds the files that shaped it to `inputs`.
  std::vector<LayerMapping> map(const FixedNetwork& network, const AcceleratorConfig& config,
                                const DramSpec& dram, const CostModel& cost,
                                std::vector<InputFile>& inputs, std::size_t runners_up = 0) const;
};

}  // namespace dcnsim::cli
