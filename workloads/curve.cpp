// SPDX-License-Identifier: Apache-2.0
#include "workloads/curve.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>

namespace dcnsim {
namespace {

double sigmoid(double x) {
  return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x));
}

double softplus(double x) { return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)); }

/// The tanh form of GELU.
double gelu_by_tanh(double x) {
  constexpr double kFactor = 0.79788456080286535588;  // sqrt(2 / pi)
  return 0.5 * x * (1 + std::tanh(kFactor * (x + 0.044715 * x * x * x)));
}

constexpr CurveKind kKinds[]{
    {"Elu",
     6,
     "",
     {"alpha", ""},
     {1, 0},
     [](double x, double a, double) { return x < 0 ? a * std::expm1(x) : x; },
     false},
    {"Erf", 9, "", {"", ""}, {0, 0}, [](double x, double, double) { return std::erf(x); }, false},
    {"Exp", 6, "", {"", ""}, {0, 0}, [](double x, double, double) { return std::exp(x); }, true},
    {"Gelu",
     20,
     "",
     {"", ""},
     {0, 0},
     [](double x, double, double) { return 0.5 * x * std::erfc(-x * M_SQRT1_2); },
     false},
    {"Gelu",
     20,
     "tanh",
     {"", ""},
     {0, 0},
     [](double x, double, double) { return gelu_by_tanh(x); },
     false},
    {"HardSigmoid",
     6,
     "",
     {"alpha", "beta"},
     {0.2F, 0.5},
     [](double x, double a, double b) { return std::clamp(a * x + b, 0.0, 1.0); },
     true},
    // One division, last: halves between two codes are met exactly.
    {"HardSwish",
     14,
     "",
     {"", ""},
     {0, 0},
     [](double x, double, double) { return x <= -3  ? 0
                                           : x >= 3 ? x
                                                    : x * (x + 3) / 6; },
     false},
    {"Mish",
     18,
     "",
     {"", ""},
     {0, 0},
     [](double x, double, double) { return x * std::tanh(softplus(x)); },
     false},
    {"Selu",
     6,
     "",
     {"alpha", "gamma"},
     {1.67326319217681884765625, 1.05070102214813232421875},
     [](double x, double a, double b) { return x < 0 ? b * a * std::expm1(x) : b * x; },
     false},
    {"Sigmoid", 6, "", {"", ""}, {0, 0}, [](double x, double, double) { return sigmoid(x); }, true},
    {"Softplus",
     1,
     "",
     {"", ""},
     {0, 0},
     [](double x, double, double) { return softplus(x); },
     true},
    {"Softsign",
     1,
     "",
     {"", ""},
     {0, 0},
     [](double x, double, double) { return x / (1 + std::abs(x)); },
     false},
    {"Swish",
     24,
     "",
     {"alpha", ""},
     {1, 0},
     [](double x, double a, double) { return x * sigmoid(a * x); },
     false},
    {"Tanh",
     6,
     "",
     {"", ""},
     {0, 0},
     [](double x, double, double) { return std::tanh(x); },
     false}};

}  // namespace

const CurveKind* find_curve(std::string_view op, std::string_view mode) {
  const auto* const found =
      std::find_if(std::begin(kKinds), std::end(kKinds),
                   [&](const CurveKind& kind) { return kind.op == op && kind.mode == mode; });
  return found == std::end(kKinds) ? nullptr : found;
}

bool is_curve(std::string_view op) { return find_curve(op) != nullptr; }

std::string to_string(const Curve& curve) {
  if (!curve.any()) return "none";
  std::string text = (curve.times_input ? "x " : "") + std::string(curve.kind->op);
  const double values[]{curve.a, curve.b};
  if (!curve.kind->mode.empty()) text += ' ' + std::string(curve.kind->mode);
  for (int i = 0; i < 2; ++i) {
    if (curve.kind->attributes[i].empty()) continue;
    char buffer[32];
    text += ' ' +
            std::string(buffer,
                        std::to_chars(buffer, std::end(buffer), static_cast<float>(values[i])).ptr);
  }
  return text;
}

}  // namespace dcnsim
