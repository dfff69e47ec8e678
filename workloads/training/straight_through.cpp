// SPDX-License-Identifier: Apache-2.0
#include "workloads/training/straight_through.h"

#include <cmath>

namespace dcnsim {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

/// Rounds codes in place.
void round_codes(torch::Tensor& codes, Rounding rounding) {
  switch (rounding) {
    case Rounding::kHalfEven:
      codes.round_();
      return;
    case Rounding::kHalfUp:
      codes.add_(0.5).floor_();
      return;
    case Rounding::kHalfAway: {
      const torch::Tensor sign = codes.sign();
      codes.abs_().add_(0.5).floor_().mul_(sign);
      return;
    }
    case Rounding::kTowardZero:
      codes.trunc_();
      return;
    case Rounding::kFloor:
      codes.floor_();
      return;
    case Rounding::kTwice:
      TORCH_CHECK(false, "rounding twice is not trained with");
  }
}

class StraightThrough : public torch::autograd::Function<StraightThrough> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x,
                               const torch::Tensor& scale, double lowest, double highest,
                               Rounding rounding, bool is_sign) {
    torch::Tensor codes = x / scale;
    context->save_for_backward({codes.ge(lowest).logical_and_(codes.le(highest))});
    if (is_sign) {
      codes = codes.ge(0).to(codes.scalar_type()).mul_(2).sub_(1);
    } else {
      round_codes(codes, rounding);
    }
    return codes.clamp_(lowest, highest).mul_(scale);
  }

  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    const torch::Tensor inside = context->get_saved_variables().front();
    return {gradients.front() * inside, {}, {}, {}, {}, {}};
  }
};

}  // namespace

torch::Tensor scale_of(const Format& format) {
  return torch::tensor(std::ldexp(1.0, -format.frac), torch::kDouble);
}

torch::Tensor quantized(const torch::Tensor& x, const Requant& requant) {
  return quantized(x, requant, scale_of(requant.out));
}

torch::Tensor quantized(const torch::Tensor& x, const Requant& requant,
                        const torch::Tensor& scale) {
  return StraightThrough::apply(x, scale, static_cast<double>(requant.min_code()),
                                static_cast<double>(requant.max_code()), requant.rounding,
                                requant.out.is_sign());
}

torch::Tensor quantized(const torch::Tensor& x, const Format& format, Rounding rounding) {
  return quantized(x, {0, rounding, false, format});
}

torch::Tensor on_grid(const torch::Tensor& x, const torch::Tensor& scale) {
  return StraightThrough::apply(x, scale, -INFINITY, INFINITY, Rounding::kHalfEven, false);
}

}  // namespace dcnsim
