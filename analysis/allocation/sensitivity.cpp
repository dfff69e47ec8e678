// SPDX-License-Identifier: Apache-2.0
#include "analysis/allocation/sensitivity.h"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <utility>

#include "models/base/process/work_pool.h"
#include "models/numeric/rounding.h"
#include "workloads/float_executor.h"
#include "workloads/images/network_input.h"

namespace dcnsim {
namespace {

using Outputs = FloatExecutor::Outputs;

double squared_distance(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = double{a[i]} - double{b[i]};
    sum += difference * difference;
  }
  return sum;
}

/// A few images whose float outputs are kept while one tensor after the other is disturbed.
class Batch {
 public:
  Batch(NetworkQuantizer& quantizer, FloatExecutor& executor, const Dataset& images,
        std::size_t first, std::size_t end, Scales scales)
      : quantizer_(quantizer), executor_(executor), scales_(scales) {
    const FloatInput input(quantizer.network(), images);
    for (std::size_t i = first; i < end; ++i) {
      images_.push_back(input(i));
      exact_.push_back(executor_.run(images_.back()));
    }
  }

  double signal() const {
    double sum = 0;
    for (const Outputs& exact : exact_) {
      for (const float value : exact.back()) sum += double{value} * double{value};
    }
    return sum;
  }

  double noise_of_weight(std::size_t layer, int bits) {
    const std::vector<float>& weights = quantizer_.network().layers[layer].weights;
    const LayerFormats& formats = quantizer_.weight(layer, bits, scales_);
    executor_.set_weights(layer,
                          as_held(weights, formats.weight.format, formats.scales_of_weights()));
    const double noise = sum_over_images([&](std::size_t image, Outputs& outputs) {
      executor_.resume(images_[image], layer, outputs.size(), outputs);
    });
    executor_.set_weights(layer, weights);
    return noise;
  }

  double noise_of_output(std::size_t layer, int bits) {
    const FormatChoice& choice = quantizer_.output(layer, bits, scales_).output;
    return sum_over_images([&](std::size_t image, Outputs& outputs) {
      outputs[layer] = as_held(outputs[layer], choice.format, {choice.scale()});
      executor_.resume(images_[image], layer + 1, outputs.size(), outputs);
    });
  }

  /// All outputs of `formats` that are not left out, and weights of no layer.
  double noise_of_outputs(const std::vector<LayerFormats>& formats,
                          const std::vector<bool>& left_out) {
    return sum_over_images([&](std::size_t image, Outputs& outputs) {
      for (std::size_t layer = 0; layer < outputs.size(); ++layer) {
        executor_.resume(images_[image], layer, layer + 1, outputs);
        if (left_out[layer]) continue;
        const FormatChoice& choice = formats[layer].output;
        outputs[layer] = as_held(outputs[layer], choice.format, {choice.scale()});
      }
    });
  }

 private:
  template <class Disturb>
  double sum_over_images(const Disturb& disturb) {
    double noise = 0;
    for (std::size_t i = 0; i < images_.size(); ++i) {
      scratch_ = exact_[i];
      disturb(i, scratch_);
      noise += squared_distance(scratch_.back(), exact_[i].back());
    }
    return noise;
  }

  NetworkQuantizer& quantizer_;
  FloatExecutor& executor_;
  Scales scales_;
  std::vector<FloatExecutor::Map> images_;
  std::vector<Outputs> exact_;
  Outputs scratch_;
};

}  // namespace

Sensitivity measure_sensitivity(NetworkQuantizer& quantizer, const std::vector<Tensor>& tensors,
                                const QuantizeOptions& base, int lowest, int highest,
                                const Dataset& images, std::size_t jobs, const OnProgress& progress,
                                KnownNoise* known) {
  KnownNoise own;
  KnownNoise& noise = known != nullptr ? *known : own;
  const auto key = [&](const Tensor& tensor, int bits) {
    return std::tuple(tensor.layer, tensor.is_weight, base.scales, bits);
  };
  std::vector<std::pair<Tensor, int>> unknown;
  const std::vector<LayerFormats> formats = quantizer.formats(base);
  std::vector<bool> is_allocated(formats.size());
  // Formats are chosen here, once, and not in every worker.
  for (const Tensor& tensor : tensors) {
    if (!tensor.is_weight) is_allocated[tensor.layer] = true;
    for (int bits = lowest; bits <= highest; ++bits) {
      if (noise.count(key(tensor, bits)) > 0) continue;
      unknown.emplace_back(tensor, bits);
      choice(quantizer, tensor, bits, base.scales);
    }
  }

  WorkPool pool;
  pool.items = (images.size() + kSensitivityBatch - 1) / kSensitivityBatch;
  pool.jobs = jobs;
  pool.prepare = [&]() -> Worker {
    return [&, executor = std::make_shared<FloatExecutor>(quantizer.network())](std::size_t item) {
      const std::size_t first = item * kSensitivityBatch;
      Batch batch(quantizer, *executor, images, first,
                  std::min(first + kSensitivityBatch, images.size()), base.scales);
      std::vector<double> sums{batch.signal(), batch.noise_of_outputs(formats, is_allocated)};
      for (const auto& [tensor, bits] : unknown) {
        sums.push_back(tensor.is_weight ? batch.noise_of_weight(tensor.layer, bits)
                                        : batch.noise_of_output(tensor.layer, bits));
      }
      return to_bytes(sums);
    };
  };
  std::size_t done = 0;
  pool.on_result = [&](std::size_t, const std::string&) {
    if (progress) progress(++done);
  };
  std::vector<double> sums(2 + unknown.size());
  for (const std::string& result : results_of(pool)) {
    const std::vector<double> part = from_bytes<double>(result);
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += part.at(i);
  }

  const double signal = sums[0];
  if (!(signal > 0)) throw std::invalid_argument("the network's output is zero on every image");
  Sensitivity sensitivity{lowest, {}, sums[1] / signal};
  auto next = sums.begin() + 2;
  for (const auto& [tensor, bits] : unknown) noise[key(tensor, bits)] = *next++ / signal;
  for (const Tensor& tensor : tensors) {
    std::vector<double>& ratios = sensitivity.noise.emplace_back();
    for (int bits = lowest; bits <= highest; ++bits) ratios.push_back(noise.at(key(tensor, bits)));
  }
  return sensitivity;
}

}  // namespace dcnsim
