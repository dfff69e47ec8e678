// SPDX-License-Identifier: Apache-2.0
#include "analysis/cli/mapping_options.h"

#include <CLI/CLI.hpp>

#include "analysis/cli/value_checks.h"

namespace dcnsim::cli {

void MappingOptions::add_to(CLI::App& app) {
  one_of(app.add_option("--objective", objective_name,
                        "What layers are mapped for: latency, energy or traffic, instead of the\n"
                        "accelerator file's mapping.objective"),
         {"latency", "energy", "traffic"});
  file_of(app.add_option(
              "--mapping", file,
              "YAML file with tilings and loop orders of layers, as `dcnsim map -o` writes it;\n"
              "layers it does not name are searched"),
          {FileKind::kMapping}, "FILE");
  cache.add_to(app, "mappings");
}

std::optional<Objective> MappingOptions::objective() const {
  for (const Objective known : {Objective::kLatency, Objective::kEnergy, Objective::kTraffic}) {
    if (to_string(known) == objective_name) return known;
  }
  return std::nullopt;
}

}  // namespace dcnsim::cli
