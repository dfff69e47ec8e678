// SPDX-License-Identifier: Apache-2.0
#include "workloads/training/fine_tuner.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "models/base/file/sha256.h"
#include "workloads/executor.h"
#include "workloads/images/network_input.h"
#include "workloads/training/packed_formats.h"
#include "workloads/training/tensors.h"

namespace dcnsim {
namespace {

/// Images from which the scale of each layer's outputs is taken.
constexpr std::size_t kScaleImages = 100;

/// Of everything fine-tuning starts from.
std::string digest_of(const FloatNetwork& network, const NetworkFormats& formats) {
  std::string bytes;
  const auto add = [&](const auto& values) {
    bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(values[0]));
  };
  for (const FloatLayer& layer : network.layers) {
    add(layer.weights);
    add(layer.bias);
  }
  add(packed(formats));
  const InputConvention& input = network.convention;
  if (!input.is_raw() || input.bgr()) {
    bytes += to_string(input.pixels.value_or(PixelConvention{}));
    for (const AffineStep& step : input.chain) {
      bytes += static_cast<char>(step.kind);
      add(step.values);
    }
  }
  return sha256_hex(bytes);
}

double root_mean_square(const torch::Tensor& values) {
  const double measured = values.square().mean().sqrt().item<double>();
  return measured > 0 ? measured : 1;
}

double mean_weight_bits(const FloatNetwork& network, const NetworkFormats& formats) {
  double bits = 0, weights = 0;
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    const auto count = static_cast<double>(network.layers[i].weights.size());
    bits += count * formats.layers[i].weight.bits;
    weights += count;
  }
  if (weights == 0) throw std::invalid_argument(network.name + ": no layer has weights to train");
  return bits / weights;
}

}  // namespace

FineTuneRates rates_by_width(const FloatNetwork& network, const NetworkFormats& formats,
                             LeftInFloat in_float) {
  constexpr double kFineBits = 8;
  const double mean = mean_weight_bits(network, formats);
  const double bits = in_float.weights ? kFineBits : std::min(mean, kFineBits);
  FineTuneRates rates;
  const double ratio = std::pow(5, (4 - bits) / 4);
  rates.filters *= ratio;
  rates.others *= ratio;
  return rates;
}

FineTuner::FineTuner(const FloatNetwork& network, const NetworkFormats& formats,
                     FineTuneOptions options, const Dataset& images, torch::Device device)
    : options_(std::move(options)),
      device_(device),
      statistics_(pixel_statistics(images)),
      has_pixels_(images.has_pixels()),
      beginning_(digest_of(network, formats)),
      net_(std::make_shared<QuantizedNet>(
          network, formats, options_.in_float,
          has_pixels_ ? QuantizedNet::Images::kPixels : QuantizedNet::Images::kValues,
          options_.precision)) {
  require_rate("filter rate", options_.rates.filters);
  require_rate("other rate", options_.rates.others);
  // Refuses now what could not be written in the end.
  if (!options_.in_float.any()) in_fixed_point(network, formats);
  net_->to(device);
  group_parameters(images);
}

void FineTuner::group_parameters(const Dataset& images) {
  torch::NoGradGuard no_gradients;
  const std::size_t count = std::min(kScaleImages, images.size());
  const auto outputs = net_->outputs(
      plain_batch(images, raw_pixels(images.shape.channels), 0, count).first.to(device_));
  const std::vector<QuantizedNet::Trained>& trained = net_->trained();
  std::size_t last = trained.size() - 1;
  while (last > 0 && !trained[last].weight.defined()) --last;

  std::vector<torch::Tensor> filters;
  std::vector<torch::optim::OptimizerParamGroup> groups;
  const auto add_group = [&](const torch::Tensor& parameter, double scale) {
    groups.emplace_back(std::vector<torch::Tensor>{parameter},
                        std::make_unique<torch::optim::AdamOptions>(adam_options()));
    scales_.push_back(scale);
  };
  for (std::size_t i = 0; i < trained.size(); ++i) {
    const auto& [weight, bias] = trained[i];
    if (!weight.defined()) continue;
    add_group(bias, root_mean_square(outputs[i]));
    // Rows of the last layer are classes, and a filter of one channel has no rows to be orthogonal
    // to.
    if (i == last || weight.size(1) == 1) {
      add_group(weight, root_mean_square(weight));
    } else {
      filters.push_back(weight);
    }
  }
  muon_ = std::make_unique<Muon>(std::move(filters), options_.rates.momentum, Muon::Norm::kFree,
                                 options_.precision);
  adam_ = std::make_unique<torch::optim::Adam>(std::move(groups));
}

std::string FineTuner::description() const {
  return fmt::format(
      "fine-tuning of {}, filter rate {}, filter momentum {}, other rate {}, formats {}{}{}, "
      "{}-bit accumulators, convolutions in {}",
      beginning_, options_.rates.filters, options_.rates.momentum, options_.rates.others,
      options_.reestimate ? "re-estimated" : "fixed",
      options_.in_float.weights ? ", weights in float" : "",
      options_.in_float.outputs ? ", outputs in float" : "", options_.accumulator.bits,
      to_string(options_.precision));
}

torch::Tensor FineTuner::forward(const torch::Tensor& images) {
  const auto options = images.options();
  const torch::Tensor mean = torch::tensor(statistics_.mean, options).view({1, -1, 1, 1});
  const torch::Tensor deviation = torch::tensor(statistics_.deviation, options).view({1, -1, 1, 1});
  net_->zero_grad();
  const torch::Tensor numbers = images * deviation + mean;
  return net_->forward(has_pixels_ ? numbers.round() : numbers);
}

void FineTuner::step(double rate) {
  muon_->step(options_.rates.filters * rate);
  for (std::size_t i = 0; i < scales_.size(); ++i) {
    adam_->param_groups()[i].options().set_lr(options_.rates.others * rate * scales_[i]);
  }
  adam_->step();
  net_->clip();
}

double FineTuner::accuracy(const Dataset& images) {
  if (options_.in_float.any()) {
    return share_right(images, raw_pixels(images.shape.channels), device_,
                       [&](const torch::Tensor& pixels) { return net_->forward(pixels); });
  }
  const FixedNetwork network = in_fixed_point(net_->network(), net_->formats());
  Executor executor(network, options_.accumulator);
  std::int64_t correct = 0;
  const CodeInput input(network, images);
  for (std::size_t i = 0; i < images.size(); ++i) {
    correct += argmax(executor.run(input(i)).layers.back()) == images.labels[i];
  }
  return static_cast<double>(correct) / static_cast<double>(images.size());
}

void FineTuner::epoch_ended(double validation_accuracy) {
  FloatNetwork network = net_->network();
  if (validation_accuracy >= best_.accuracy) {
    best_ = {network, net_->formats(), validation_accuracy};
  }
  if (options_.reestimate) {
    net_->set_formats(options_.reestimate(network));
    net_->clip();
  }
}

void FineTuner::save(torch::serialize::OutputArchive& archive) const {
  torch::serialize::OutputArchive net, adam;
  net_->save(net);
  archive.write("net", net);
  archive.write("formats", torch::tensor(packed(net_->formats())));
  adam_->save(adam);
  archive.write("adam", adam);
  muon_->save(archive);
  for (std::size_t i = 0; i < best_.network.layers.size(); ++i) {
    const FloatLayer& layer = best_.network.layers[i];
    archive.write("best_weights" + std::to_string(i), torch::tensor(layer.weights));
    archive.write("best_bias" + std::to_string(i), torch::tensor(layer.bias));
  }
  archive.write("best_formats", torch::tensor(packed(best_.formats)));
  archive.write("best_accuracy", torch::tensor({best_.accuracy}, torch::kDouble));
}

void FineTuner::load(torch::serialize::InputArchive& archive) {
  torch::serialize::InputArchive net, adam;
  archive.read("net", net);
  net_->load(net);
  const std::size_t layers = net_->formats().layers.size();
  net_->set_formats(unpacked(read_tensor(archive, "formats"), layers));
  archive.read("adam", adam);
  adam_->load(adam);
  muon_->load(archive);
  best_.network = net_->network();
  for (std::size_t i = 0; i < best_.network.layers.size(); ++i) {
    FloatLayer& layer = best_.network.layers[i];
    for (auto [name, values] :
         {std::pair{"best_weights", &layer.weights}, {"best_bias", &layer.bias}}) {
      std::vector<float> floats = to_floats(read_tensor(archive, name + std::to_string(i)));
      TORCH_CHECK(floats.size() == values->size(), name, " has ", floats.size(),
                  " numbers, expected ", values->size());
      *values = std::move(floats);
    }
  }
  best_.formats = unpacked(read_tensor(archive, "best_formats"), layers);
  best_.accuracy = read_tensor(archive, "best_accuracy").item<double>();
}

}  // namespace dcnsim
