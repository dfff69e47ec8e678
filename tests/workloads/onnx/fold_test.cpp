// SPDX-License-Identifier: Apache-2.0
// Constants computed from constants, each operator with numpy's results at hand.
#include "workloads/onnx/fold.h"

#include <gtest/gtest.h>

#include "tests/workloads/onnx/model.h"

namespace dcnsim {
namespace {

constexpr std::size_t kNoLimit = std::size_t{1} << 20;

Constant ints(const Dims& dims, const std::vector<double>& values) {
  return {dims, values, true, {}};
}
Constant ints(const std::vector<double>& values) {
  return ints({static_cast<std::int64_t>(values.size())}, values);
}
Constant reals(const Dims& dims, const std::vector<double>& values) {
  return {dims, values, false, {}};
}

/// A node of operator `op`, to be given attributes.
struct Folding {
  explicit Folding(const std::string& op) { proto.set_op_type(op); }
  template <class Value>
  Folding& set(const std::string& name, const Value& value) {
    test::Node(proto).set(name, value);
    return *this;
  }
  Constant of(const std::vector<Constant>& operands, std::size_t limit = kNoLimit) {
    std::vector<const Constant*> inputs;
    for (const Constant& operand : operands) inputs.push_back(&operand);
    Attributes attributes(proto);
    EXPECT_TRUE(can_fold(proto));
    Constant result = fold(proto, attributes, inputs, limit);
    attributes.finish();
    return result;
  }
  std::string error(const std::vector<Constant>& operands, std::size_t limit = kNoLimit) {
    try {
      of(operands, limit);
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "";
  }
  onnx::NodeProto proto;
};

void expect(const Constant& found, const Dims& dims, const std::vector<double>& values) {
  EXPECT_EQ(found.dims, dims);
  EXPECT_EQ(found.values.to_vector(), values);
}

TEST(Fold, BroadcastsArithmetic) {
  const Constant column = reals({2, 1}, {1, 2}), row = reals({3}, {10, 20, 30});
  expect(Folding("Add").of({column, row}), {2, 3}, {11, 21, 31, 12, 22, 32});
  expect(Folding("Sub").of({row, column}), {2, 3}, {9, 19, 29, 8, 18, 28});
  expect(Folding("Mul").of({column, row}), {2, 3}, {10, 20, 30, 20, 40, 60});
  expect(Folding("Div").of({row, reals({}, {4})}), {3}, {2.5, 5, 7.5});
  expect(Folding("Div").of({ints({7, -7}), ints({2})}), {2}, {3, -3});
  expect(Folding("Sum").of({row, row, column}), {2, 3}, {21, 41, 61, 22, 42, 62});
  expect(Folding("Equal").of({ints({1, -1}), ints({-1})}), {2}, {0, 1});
  EXPECT_EQ(Folding("Add").error({row, reals({2}, {1, 2})}),
            "constants of [3] and [2] do not fit each other");
  EXPECT_EQ(Folding("Div").error({ints({1}), ints({0})}), "divides an integer by 0");
}

TEST(Fold, ComputesShapes) {
  const Constant map = reals({2, 3, 1, 4}, std::vector<double>(24));
  expect(Folding("Shape").of({map}), {4}, {2, 3, 1, 4});
  expect(Folding("Shape").set("start", 1).set("end", -1).of({map}), {2}, {3, 1});
  expect(Folding("Gather").of({ints({5, 6, 7}), ints({}, {-1})}), {}, {7});
  expect(Folding("Concat").set("axis", 0).of({ints({5, 6}), ints({-1})}), {3}, {5, 6, -1});
  expect(Folding("ConstantOfShape").of({ints({2, 1})}), {2, 1}, {0, 0});
  expect(Folding("Range").of({ints({}, {1}), ints({}, {8}), ints({}, {3})}), {3}, {1, 4, 7});
  expect(Folding("ReduceProd").set("keepdims", 0).of({ints({2, 3, 4})}), {}, {24});
  expect(Folding("Where").of({ints({1, 0}), ints({5, 6}), ints({7})}), {2}, {5, 7});
  expect(Folding("Expand").of({ints({3}), ints({2, 2})}), {2, 2}, {3, 3, 3, 3});
}

TEST(Fold, MovesElements) {
  const Constant m = reals({2, 3}, {1, 2, 3, 4, 5, 6});
  expect(Folding("Transpose").of({m}), {3, 2}, {1, 4, 2, 5, 3, 6});
  expect(Folding("Transpose").set("perm", std::vector<int>{0, 1}).of({m}), {2, 3},
         m.values.to_vector());
  expect(Folding("Gather").set("axis", 1).of({m, ints({2, 0})}), {2, 2}, {3, 1, 6, 4});
  expect(Folding("Concat").set("axis", 1).of({m, reals({2, 1}, {8, 9})}), {2, 4},
         {1, 2, 3, 8, 4, 5, 6, 9});
  expect(Folding("Reshape").of({m, ints({0, -1, 1})}), {2, 3, 1}, m.values.to_vector());
  expect(Folding("Unsqueeze").set("axes", std::vector<int>{0, -1}).of({m}), {1, 2, 3, 1},
         m.values.to_vector());
  expect(Folding("Squeeze").of({reals({1, 2, 1}, {1, 2}), ints({-1})}), {1, 2}, {1, 2});
  expect(Folding("Flatten").set("axis", 0).of({m}), {1, 6}, m.values.to_vector());
}

TEST(Fold, SlicesAsNumpyDoes) {
  const Constant m = reals({2, 3}, {1, 2, 3, 4, 5, 6});
  const double all = 9223372036854775807.0;
  expect(Folding("Slice").of({m, ints({1}), ints({all}), ints({1})}), {2, 2}, {2, 3, 5, 6});
  expect(Folding("Slice").of({m, ints({-1}), ints({-all}), ints({1}), ints({-1})}), {2, 3},
         {3, 2, 1, 6, 5, 4});
  expect(Folding("Slice").of({m, ints({0, 0}), ints({2, 3}), ints({0, 1}), ints({1, 2})}), {2, 2},
         {1, 3, 4, 6});
  expect(Folding("Slice").of({m, ints({2}), ints({1})}), {0, 3}, {});
  expect(Folding("Slice").of({m, ints({0}), ints({2}), ints({0}), ints({all})}), {1, 3}, {1, 2, 3});
  expect(Folding("Slice")
             .set("starts", std::vector<int>{1})
             .set("ends", std::vector<int>{-1})
             .set("axes", std::vector<int>{1})
             .of({m}),
         {2, 1}, {2, 5});
  EXPECT_EQ(Folding("Slice").error({m, ints({0, 0}), ints({1, 1}), ints({1, -1})}),
            "names an axis twice");
  EXPECT_EQ(Folding("Slice").error({m, ints({0}), ints({1}), ints({2})}),
            "axis 2 is not one of 2 dimensions");
}

TEST(Fold, KeepsAQuantNodeThroughWhatMovesOnly) {
  Constant m = reals({2, 1}, {1, 2});
  m.quant = QuantSpec{4, 1, true, false, "ROUND"};
  EXPECT_EQ(Folding("Transpose").of({m}).quant, m.quant);
  EXPECT_EQ(Folding("Reshape").of({m, ints({2})}).quant, m.quant);
  EXPECT_EQ(Folding("Neg").error({m}), "computes with a constant that is quantized already");
}

TEST(Fold, MakesNothingBeyondTheLimit) {
  const std::string message =
      "computes a constant of 1000000 elements, more than this file's share of memory";
  const Constant thousand = ints({1000}), big = reals({1000}, std::vector<double>(1000));
  const Constant column = reals({1000, 1}, std::vector<double>(1000));
  EXPECT_EQ(Folding("ConstantOfShape").error({ints({1000, 1000})}, 999999), message);
  EXPECT_EQ(Folding("Expand").error({big, ints({1000, 1})}, 999999), message);
  EXPECT_EQ(Folding("Add").error({big, column}, 999999), message);
  EXPECT_EQ(Folding("Range").error({ints({0}), ints({1e6}), ints({1})}, 999999), message);
  EXPECT_EQ(Folding("Range").error({ints({0}), ints({1}), ints({0})}), "has no end");
  EXPECT_EQ(Folding("ConstantOfShape").error({ints({1 << 20, 1 << 20})}),
            "has more than 268435456 elements");
  EXPECT_EQ(Folding("ConstantOfShape").error({ints({-5})}), "has the impossible dimension -5");
}

}  // namespace
}  // namespace dcnsim
