// SPDX-License-Identifier: Apache-2.0
#include "analysis/evaluation/float_outputs.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>

#include "models/base/process/work_pool.h"
#include "workloads/float_executor.h"
#include "workloads/images/network_input.h"

namespace dcnsim {
namespace {

FloatOutputs run(const FloatNetwork& network, const Dataset& images, std::size_t jobs,
                 const OnProgress& progress) {
  WorkPool pool;
  pool.items = images.size();
  pool.jobs = jobs;
  pool.prepare = [&]() -> Worker {
    return [executor = std::make_shared<FloatExecutor>(network),
            input = FloatInput(network, images)](std::size_t image) {
      return to_bytes(executor->run(input(image)).back());
    };
  };
  std::size_t done = 0;
  pool.on_result = [&](std::size_t, const std::string&) {
    if (progress) progress(++done);
  };
  FloatOutputs outputs;
  for (const std::string& result : results_of(pool)) {
    const std::vector<float> output = from_bytes<float>(result);
    outputs.insert(outputs.end(), output.begin(), output.end());
  }
  return outputs;
}

}  // namespace

FloatOutputs kept_float_outputs(const CachePlace& place, const FloatNetwork& network,
                                const Dataset& images, std::size_t jobs,
                                const OnProgress& progress) {
  if (images.size() == 0) return {};
  require_shape(images, network.input);
  const KeptResult kept(place, "outputs", network, images);
  const std::size_t elements = network.layers.back().node.output_shape().elements();
  if (const auto bytes = kept.find()) {
    if (bytes->size() == images.size() * elements * sizeof(float)) {
      if (progress) progress(images.size());
      return from_bytes<float>(*bytes);
    }
  }
  FloatOutputs made = run(network, images, jobs, progress);
  kept.keep(to_bytes(made));
  return made;
}

std::size_t count_correct(const FloatNetwork& network, const FloatOutputs& outputs,
                          const Dataset& images) {
  const Shape output = network.layers.back().node.output_shape();
  require_accuracy(output, images);
  const auto classes = static_cast<std::ptrdiff_t>(output.channels);
  std::size_t correct = 0;
  auto logits = outputs.begin();
  for (std::size_t i = 0; i < images.size(); ++i, logits += classes) {
    const auto largest = std::max_element(logits, logits + classes) - logits;
    correct += largest == images.labels[i] ? 1 : 0;
  }
  return correct;
}

}  // namespace dcnsim
