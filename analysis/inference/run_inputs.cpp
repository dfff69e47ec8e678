// SPDX-License-Identifier: Apache-2.0
#include "analysis/inference/run_inputs.h"

#include <utility>

#include "analysis/evaluation/convention_check.h"
#include "analysis/evaluation/network_file.h"
#include "models/arch/accelerator_yaml.h"
#include "workloads/images/cifar10_file.h"
#include "workloads/images/load_images.h"

namespace dcnsim {
namespace {

/// Where the files lie; nothing for what the request has as a value.
struct RunPaths {
  std::optional<InputPath> network, accelerator;
  std::optional<std::string> images;  ///< "" for the shipped ones, if they fit
  std::string labels;
};

RunPaths run_paths(const RunRequest& request, const ShippedData& data) {
  RunPaths paths;
  paths.labels = request.labels;
  if (const auto* named = std::get_if<std::string>(&request.network)) {
    paths.network = data.network(*named);
  }
  if (const auto* named = std::get_if<std::string>(&request.accelerator)) {
    paths.accelerator = data.accelerator(*named);
  }
  if (const auto* named = std::get_if<std::string>(&request.images)) {
    paths.images = *named;
  }
  return paths;
}

Machine run_machine(const RunRequest& request, const std::optional<InputPath>& file,
                    const ShippedData& data) {
  AcceleratorConfig config =
      file ? load_accelerator(file->path) : std::get<AcceleratorConfig>(request.accelerator);
  if (request.dataflow) config.array.dataflow = *request.dataflow;
  if (request.objective) config.mapping.objective = *request.objective;
  if (request.slack) config.mapping.slack = *request.slack;
  if (request.batch) config.mapping.batch = *request.batch;
  if (request.second_objective) config.mapping.second = *request.second_objective;
  return make_machine(std::move(config), data.cost_tables().path, request.mapping_cache,
                      file ? file->path : "");
}

/// Nothing where there are no images.
std::optional<Dataset> run_images(const RunRequest& request, const std::optional<InputPath>& file,
                                  const Shape& input) {
  if (request.no_images) return std::nullopt;
  if (file) return load_images({file->path, request.labels}, input, request.image_limit);
  const auto* const images = std::get_if<Dataset>(&request.images);
  if (images == nullptr) return std::nullopt;
  return request.image_limit == 0 ? *images : first_images(*images, request.image_limit);
}

StatedNetwork run_network(const RunRequest& request, const std::optional<InputPath>& file,
                          const ShippedData& data) {
  if (file) return load_stated(file->path, request.pixels, data);
  StatedNetwork stated{"", std::get<FixedNetwork>(request.network), {}};
  auto& network = std::get<FixedNetwork>(stated.network);
  stated.path = network.name;
  stated.pixels = state_pixels(network, request.pixels);
  return stated;
}

/// Described after they were read: the readers refuse what is too large.
std::vector<InputFile> described(const RunPaths& paths, const std::optional<InputPath>& images,
                                 const Machine& machine, const ShippedData& data) {
  std::vector<InputFile> files;
  if (paths.network) files.push_back(describe_network("network", *paths.network));
  if (paths.accelerator) files.push_back(describe_input("accelerator", *paths.accelerator));
  if (images) files.push_back(describe_input("images", *images));
  if (!paths.labels.empty()) files.push_back(describe_input("labels", user_file(paths.labels)));
  files.push_back(describe_input(
      "dram timing", cost_table(data.cost_tables(), machine.config, "dram_timing.csv")));
  return files;
}

}  // namespace

FileClaims files_of(const RunRequest& request) {
  const ShippedData data(request.data_dir);
  const RunPaths paths = run_paths(request, data);
  FileClaims claims;
  if (paths.accelerator) claim_machine(claims, paths.accelerator->path, data.cost_tables().path);
  if (paths.network) claim_network(claims, "network", paths.network->path);
  claim_widths(claims, request.widths, data);
  if (paths.images) claims.reads_folder("images", data.images(*paths.images).path, ".bin");
  claims.reads("labels", paths.labels);
  claims.reads("mapping", request.mapping_file);
  claims.writes("--predictions", request.predictions);
  for (const DumpRequest& dump : request.dumps) claims.writes("--dump", dump.path);
  claims.writes("--trace", request.trace);
  claims.writes("--vcd", request.vcd);
  return claims;
}

RunInputs run_inputs(const RunRequest& request, const OnRunProgress& progress) {
  const ShippedData data(request.data_dir);
  RunPaths paths = run_paths(request, data);
  Machine machine = run_machine(request, paths.accelerator, data);
  StatedNetwork stated = run_network(request, paths.network, data);
  const Shape input = stated.input();
  std::optional<InputPath> image_file;
  if (paths.images && !request.no_images && (!paths.images->empty() || input == kCifarShape)) {
    image_file = data.images(*paths.images);
  }
  std::optional<Dataset> images = run_images(request, image_file, input);
  const bool has_images = images.has_value();
  if (!has_images) images = random_pixels(input, 1);
  if (images->shape != input && images->size() != 0) {
    throw std::invalid_argument(stated.path + ": images are " + to_string(images->shape) +
                                ", the network's input is " + to_string(input));
  }
  if (images->size() == 0) throw std::invalid_argument("images: none, expected at least one");
  if (request.trace_image >= images->size()) {
    throw NoSuchImage("trace_image", request.trace_image, images->size());
  }
  if (has_images && request.zeros != 0) {
    throw RequestError("zeros", "images have their own; expected no images");
  }
  if (!has_images && (request.predictions || !request.dumps.empty())) {
    throw RequestError(request.predictions ? "predictions" : "dump", "there are no images");
  }
  if (!request.dumps.empty()) {
    for (const std::size_t image : request.dump_images) {
      if (image >= images->size()) throw NoSuchImage("dump_images", image, images->size());
    }
  }
  const bool is_fixed = std::holds_alternative<FixedNetwork>(stated.network);
  if (is_fixed && has_images) {
    require_images_fit(std::get<FixedNetwork>(stated.network), *images, stated.pixels);
  }
  std::vector<InputFile> of_formats;
  FixedPoint fixed =
      fixed_network(std::move(stated), request.widths, data, has_images, of_formats, progress);
  std::vector<InputFile> files = described(paths, image_file, machine, data);
  files.insert(files.end(), of_formats.begin(), of_formats.end());
  RunInputs inputs{
      std::move(machine), std::move(fixed.network), {}, std::move(*images), has_images, "", {},
      std::move(files),   std::move(fixed.tensors)};
  inputs.pixels = about(std::move(fixed.pixels), inputs.images);
  inputs.no_accuracy =
      has_images ? why_no_accuracy(inputs.network.layers.back().node.output_shape(), inputs.images)
                 : "no images";
  inputs.warnings = inputs.pixels.warnings;
  return inputs;
}

}  // namespace dcnsim
