// SPDX-License-Identifier: Apache-2.0
// Densities that weights and activations are compared with: symmetric, zero mean, unit variance.
#pragma once

#include <array>
#include <string_view>

namespace dcnsim {

enum class Density {
  kUniform,    ///< 1 / (2 sqrt 3) on [-sqrt 3, sqrt 3]
  kGaussian,   ///< exp(-x^2 / 2) / sqrt(2 pi)
  kLaplacian,  ///< exp(-sqrt 2 |x|) / sqrt 2
  kGamma       ///< sqrt(sqrt 3 / (8 pi |x|)) exp(-sqrt 3 |x| / 2): Paez and Glisson (1972)
};

inline constexpr std::array<Density, 4> kDensities = {Density::kUniform, Density::kGaussian,
                                                      Density::kLaplacian, Density::kGamma};

std::string_view to_string(Density density);

/// Where the density ends; infinite for all but the uniform one.
double support(Density density);

/// p(x) dx with x = t^2 as a density over t >= 0, 2 t p(t^2): smooth at zero, where the gamma
/// density itself has a pole.
double density_of_root(Density density, double t);

/// Integrals of x^k p(x) from `from` >= 0 to infinity, k = 0, 1, 2: without cancellation.
struct TailMoments {
  double zeroth, first, second;
};
TailMoments tail_moments(Density density, double from);

/// P(|x| <= bound) for bound >= 0.
double mass_within(Density density, double bound);

}  // namespace dcnsim
