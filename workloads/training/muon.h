// SPDX-License-Identifier: Apache-2.0
// The optimizer of filters: gradient steps made orthogonal.
#pragma once

#include <torch/torch.h>

#include <vector>

#include "workloads/training/precision.h"

namespace dcnsim {

/// Stochastic gradient descent whose steps are made orthogonal: all singular values of a step,
/// taken as a matrix of one row a filter, are near 1 (Muon, Jordan et al. 2024). Steps are relative
/// to the layer's norm.
class Muon {
 public:
  enum class Norm {
    kUnit,  ///< filters are kept at norm 1 on average, which a batch-norm behind them does not see
    kFree
  };

  /// `momentum` (Nesterov) of the gradients a step; steps are made orthogonal in `precision`.
  Muon(std::vector<torch::Tensor> filters, double momentum, Norm norm,
       Precision precision = Precision::kFloat32);

  /// A step down the gradients, of `rate` times the norm of the layer's filters. Filters without a
  /// gradient stay as they are.
  void step(double rate);

  void save(torch::serialize::OutputArchive& archive) const;
  /// Throws c10::Error: another number of filters, or other shapes.
  void load(torch::serialize::InputArchive& archive);

 private:
  std::vector<torch::Tensor> filters_, momenta_;
  double momentum_;
  Norm norm_;
  Precision precision_;
};

/// `matrix` with its singular values brought to about 1 (0.7 to 1.2) by a Newton-Schulz iteration;
/// those below a fiftieth of its Frobenius norm stay smaller. It is multiplied in `precision`;
/// the result is in float32.
torch::Tensor orthogonalized(const torch::Tensor& matrix,
                             Precision precision = Precision::kFloat32);

}  // namespace dcnsim
