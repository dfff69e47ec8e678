// SPDX-License-Identifier: Apache-2.0
#include "analysis/experiments/validation/inputs.h"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "models/arch/accelerator_yaml.h"

namespace dcnsim {
namespace {

std::map<std::string, std::string> fields_of(const std::string& changes) {
  std::map<std::string, std::string> fields;
  for (std::size_t at = 0; at < changes.size();) {
    const std::size_t colon = changes.find(": ", at);
    const std::size_t end = std::min(changes.find(", ", colon), changes.size());
    fields[changes.substr(at, colon - at)] = changes.substr(colon + 2, end - colon - 2);
    at = end + 2;
  }
  return fields;
}

}  // namespace

CsvTable ValidationInputs::table(const std::string& name) const {
  return CsvTable::load(experiment_.published + "/" + name + ".csv");
}

const Machine& ValidationInputs::shipped(const std::string& name) const {
  for (const Machine* machine : experiment_.machines) {
    if (machine->config.name == name) return *machine;
  }
  throw std::runtime_error("validation: no machine is called " + name);
}

AcceleratorConfig ValidationInputs::config(const std::string& name,
                                           const std::string& changes) const {
  AcceleratorConfig config = shipped(name).config;
  set_fields(config, fields_of(changes));
  validate(config);
  return config;
}

Machine ValidationInputs::machine(const std::string& name, const std::string& changes) const {
  return make_machine(config(name, changes), shipped(name).tables);
}

DramSpec ValidationInputs::dram(const std::string& preset) const {
  return load_dram_spec(experiment_.machines.front()->tables, preset);
}

std::string ValidationInputs::file_of(const std::string& name) {
  return "models/arch/presets/" + name + ".yaml";
}

}  // namespace dcnsim
