// SPDX-License-Identifier: Apache-2.0
#include "analysis/quantizer/density.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace dcnsim {
namespace {

const double kSqrt2 = std::sqrt(2.0);
const double kSqrt3 = std::sqrt(3.0);
const double kPi = std::acos(-1.0);

}  // namespace

std::string_view to_string(Density density) {
  switch (density) {
    case Density::kUniform:
      return "uniform";
    case Density::kGaussian:
      return "gaussian";
    case Density::kLaplacian:
      return "laplacian";
    case Density::kGamma:
      return "gamma";
  }
  return "";
}

double support(Density density) {
  return density == Density::kUniform ? kSqrt3 : std::numeric_limits<double>::infinity();
}

double density_of_root(Density density, double t) {
  const double x = t * t;
  switch (density) {
    case Density::kUniform:
      return x <= kSqrt3 ? t / kSqrt3 : 0;
    case Density::kGaussian:
      return 2 * t * std::exp(-x * x / 2) / std::sqrt(2 * kPi);
    case Density::kLaplacian:
      return kSqrt2 * t * std::exp(-kSqrt2 * x);
    case Density::kGamma:
      return 2 * std::sqrt(kSqrt3 / (8 * kPi)) * std::exp(-kSqrt3 * x / 2);
  }
  return 0;
}

TailMoments tail_moments(Density density, double from) {
  switch (density) {
    case Density::kUniform: {
      const double a = std::min(from, kSqrt3), width = kSqrt3 - a, p = 1 / (2 * kSqrt3);
      return {p * width, p * width * (kSqrt3 + a) / 2,
              p * width * (kSqrt3 * kSqrt3 + kSqrt3 * a + a * a) / 3};
    }
    case Density::kGaussian: {
      const double mass = std::erfc(from / kSqrt2) / 2;
      const double p = std::exp(-from * from / 2) / std::sqrt(2 * kPi);
      return {mass, p, from * p + mass};
    }
    case Density::kLaplacian: {
      const double mass = std::exp(-kSqrt2 * from) / 2;
      return {mass, mass * (from + 1 / kSqrt2), mass * (from * from + kSqrt2 * from + 1)};
    }
    case Density::kGamma: {
      // |x| has a gamma distribution of shape 1/2 and rate sqrt(3)/2; the upper incomplete gamma
      // function follows from erfc by Gamma(s + 1, y) = s Gamma(s, y) + y^s exp(-y).
      const double rate = kSqrt3 / 2, y = rate * from, root = std::sqrt(kPi);
      const double half = root * std::erfc(std::sqrt(y));
      const double three_halves = half / 2 + std::sqrt(y) * std::exp(-y);
      const double five_halves = 1.5 * three_halves + y * std::sqrt(y) * std::exp(-y);
      return {half / (2 * root), three_halves / (2 * root * rate),
              five_halves / (2 * root * rate * rate)};
    }
  }
  return {0, 0, 0};
}

double mass_within(Density density, double bound) {
  switch (density) {
    case Density::kUniform:
      return std::min(1.0, bound / kSqrt3);
    case Density::kGaussian:
      return std::erf(bound / kSqrt2);
    case Density::kLaplacian:
      return -std::expm1(-kSqrt2 * bound);
    case Density::kGamma:
      return std::erf(std::sqrt(kSqrt3 / 2 * bound));
  }
  return 0;
}

}  // namespace dcnsim
