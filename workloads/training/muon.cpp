// SPDX-License-Identifier: Apache-2.0
#include "workloads/training/muon.h"

#include <cmath>
#include <utility>

#include "workloads/training/tensors.h"

namespace dcnsim {
namespace {

/// A quintic that drives singular values in (0, 1] towards 1, steepest at 0: Jordan et al., "Muon:
/// An optimizer for hidden layers in neural networks", 2024. Three rounds multiply small ones
/// by 41.
constexpr double kLinear = 3.4445, kCubic = -4.7750, kQuintic = 2.0315;
constexpr int kIterations = 3;

}  // namespace

torch::Tensor orthogonalized(const torch::Tensor& matrix, Precision precision) {
  const bool is_tall = matrix.size(0) > matrix.size(1);
  torch::Tensor x = is_tall ? matrix.t() : matrix;
  x = (x / (x.norm() + 1e-7)).to(tensor_type(precision));
  for (int i = 0; i < kIterations; ++i) {
    const torch::Tensor a = x.mm(x.t());
    const torch::Tensor b = kCubic * a + kQuintic * a.mm(a);
    x = kLinear * x + b.mm(x);
  }
  x = x.to(torch::kFloat32);
  return is_tall ? x.t() : x;
}

Muon::Muon(std::vector<torch::Tensor> filters, double momentum, Norm norm, Precision precision)
    : filters_(std::move(filters)), momentum_(momentum), norm_(norm), precision_(precision) {
  for (const torch::Tensor& filter : filters_) momenta_.push_back(torch::zeros_like(filter));
}

void Muon::step(double rate) {
  torch::NoGradGuard no_gradients;
  for (std::size_t i = 0; i < filters_.size(); ++i) {
    torch::Tensor& filter = filters_[i];
    const torch::Tensor& gradient = filter.grad();
    if (!gradient.defined()) continue;
    momenta_[i].mul_(momentum_).add_(gradient);
    const torch::Tensor direction =
        orthogonalized((gradient + momentum_ * momenta_[i]).flatten(1), precision_)
            .reshape(filter.sizes());
    if (norm_ == Norm::kUnit) {
      filter.mul_(std::sqrt(static_cast<double>(filter.size(0))) / filter.norm());
      filter.sub_(rate * direction);
    } else {
      filter.sub_(rate * filter.norm() / direction.norm() * direction);
    }
  }
}

void Muon::save(torch::serialize::OutputArchive& archive) const {
  for (std::size_t i = 0; i < momenta_.size(); ++i) {
    archive.write("momentum" + std::to_string(i), momenta_[i]);
  }
}

void Muon::load(torch::serialize::InputArchive& archive) {
  torch::NoGradGuard no_gradients;
  for (std::size_t i = 0; i < momenta_.size(); ++i) {
    momenta_[i].copy_(read_tensor(archive, "momentum" + std::to_string(i)));
  }
}

}  // namespace dcnsim
