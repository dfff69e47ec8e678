// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/sweep_inputs.h"

#include <exception>
#include <filesystem>
#include <set>
#include <stdexcept>

#include "analysis/evaluation/convention_check.h"
#include "analysis/evaluation/network_file.h"
#include "analysis/quantizer/quantize_network.h"
#include "analysis/report/json_parts.h"
#include "analysis/sweep/priced_point.h"
#include "models/arch/accelerator_yaml.h"
#include "models/base/file/program.h"
#include "workloads/images/cifar10_file.h"
#include "workloads/images/load_images.h"
#include "workloads/images/network_input.h"
#include "workloads/onnx/onnx_network.h"

namespace dcnsim {
namespace {

/// Of a network's file, and of what is asked of pixels.
std::string network_hash(const InputFile& file, const SweepSpec& spec) {
  return file.sha256 + (spec.pixels ? " " + to_string(*spec.pixels) : "");
}

std::set<std::string> axis_values(const SweepSpec& spec, const std::string& setting) {
  std::set<std::string> values;
  for (const Axis& axis : spec.axes) {
    for (const auto& position : axis.values) {
      for (std::size_t i = 0; i < position.size(); ++i) {
        if (position[i] && axis.settings[i] == setting) values.insert(*position[i]);
      }
    }
  }
  return values;
}

/// Every value of every axis by itself, so that a wrong name is told before long work.
void check_axes(const SweepSpec& spec, const Machine& base, const std::string& tables_dir,
                std::vector<InputFile>& files) {
  const std::string tables = tables_folder(tables_dir, base.config);
  for (const std::string& name : axis_values(spec, "accelerator")) {
    const InputPath file = spec.accelerator_path(name);
    load_accelerator(file.path);
    files.push_back(describe_input("accelerator", file));
  }
  for (const std::string& preset : axis_values(spec, "dram.preset")) {
    try {
      load_dram_spec(tables, preset);
    } catch (const std::exception& e) {
      throw std::runtime_error(spec.file + ": axes.dram.preset: " + e.what());
    }
  }
}

/// Read first, as describe_input wants it.
void describe_widths(const SweepSpec& spec, std::vector<InputFile>& files) {
  for (const AllocationRequest& request : spec.allocations) {
    if (request.kind != AllocationRequest::Kind::kFile) continue;
    const InputPath file = spec.path(request.file);
    try {
      QuantizeOptions widths;
      load_widths(file.path, widths);
    } catch (const std::runtime_error& e) {
      throw std::runtime_error(spec.file + ": allocation " + request.label + ": " + e.what());
    }
    files.push_back(describe_input("widths", file));
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
  SweepFacts facts{{"version", version},
                   {"program", program},
                   {"sweep", spec.text},
                   {"file", std::filesystem::path(spec.file).filename().string()},
                   {"inputs", one_line(input_files(files))},
                   {"networks", one_line(nets)},
                   {"components", components_json()}};
  if (spec.networks_are_fixed) facts[kFixedFact] = "true";
  return facts;
}

void claim_inputs(FileClaims& claims, const SweepSpec& spec, const std::string& tables_dir) {
  claims.reads("sweep file", spec.file);
  claim_machine(claims, spec.accelerator_path(spec.accelerator).path, tables_dir);
  for (const std::string& name : axis_values(spec, "accelerator")) {
    claims.reads("accelerator", spec.accelerator_path(name).path);
  }
  for (const std::string& name : spec.networks)
    claim_network(claims, "network", spec.network_path(name).path);
  if (spec.has_calibration)
    claims.reads_folder("calibration", spec.calibration_path().path, ".bin");
  claims.reads_folder("images", spec.images_path().path, ".bin");
  if (!spec.labels.empty()) claims.reads("labels", spec.path(spec.labels).path);
  for (const AllocationRequest& allocation : spec.allocations) {
    if (allocation.file.empty()) continue;
    if (allocation.kind == AllocationRequest::Kind::kNetwork) {
      claim_network(claims, "fixed-point network", spec.network_path(allocation.file).path);
    } else {
      claims.reads("widths", spec.path(allocation.file).path);
    }
  }
}

namespace {

/// Of one file; the notes of images name theirs.
void warn(SweepInputs& inputs, const std::string& path, const PixelStatement& pixels) {
  for (const std::string& warning : pixels.warnings) {
    inputs.warnings.push_back(path + ": " + warning);
  }
}

void warn_of_images(SweepInputs& inputs) {
  PixelStatement statement;
  add_note(inputs.calibration, statement);
  add_note(inputs.images, statement);
  inputs.warnings.insert(inputs.warnings.end(), statement.warnings.begin(),
                         statement.warnings.end());
}

FixedAllocation load_fixed_network(const SweepSpec& spec, const std::string& path) {
  auto loaded = load_network(path, spec.pixels);
  auto* const network = std::get_if<FixedNetwork>(&loaded);
  if (network == nullptr) {
    throw std::runtime_error(path + ": is a float network, expected one in fixed point");
  }
  PixelStatement pixels = state_pixels(*network, spec.pixels);
  return {std::move(*network), "", std::move(pixels)};
}

FloatNetwork nodes_of(const FixedNetwork& network) {
  FloatNetwork nodes{network.name, network.input_name, network.input, {}, network.convention};
  for (const FixedLayer& layer : network.layers) nodes.layers.push_back({layer.node, {}, {}});
  return nodes;
}

void load_networks(const SweepSpec& spec, SweepInputs& inputs) {
  for (const std::string& name : spec.networks) {
    const InputPath file = spec.network_path(name);
    if (spec.networks_are_fixed) {
      inputs.own.push_back(load_fixed_network(spec, file.path));
      inputs.networks.push_back(nodes_of(inputs.own.back().network));
      warn(inputs, file.path, inputs.own.back().pixels);
    } else {
      inputs.networks.push_back(load_float_network(file.path));
      warn(inputs, file.path, state_pixels(inputs.networks.back(), spec.pixels));
    }
    inputs.files.push_back(describe_network("network", file));
    inputs.network_hashes.push_back(network_hash(inputs.files.back(), spec));
    if (spec.networks_are_fixed) inputs.own.back().hash = inputs.network_hashes.back();
    const FloatNetwork& network = inputs.networks.back();
    const Shape& input = inputs.networks.front().input;
    if (network.input == input) continue;
    throw std::runtime_error(file.path + ": its input is " + to_string(network.input) +
                             ", that of " + spec.networks.front() + " is " + to_string(input) +
                             ": the networks of a sweep take the same images");
  }
}

void load_fixed(const SweepSpec& spec, SweepInputs& inputs) {
  for (std::size_t i = 0; i < spec.allocations.size(); ++i) {
    if (spec.allocations[i].kind != AllocationRequest::Kind::kNetwork) continue;
    const InputPath file = spec.network_path(spec.allocations[i].file);
    FixedAllocation allocation = load_fixed_network(spec, file.path);
    warn(inputs, file.path, allocation.pixels);
    inputs.files.push_back(describe_network("fixed-point network", file));
    allocation.hash = network_hash(inputs.files.back(), spec);
    inputs.fixed[i] = std::move(allocation);
  }
}

/// The sweep file names no images, and those that come with dcnsim are of another shape.
bool is_missing(const std::string& named, const Shape& input) {
  return named.empty() && input != kCifarShape;
}

void require_named(const SweepSpec& spec, const std::string& field, const std::string& named,
                   const Shape& input) {
  if (!is_missing(named, input)) return;
  throw std::runtime_error(spec.file + ": " + field + ": not given, and the network's input is " +
                           to_string(input) + ", unlike the images that come with dcnsim, " +
                           to_string(kCifarShape) + "; expected a path, or none");
}

void load_calibration(const SweepSpec& spec, SweepInputs& inputs) {
  const Shape& input = inputs.networks.front().input;
  require_named(spec, "calibration", spec.calibration, input);
  inputs.calibration =
      load_images({spec.calibration_path().path, ""}, input, spec.calibration_limit);
  inputs.files.push_back(describe_input("calibration", spec.calibration_path()));
  inputs.calibration_hash = inputs.files.back().sha256;
}

void assume_zeros(const SweepSpec& spec, SweepInputs& inputs) {
  constexpr std::size_t kRandomImages = 2;
  inputs.calibration = random_pixels(inputs.networks.front().input, kRandomImages);
  inputs.assumed_zeros = spec.zeros;
  inputs.calibration_hash = "none, zeros " + std::to_string(spec.zeros);
  inputs.files.push_back(
      {"calibration", "none: random pixels; share of zeros assumed: " + std::to_string(spec.zeros),
       "", false});
}

void load_evaluated(const SweepSpec& spec, SweepInputs& inputs) {
  require_named(spec, "images", spec.images, inputs.networks.front().input);
  const InputPath labels = spec.labels.empty() ? InputPath{} : spec.path(spec.labels);
  inputs.images = load_images({spec.images_path().path, labels.path}, inputs.networks.front().input,
                              spec.image_limit);
  inputs.files.push_back(describe_input("images", spec.images_path()));
  inputs.images_hash = inputs.files.back().sha256;
  if (labels.path.empty()) return;
  inputs.files.push_back(describe_input("labels", labels));
  inputs.images_hash += inputs.files.back().sha256;
}

/// No format of networks in fixed point needs images: without any that they name, the zeros that
/// energy expects are counted on the images to classify, or assumed.
void load_all_images(const SweepSpec& spec, SweepInputs& inputs) {
  const bool needs_none =
      spec.networks_are_fixed && is_missing(spec.calibration, inputs.networks.front().input);
  const bool counts_on_images = needs_none && spec.has_accuracy;
  if (spec.has_calibration && !needs_none) {
    load_calibration(spec, inputs);
  } else if (!counts_on_images) {
    assume_zeros(spec, inputs);
  }
  if (spec.has_accuracy) load_evaluated(spec, inputs);
  if (!counts_on_images) return;
  inputs.calibration = inputs.images;
  inputs.calibration_hash = inputs.images_hash;
}

void require_fit(const SweepSpec& spec, const SweepInputs& inputs, const FixedAllocation& fixed) {
  require_input_format(fixed.network, inputs.calibration);
  if (spec.has_accuracy) require_images_fit(fixed.network, inputs.images, fixed.pixels);
}

}  // namespace

SweepInputs load_inputs(const SweepSpec& spec, const InputPath& cost_tables) {
  const InputPath accelerator = spec.accelerator_path(spec.accelerator);
  SweepInputs inputs{{}, {}, {}, {}, {}, {}, load_machine(accelerator.path, cost_tables.path),
                     {}, {}};
  load_networks(spec, inputs);
  load_fixed(spec, inputs);
  inputs.files.push_back(describe_input("accelerator", accelerator));
  load_all_images(spec, inputs);
  for (const FixedAllocation& own : inputs.own) require_fit(spec, inputs, own);
  for (const auto& [at, fixed] : inputs.fixed) require_fit(spec, inputs, fixed);
  warn_of_images(inputs);
  for (const char* const table : {"dram.csv", "dram_timing.csv"}) {
    InputPath file = cost_table(cost_tables, inputs.base.config, table);
    // How a folder of the user's is called depends on where the sweep file is seen from.
    if (!file.is_shipped) file.name = table;
    inputs.files.push_back(describe_input("dram timing", file));
  }
  describe_widths(spec, inputs.files);
  check_axes(spec, inputs.base, cost_tables.path, inputs.files);
  inputs.program = program_sha256();
  return inputs;
}

}  // namespace dcnsim
