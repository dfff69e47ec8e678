// SPDX-License-Identifier: Apache-2.0
#include "analysis/evaluation/accuracy.h"

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "analysis/quantizer/format_search.h"
#include "models/base/process/work_pool.h"
#include "workloads/executor.h"
#include "workloads/float_executor.h"
#include "workloads/images/network_input.h"

namespace dcnsim {
namespace {

/// Images a worker takes at a time: results are small, messages are not free.
constexpr std::size_t kBatch = 16;

constexpr char kRight = '1', kWrong = '0';

/// What `classify` makes of images first .. end - 1.
template <class Classify>
std::string judge_range(Classify& classify, const Dataset& images, std::size_t first,
                        std::size_t end) {
  std::string judged;
  for (std::size_t i = first; i < end; ++i) {
    judged += classify(i) == images.labels[i] ? kRight : kWrong;
  }
  return judged;
}

template <class Network>
void require_accuracy(const Network& network, const Dataset& images) {
  if (images.size() == 0) return;
  require_shape(images, network.input);
  require_accuracy(network.layers.back().node.output_shape(), images);
}

/// `make_classifier()` is called in every worker and gives a function from an image's number to its
/// class. kRight or kWrong for each image.
template <class MakeClassifier>
std::string judge(const Dataset& images, std::size_t jobs, const OnProgress& progress,
                  const MakeClassifier& make_classifier) {
  WorkPool pool;
  pool.items = (images.size() + kBatch - 1) / kBatch;
  pool.jobs = jobs;
  pool.prepare = [&]() -> Worker {
    return [&, classify = make_classifier()](std::size_t batch) mutable {
      const std::size_t end = std::min((batch + 1) * kBatch, images.size());
      return judge_range(classify, images, batch * kBatch, end);
    };
  };
  std::size_t done = 0;
  pool.on_result = [&](std::size_t, const std::string& result) {
    done += result.size();
    if (progress) progress(done);
  };
  std::string right;
  for (const std::string& batch : results_of(pool)) right += batch;
  return right;
}

std::size_t count_right(const std::string& judged) {
  return static_cast<std::size_t>(std::count(judged.begin(), judged.end(), kRight));
}

int largest(const std::vector<float>& logits) {
  return static_cast<int>(std::max_element(logits.begin(), logits.end()) - logits.begin());
}

auto classifier(const FloatNetwork& network, const Dataset& images) {
  return [executor = std::make_shared<FloatExecutor>(network), input = FloatInput(network, images)](
             std::size_t image) { return largest(executor->run(input(image)).back()); };
}

auto classifier(const FixedNetwork& network, const Dataset& images,
                const Accumulator& accumulator) {
  return [executor = std::make_shared<Executor>(network, accumulator),
          input = CodeInput(network, images)](std::size_t image) {
    return argmax(executor->run(input(image)).layers.back());
  };
}

}  // namespace

std::string why_no_accuracy(const Shape& output, const Dataset& images) {
  if (!images.has_labels()) return "the images have no labels";
  if (output.height != 1 || output.width != 1 || output.channels < 2) {
    return "the network's output is " + to_string(output) + ", not one value a class";
  }
  for (std::size_t i = 0; i < images.labels.size(); ++i) {
    if (images.labels[i] < output.channels) continue;
    throw std::invalid_argument("image " + std::to_string(i) + ": label " +
                                std::to_string(images.labels[i]) + ", but the network has " +
                                std::to_string(output.channels) + " classes, from 0 on");
  }
  return "";
}

void require_accuracy(const Shape& output, const Dataset& images) {
  if (images.size() == 0) return;
  const std::string reason = why_no_accuracy(output, images);
  if (!reason.empty()) throw std::invalid_argument("there is no accuracy: " + reason);
}

std::size_t count_correct(const FloatNetwork& network, const Dataset& images, std::size_t jobs,
                          const OnProgress& progress) {
  require_accuracy(network, images);
  return count_right(judge(images, jobs, progress, [&] { return classifier(network, images); }));
}

std::size_t count_correct(const FixedNetwork& network, const Dataset& images, std::size_t jobs,
                          const OnProgress& progress, const Accumulator& accumulator) {
  return count_right(right_images(network, images, jobs, progress, accumulator));
}

std::string right_images(const FixedNetwork& network, const Dataset& images, std::size_t jobs,
                         const OnProgress& progress, const Accumulator& accumulator) {
  require_accuracy(network, images);
  return judge(images, jobs, progress, [&] { return classifier(network, images, accumulator); });
}

std::size_t count_correct(const FloatNetwork& network, const Dataset& images) {
  require_accuracy(network, images);
  auto classify = classifier(network, images);
  return count_right(judge_range(classify, images, 0, images.size()));
}

std::size_t count_correct(const FixedNetwork& network, const Dataset& images,
                          const Accumulator& accumulator) {
  require_accuracy(network, images);
  auto classify = classifier(network, images, accumulator);
  return count_right(judge_range(classify, images, 0, images.size()));
}

FloatNetwork held_weights(const FloatNetwork& network, const NetworkFormats& formats,
                          LeftInFloat in_float) {
  FloatNetwork held = network;
  if (in_float.weights) return held;
  for (std::size_t i = 0; i < held.layers.size(); ++i) {
    const TensorFormats& of = formats.layers.at(i);
    held.layers[i].weights = as_held(held.layers[i].weights, of.weight, of.scales_of_weights());
  }
  return held;
}

std::size_t count_correct(const FloatNetwork& network, const NetworkFormats& formats,
                          LeftInFloat in_float, const Dataset& images, std::size_t jobs,
                          const OnProgress& progress, const Accumulator& accumulator) {
  if (!in_float.any()) {
    return count_correct(in_fixed_point(network, formats), images, jobs, progress, accumulator);
  }
  const FloatNetwork held = held_weights(network, formats, in_float);
  if (in_float.outputs) return count_correct(held, images, jobs, progress);
  const std::size_t layers = formats.layers.size();
  require_accuracy(network, images);
  const auto make_classifier = [&] {
    return [&, executor = std::make_shared<FloatExecutor>(held), input = FloatInput(held, images),
            outputs = FloatExecutor::Outputs(layers)](std::size_t index) mutable {
      const FloatExecutor::Map image = input(index);
      for (std::size_t layer = 0; layer < layers; ++layer) {
        executor->resume(image, layer, layer + 1, outputs);
        const TensorFormats& of = formats.layers[layer];
        outputs[layer] = as_held(outputs[layer], of.output, {of.output_scale()});
      }
      return largest(outputs.back());
    };
  };
  return count_right(judge(images, jobs, progress, make_classifier));
}

}  // namespace dcnsim
