// SPDX-License-Identifier: Apache-2.0
#include "analysis/cli/mapping_options.h"

#include <CLI/CLI.hpp>

#include "analysis/cli/value_checks.h"

namespace dcnsim::cli {
namespace {

std::optional<Objective> named(const std::string& name) {
  for (const Objective known : {Objective::kLatency, Objective::kEnergy, Objective::kTraffic}) {
    if (to_string(known) == name) return known;
  }
  return std::nullopt;
}

}  // namespace

void MappingOptions::add_to(CLI::App& app) {
  one_of(app.add_option("--objective", objective_name,
                        "What layers are mapped for: latency, energy or traffic, instead of the\n"
                        "accelerator file's mapping.objective"),
         {"latency", "energy", "traffic"});
  real(app.add_option("--slack", slack,
                      "Percent of a layer's least latency (or energy or traffic, as --objective\n"
                      "says) that may be given away to make the second figure small, instead of\n"
                      "mapping.slack"),
       {0, 1000}, "PERCENT");
  one_of(app.add_option("--second", second_name,
                        "What decides between mappings that are equal or within the slack: by\n"
                        "default traffic after latency, latency after energy or traffic"),
         {"latency", "energy", "traffic"});
  file_of(app.add_option(
              "--mapping", file,
              "YAML file with tilings and loop orders of layers, as `dcnsim map -o` writes it;\n"
              "layers it does not name are searched"),
          {FileKind::kMapping}, "FILE");
  cache.add_to(app, "mappings and calibrations");
}

std::optional<Objective> MappingOptions::objective() const { return named(objective_name); }

std::optional<Objective> MappingOptions::second() const { return named(second_name); }

void MappingOptions::apply_to(MappingConfig& mapping) const {
  mapping.objective = objective().value_or(mapping.objective);
  mapping.slack = slack.value_or(mapping.slack);
  if (second()) mapping.second = second();
}

}  // namespace dcnsim::cli
