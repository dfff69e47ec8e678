// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/sweep_inputs.h"

#include <filesystem>
#include <set>
#include <stdexcept>

#include "analysis/report/json_parts.h"
#include "analysis/sweep/priced_point.h"
#include "models/arch/accelerator_yaml.h"
#include "workloads/onnx/onnx_network.h"

namespace dcnsim {
namespace {

InputFile named(const std::string& role, const std::string& path) {
  InputFile file = describe_input(role, path);
  file.path = std::filesystem::path(path).filename().string();
  return file;
}

/// Every value of every axis by itself, so that a wrong name is told before long work.
void check_axes(const SweepSpec& spec, const Machine& base, const std::string& tables_dir,
                std::vector<InputFile>& files) {
  const std::string tables = tables_folder(tables_dir, base.config);
  std::set<std::string> presets, accelerators;
  for (const Axis& axis : spec.axes) {
    for (const auto& position : axis.values) {
      for (std::size_t i = 0; i < position.size(); ++i) {
        if (!position[i]) continue;
        const std::string& setting = axis.settings[i];
        if (setting == "accelerator") accelerators.insert(*position[i]);
        if (setting == "dram.preset") presets.insert(*position[i]);
      }
    }
  }
  for (const std::string& name : accelerators) {
    const std::string path = spec.accelerator_path(name);
    load_accelerator(path);
    files.push_back(named("accelerator", path));
  }
  for (const std::string& preset : presets) {
    try {
      load_dram_spec(tables, preset);
    } catch (const std::runtime_error& e) {
      throw std::runtime_error(spec.file + ": axes.dram.preset: " + e.what());
    }
  }
}

}  // namespace

SweepFacts SweepInputs::facts(const SweepSpec& spec, const std::string& version) const {
  Json nets = Json::array();
  for (std::size_t i = 0; i < networks.size(); ++i) {
    Json layers = Json::array();
    for (const FloatLayer& layer : networks[i].layers) {
      layers.push_back({{"name", layer.node.name}, {"kind", to_string(layer.node.kind)}});
    }
    nets.push_back({{"name", networks[i].name}, {"layers", layers}});
  }
  return {{"version", version},
          {"program", program},
          {"sweep", spec.text},
          {"file", std::filesystem::path(spec.file).filename().string()},
          {"inputs", one_line(input_files(files))},
          {"networks", one_line(nets)},
          {"components", components_json()}};
}

SweepInputs load_inputs(const SweepSpec& spec, const std::string& tables_dir) {
  const std::string accelerator = spec.accelerator_path(spec.accelerator);
  SweepInputs inputs{{},
                     {},
                     load_cifar10(spec.calibration_path(), spec.calibration_limit),
                     {},
                     {},
                     {},
                     load_machine(accelerator, tables_dir),
                     {},
                     {}};
  for (const std::string& name : spec.networks) {
    const std::string path = spec.network_path(name);
    inputs.networks.push_back(load_float_network(path));
    inputs.files.push_back(named("network", path));
    inputs.network_hashes.push_back(inputs.files.back().sha256);
  }
  inputs.files.push_back(named("accelerator", accelerator));
  inputs.files.push_back(named("calibration", spec.calibration_path()));
  inputs.calibration_hash = inputs.files.back().sha256;
  if (spec.has_accuracy) {
    inputs.images = load_cifar10(spec.images_path(), spec.image_limit);
    inputs.files.push_back(named("images", spec.images_path()));
    inputs.images_hash = inputs.files.back().sha256;
  }
  for (const char* const table : {"dram.csv", "dram_timing.csv"}) {
    inputs.files.push_back(
        named("dram timing", tables_folder(tables_dir, inputs.base.config) + '/' + table));
  }
  check_axes(spec, inputs.base, tables_dir, inputs.files);
  inputs.program = describe_input("program", "/proc/self/exe").sha256;
  return inputs;
}

}  // namespace dcnsim
