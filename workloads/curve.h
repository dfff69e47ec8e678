// SPDX-License-Identifier: Apache-2.0
// Functions of one number that networks have as activations, and that a machine looks up in a
// table of codes: sigmoid, tanh, hard-swish and others, named as ONNX names their operators.
#pragma once

#include <string>
#include <string_view>

namespace dcnsim {

/// A row of the table of functions. An attribute without a name is none.
struct CurveKind {
  std::string_view op;    ///< ONNX operator
  int opset;              ///< the first that has it
  std::string_view mode;  ///< its attribute `approximate`, which none means where it is empty
  std::string_view attributes[2];
  double defaults[2];
  double (*value)(double x, double a, double b);
  bool is_non_negative;  ///< whatever x and the attributes are
};

/// A function with its attributes, or none; with `times_input` its value is multiplied with x, as
/// SiLU, x sigmoid(x), is made of Sigmoid.
struct Curve {
  const CurveKind* kind = nullptr;
  double a = 0, b = 0;
  bool times_input = false;

  bool any() const { return kind != nullptr; }
  bool is_non_negative() const { return any() && !times_input && kind->is_non_negative; }
  double operator()(double x) const { return kind->value(x, a, b) * (times_input ? x : 1); }
  friend bool operator==(const Curve& one, const Curve& other) {
    return one.kind == other.kind && one.a == other.a && one.b == other.b &&
           one.times_input == other.times_input;
  }
  friend bool operator!=(const Curve& one, const Curve& other) { return !(one == other); }
};

/// The row of `op` and `mode`, null if there is none.
const CurveKind* find_curve(std::string_view op, std::string_view mode = "");

/// Whether `op` has a row.
bool is_curve(std::string_view op);

/// "Sigmoid", "Elu 1", "x Sigmoid", "none".
std::string to_string(const Curve& curve);

}  // namespace dcnsim
