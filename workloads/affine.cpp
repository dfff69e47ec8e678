// SPDX-License-Identifier: Apache-2.0
#include "workloads/affine.h"

namespace dcnsim {
namespace {

double apply(const AffineStep& step, double x, std::size_t channel) {
  const double value = step.value(channel);
  switch (step.kind) {
    case AffineStep::Kind::kAdd:
      return x + value;
    case AffineStep::Kind::kMultiply:
      return x * value;
    case AffineStep::Kind::kDivide:
      break;
  }
  return x / value;
}

}  // namespace

double apply(const AffineChain& chain, double x, std::size_t channel) {
  for (const AffineStep& step : chain) x = apply(step, x, channel);
  return x;
}

double apply_scaling(const AffineChain& chain, double x, std::size_t channel) {
  for (const AffineStep& step : chain) {
    if (step.kind != AffineStep::Kind::kAdd) x = apply(step, x, channel);
  }
  return x;
}

}  // namespace dcnsim
