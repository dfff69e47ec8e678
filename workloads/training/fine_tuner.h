// SPDX-License-Identifier: Apache-2.0
// A trained float network trained on in fixed point (Lin et al. 2016, section 5).
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "workloads/training/learner.h"
#include "workloads/training/muon.h"
#include "workloads/training/quantized_net.h"
#include "workloads/training/training_data.h"

namespace dcnsim {

/// Rates of the first step, all relative, so that they suit layers and networks of any scale.
struct FineTuneRates {
  double filters = 0.005;  ///< Muon: to the norm of a layer's weights
  double momentum = 0.9;   ///< of filters, a step
  double others = 0.002;  ///< Adam: to what a layer's outputs, or the last layer's weights, measure
};

/// Coarse weights need large steps to change their codes, fine ones need small steps to be kept:
/// 0.005 for filters at a mean of 4 bits a weight, a fifth of it for every 4 bits more, as for 8
/// where there are more or weights stay in float; 0.4 of it for others. Found on cifar10_compact
/// (README.md). Throws std::invalid_argument: no layer has weights.
FineTuneRates rates_by_width(const FloatNetwork& network, const NetworkFormats& formats,
                             LeftInFloat in_float);

struct FineTuneOptions {
  FineTuneRates rates;
  LeftInFloat in_float;
  Accumulator accumulator;  ///< of the machine that it is judged on
  Precision precision = Precision::kFloat32;
  /// Formats for the weights as they have become, asked for after each epoch; empty: the first
  /// stay.
  std::function<NetworkFormats(const FloatNetwork&)> reestimate;
};

class FineTuner : public Learner {
 public:
  /// `images`: the training images; batches come normalised as Trainer does it. Throws
  /// std::invalid_argument: a rate that is not positive, formats of other layers, what
  /// in_fixed_point() throws.
  FineTuner(const FloatNetwork& network, const NetworkFormats& formats, FineTuneOptions options,
            const Dataset& images, torch::Device device);

  /// The best state at the end of an epoch so far, the beginning included; the later of equals.
  const FloatNetwork& best() const { return best_.network; }
  const NetworkFormats& best_formats() const { return best_.formats; }
  double best_accuracy() const { return best_.accuracy; }

  std::string description() const override;
  torch::Tensor forward(const torch::Tensor& images) override;
  void step(double rate) override;
  /// By the reference executor, to the last bit; by float arithmetic where tensors stay in float.
  double accuracy(const Dataset& images) override;
  void epoch_ended(double validation_accuracy) override;
  void save(torch::serialize::OutputArchive& archive) const override;
  void load(torch::serialize::InputArchive& archive) override;

 private:
  struct State {
    FloatNetwork network;
    NetworkFormats formats;
    double accuracy = -1;
  };

  void group_parameters(const Dataset& images);

  const FineTuneOptions options_;
  const torch::Device device_;
  const PixelStatistics statistics_;
  const bool has_pixels_;
  const std::string beginning_;  ///< hash of network and formats
  std::shared_ptr<QuantizedNet> net_;
  std::unique_ptr<Muon> muon_;
  std::unique_ptr<torch::optim::Adam> adam_;
  std::vector<double> scales_;  ///< of Adam's parameters
  State best_;
};

}  // namespace dcnsim
