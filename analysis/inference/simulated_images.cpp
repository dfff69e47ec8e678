// SPDX-License-Identifier: Apache-2.0
#include "analysis/inference/simulated_images.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "models/base/process/work_pool.h"
#include "platform/standalone/simulation.h"
#include "workloads/executor.h"
#include "workloads/images/network_input.h"

namespace dcnsim {
namespace {

/// What a worker found out about one image.
struct ImageResult {
  std::int64_t predicted = -1;
  std::uint64_t overflows = 0;
  std::uint64_t signature = 0;  ///< of all that may not depend on the image, if it was timed
};

std::uint64_t signature(std::vector<LayerCounters> counters) {
  static_assert(std::has_unique_object_representations_v<LayerCounters>);
  for (LayerCounters& layer : counters) layer = without_data(layer);
  return std::hash<std::string>{}(to_bytes(counters));
}

ImageResult result_of(const std::string& bytes) {
  return from_bytes<ImageResult>(bytes.substr(0, sizeof(ImageResult))).at(0);
}

/// Throws std::runtime_error naming the layer whose codes differ from the reference executor's.
void check_codes(Simulation& simulation, Executor& reference, const FixedNetwork& network,
                 const CodeTensor& image, std::size_t index) {
  const Activations& expected = reference.run(image);
  for (std::size_t layer = 0; layer < network.layers.size(); ++layer) {
    if (simulation.layer_output(layer) != expected.layers[layer]) {
      throw std::runtime_error(fmt::format(
          "image {}: layer \"{}\": the simulated codes differ from the reference executor's", index,
          network.layers[layer].node.name));
    }
  }
}

bool is_timed(const ImageSimulation& how, std::size_t image) {
  return image % how.timed_every == 0;
}

bool is_dumped(const ImageSimulation& how, std::size_t image) {
  const std::vector<std::size_t>& images = how.dumped_images;
  return std::find(images.begin(), images.end(), image) != images.end();
}

std::string bytes_of(const CodeTensor& codes) {
  return {reinterpret_cast<const char*>(codes.data()), codes.size_bytes()};
}

/// One image on the system; with `reference`, every code of every layer is compared. An
/// ImageResult as bytes, followed by the zeros of all layers, for image 0 their counters, and the
/// codes that are kept.
std::string infer(Simulation& simulation, const ImageSimulation& how, std::size_t index,
                  const CodeTensor& image, Executor* reference) {
  const bool timed = is_timed(how, index);
  const Inference inference = timed ? simulation.run(image) : simulation.values(image);
  if (reference != nullptr) check_codes(simulation, *reference, how.inputs.network, image, index);
  ImageResult result;
  result.predicted = argmax(inference.output);
  if (timed) result.signature = signature(inference.layers);
  for (const LayerCounters& layer : inference.layers) result.overflows += layer.overflows;
  std::vector<std::uint64_t> zeros;
  for (const LayerCounters& layer : inference.layers) zeros.push_back(layer.input_zeros);
  std::string bytes = to_bytes<ImageResult>({result}) + to_bytes(zeros);
  if (index == 0) bytes += to_bytes(inference.layers);
  if (how.keep_outputs) bytes += bytes_of(inference.output);
  if (is_dumped(how, index)) {
    for (const std::size_t layer : how.dumped_layers)
      bytes += bytes_of(simulation.layer_output(layer));
  }
  return bytes;
}

Worker worker(const ImageSimulation& how) {
  const Machine& machine = how.inputs.machine;
  SimulationOptions options;
  options.transport = how.transport;
  auto simulation =
      std::make_shared<Simulation>(machine.config, machine.dram, how.program, options);
  auto reference = how.check
                       ? std::make_shared<Executor>(how.inputs.network, machine.config.accumulator)
                       : nullptr;
  return [&how, simulation, reference,
          input = CodeInput(how.inputs.network, how.inputs.images)](std::size_t index) {
    return infer(*simulation, how, index, input(index), reference.get());
  };
}

/// The counters of image 0, but for zeros, of which they have the mean over all images.
std::vector<LayerCounters> mean_counters(const std::vector<std::string>& results,
                                         std::size_t layers) {
  const std::size_t zeros_bytes = layers * sizeof(std::uint64_t);
  std::vector<std::uint64_t> zeros(layers);
  for (const std::string& result : results) {
    const auto of_image =
        from_bytes<std::uint64_t>(result.substr(sizeof(ImageResult), zeros_bytes));
    for (std::size_t i = 0; i < layers; ++i) zeros[i] += of_image[i];
  }
  auto counters = from_bytes<LayerCounters>(
      results[0].substr(sizeof(ImageResult) + zeros_bytes, layers * sizeof(LayerCounters)));
  for (std::size_t i = 0; i < layers; ++i) {
    counters.at(i).input_zeros = (zeros[i] + results.size() / 2) / results.size();
  }
  return counters;
}

/// Takes the codes that are kept off the end of an image's bytes, as infer() put them there.
void take_codes(const ImageSimulation& how, std::size_t image, const std::string& bytes,
                SimulatedImages& found) {
  const std::vector<FixedLayer>& layers = how.inputs.network.layers;
  std::size_t at = sizeof(ImageResult) + layers.size() * sizeof(std::uint64_t) +
                   (image == 0 ? layers.size() * sizeof(LayerCounters) : 0);
  const auto next = [&](const FixedLayer& layer) {
    CodeTensor codes(layer.node.output_shape(), layer.requant.out);
    std::memcpy(codes.data(), bytes.data() + at, codes.size_bytes());
    at += codes.size_bytes();
    return codes;
  };
  if (how.keep_outputs) found.outputs.push_back(next(layers.back()));
  if (!is_dumped(how, image)) return;
  for (std::size_t i = 0; i < how.dumped_layers.size(); ++i) {
    found.dumps[i].push_back(next(layers[how.dumped_layers[i]]));
  }
}

}  // namespace

CodeTensor input_codes(const RunInputs& inputs, std::size_t image) {
  return CodeInput(inputs.network, inputs.images)(image);
}

SimulatedImages simulate_images(const ImageSimulation& how, const OnRunProgress& progress) {
  const Dataset& images = how.inputs.images;
  const bool has_accuracy = how.inputs.no_accuracy.empty();
  RunProgress so_far{RunStage::kSimulating, 0, images.size(), "", 0};
  if (progress) progress(so_far);
  WorkPool pool;
  pool.items = images.size();
  pool.jobs = how.jobs;
  pool.prepare = [&] { return worker(how); };
  pool.on_result = [&](std::size_t index, const std::string& bytes) {
    if (has_accuracy && result_of(bytes).predicted == images.labels[index]) ++so_far.correct;
    ++so_far.done;
    if (progress) progress(so_far);
  };
  const std::vector<std::string> results = results_of(pool);
  SimulatedImages found;
  found.dumps.resize(how.dumped_layers.size());
  for (std::size_t i = 0; i < results.size(); ++i) {
    const ImageResult result = result_of(results[i]);
    found.overflows += result.overflows;
    if (has_accuracy) found.right += result.predicted == images.labels[i] ? '1' : '0';
    take_codes(how, i, results[i], found);
    if (!is_timed(how, i)) continue;
    ++found.timed;
    if (result.signature != result_of(results[0]).signature) {
      throw std::logic_error(
          fmt::format("image {}: its cycles, traffic or events differ from image 0's", i));
    }
  }
  found.counters = mean_counters(results, how.program.layers.size());
  return found;
}

}  // namespace dcnsim
