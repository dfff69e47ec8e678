// SPDX-License-Identifier: Apache-2.0
#include "analysis/inference/run_inputs.h"

#include <utility>

#include "models/arch/accelerator_yaml.h"

namespace dcnsim {
namespace {

/// Where the files lie; nothing for what the request has as a value.
struct RunPaths {
  std::optional<std::string> network, accelerator, images;
};

RunPaths run_paths(const RunRequest& request, const ShippedData& data) {
  RunPaths paths;
  if (const auto* named = std::get_if<std::string>(&request.network)) {
    paths.network = data.network(*named);
  }
  if (const auto* named = std::get_if<std::string>(&request.accelerator)) {
    paths.accelerator = data.accelerator(*named);
  }
  if (const auto* named = std::get_if<std::string>(&request.images)) {
    paths.images = data.images(*named);
  }
  return paths;
}

Machine run_machine(const RunRequest& request, const std::optional<std::string>& path,
                    const ShippedData& data) {
  AcceleratorConfig config =
      path ? load_accelerator(*path) : std::get<AcceleratorConfig>(request.accelerator);
  if (request.dataflow) config.array.dataflow = *request.dataflow;
  if (request.objective) config.mapping.objective = *request.objective;
  return make_machine(std::move(config), data.cost_tables(), request.mapping_cache);
}

Dataset run_images(const RunRequest& request, const std::optional<std::string>& path) {
  if (path) return load_cifar10(*path, request.image_limit);
  const Dataset& images = std::get<Dataset>(request.images);
  return request.image_limit == 0 ? images : first_images(images, request.image_limit);
}

FixedNetwork run_network(const RunRequest& request, const std::optional<std::string>& path,
                         const ShippedData& data, std::vector<InputFile>& files,
                         const OnRunProgress& progress) {
  if (path) return fixed_network(*path, request.widths, data, files, progress);
  const auto& network = std::get<FixedNetwork>(request.network);
  if (request.widths.given()) throw FixedPointAlready(network.name);
  return network;
}

/// Described after they were read: the readers refuse what is too large.
std::vector<InputFile> described(const RunPaths& paths, const Machine& machine,
                                 const ShippedData& data) {
  std::vector<InputFile> files;
  if (paths.network) files.push_back(describe_input("network", *paths.network));
  if (paths.accelerator) files.push_back(describe_input("accelerator", *paths.accelerator));
  if (paths.images) files.push_back(describe_input("images", *paths.images));
  files.push_back(describe_input(
      "dram timing", tables_folder(data.cost_tables(), machine.config) + "/dram_timing.csv"));
  return files;
}

}  // namespace

RunInputs run_inputs(const RunRequest& request, const OnRunProgress& progress) {
  const ShippedData data(request.data_dir);
  const RunPaths paths = run_paths(request, data);
  Machine machine = run_machine(request, paths.accelerator, data);
  Dataset images = run_images(request, paths.images);
  if (images.size() == 0) throw std::invalid_argument("images: none, expected at least one");
  if (request.trace_image >= images.size()) throw NoSuchImage(request.trace_image, images.size());
  std::vector<InputFile> of_formats;
  FixedNetwork network = run_network(request, paths.network, data, of_formats, progress);
  std::vector<InputFile> files = described(paths, machine, data);
  files.insert(files.end(), of_formats.begin(), of_formats.end());
  require_cifar_input(network.input, paths.network.value_or(network.name));
  return {std::move(machine), std::move(network), std::move(images), std::move(files)};
}

}  // namespace dcnsim
