// SPDX-License-Identifier: Apache-2.0
// What MultiThreshold nodes become: a bias, a shift and a clamp; and which are refused.
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "tests/workloads/onnx/model.h"

namespace dcnsim {
namespace {

using test::Model;
using test::Node;

using Codes = std::vector<std::int32_t>;
using Sums = std::vector<std::int64_t>;

/// x, 8 bits, -> Conv (2 -> 2, 1 x 1, weights of -1 and +1 at scale 1/4) -> c -> MultiThreshold ->
/// y with `thresholds` of `rows` channels.
struct Thresholds {
  Model model{{4, 4, 2}};
  Node node;

  explicit Thresholds(int rows, std::vector<float> thresholds, bool has_bias = false)
      : node(made(rows, std::move(thresholds), has_bias)) {}

  Node made(int rows, std::vector<float> thresholds, bool has_bias) {
    const int columns = static_cast<int>(thresholds.size()) / rows;
    model.constant("w", {2, 2, 1, 1}, {1, -1, 1, 1});
    model.constant("scale", {}, {0.25F});
    model.constant("b", {2}, {1, 2});
    model.constant("t", {rows, columns}, std::move(thresholds));
    model.quant("x", "xq", 1.0F, 8, false);
    model.node("BipolarQuant", {"w", "scale"}, "wq").proto().set_domain("qonnx.custom_op.general");
    std::vector<std::string> inputs{"xq", "wq"};
    if (has_bias) inputs.emplace_back("b");
    model.node("Conv", inputs, "c");
    Node result = model.node("MultiThreshold", {"c", "t"}, "y");
    result.proto().set_domain("qonnx.custom_op.general");
    return result;
  }

  FixedLayer layer() { return model.load_fixed().layers.at(0); }
  std::string error() { return model.error(); }
};

std::string refused(const std::string& what) {
  return "node 'MultiThreshold_y' (MultiThreshold): " + what;
}

TEST(MultiThreshold, OfOneThresholdIsABiasAndAClamp) {
  // The least sums are 3 (of 0.75) and ceil(-1.7 * 4) = -6.
  const FixedLayer layer = Thresholds(2, {0.75F, -1.7F}).layer();
  EXPECT_EQ(layer.weights, (Codes{1, -1, 1, 1}));
  EXPECT_EQ(layer.weight.bits, 1);
  EXPECT_EQ(layer.bias, (Sums{1 - 3, 1 + 6}));
  EXPECT_EQ(layer.requant.shift, 0);
  EXPECT_EQ(layer.requant.out, (Format{1, 0, false, false}));
}

TEST(MultiThreshold, OfMinusAndPlusOneHasWeightsOfTwo) {
  Thresholds bipolar(1, {0.75F});
  bipolar.node.set("out_scale", 2.0F).set("out_bias", -1.0F).set("out_dtype", "BIPOLAR");
  const FixedLayer layer = bipolar.layer();
  EXPECT_EQ(layer.weights, (Codes{2, -2, 2, 2}));
  EXPECT_EQ(layer.weight.bits, 3);
  EXPECT_EQ(layer.bias, (Sums{1 - 2 * 3, 1 - 2 * 3}));
  EXPECT_EQ(layer.requant.shift, 0);
  EXPECT_EQ(layer.requant.out, (Format{2, 0, true, true}));
}

TEST(MultiThreshold, OfEvenDistancesShifts) {
  // Sums 5, 9, 13 and, of what lies between them, -3, 1, 5.
  Thresholds even(2, {1.25F, 2.25F, 3.25F, -0.8F, 0.125F, 1.25F});
  even.node.set("out_scale", 0.5F).set("out_bias", -1.0F);
  const FixedLayer layer = even.layer();
  EXPECT_EQ(layer.bias, (Sums{(-2 + 1) * 4 - 5, (-2 + 1) * 4 + 3}));
  EXPECT_EQ(layer.requant.shift, 2);
  EXPECT_EQ(layer.requant.rounding, Rounding::kFloor);
  EXPECT_EQ(layer.requant.out, (Format{2, 1, true, false}));
}

TEST(MultiThreshold, BeyondAllSumsLieWhereASumIsNot) {
  // Sums are from -510 to 510.
  const FixedLayer layer = Thresholds(2, {1e9F, -1e9F}).layer();
  EXPECT_EQ(layer.bias, (Sums{1 - 511, 1 + 510}));
}

TEST(MultiThreshold, IsWrittenAsAQuantThatReadsBackAsIt) {
  Thresholds even(2, {1.25F, 2.25F, 3.25F, -0.8F, 0.125F, 1.25F});
  Thresholds bipolar(2, {0.75F, -1.7F});
  bipolar.node.set("out_scale", 2.0F).set("out_bias", -1.0F);
  for (Thresholds* thresholds : {&even, &bipolar}) {
    const FixedNetwork network = thresholds->model.load_fixed();
    const test::TemporaryFile file;
    save_network(network, file.path(), QuantizedForm::kQonnx);
    const FixedNetwork read = std::get<FixedNetwork>(load_network(file.path()));
    const FixedLayer &layer = read.layers.at(0), &right = network.layers.at(0);
    EXPECT_EQ(layer.weights, right.weights);
    EXPECT_EQ(layer.bias, right.bias);
    EXPECT_EQ(layer.requant.shift, right.requant.shift);
    EXPECT_EQ(layer.requant.out, right.requant.out);
    EXPECT_EQ(layer.requant.rounding, right.requant.rounding);
  }
}

TEST(MultiThreshold, IsRefusedWhereNoShiftCounts) {
  const std::string uneven =
      "its thresholds are not 2^n sums apart, the same in all channels, which is what a shift can "
      "count; one threshold a channel always is";
  EXPECT_EQ(Thresholds(1, {0, 1, 3}).error(), refused(uneven));
  EXPECT_EQ(Thresholds(1, {0, 0.75F, 1.5F}).error(), refused(uneven));
  EXPECT_EQ(Thresholds(2, {0, 1, 2, 0, 2, 4}).error(), refused(uneven));
}

TEST(MultiThreshold, IsRefusedWithWhatIsNoThreshold) {
  EXPECT_EQ(Thresholds(1, {1, 0, 2}).error(), refused("the thresholds of channel 0 do not rise"));
  EXPECT_EQ(Thresholds(3, {0, 0, 0}).error(),
            refused("has thresholds of 3 channels, expected 1 or 2"));
  EXPECT_EQ(Thresholds(1, {0}, true).error(),
            refused("something is added to the sums before it, or they are multiplied: thresholds "
                    "that have taken that in (streamlining) would do"));
  Thresholds last(2, {0, 0});
  last.node.set("data_layout", "NHWC");
  EXPECT_NE(last.error().find("data_layout: 'NHWC', but the channels of"), std::string::npos);
  Thresholds free(1, {0});
  free.node.set("out_scale", 0.3F);
  EXPECT_NE(free.error().find("out_scale: 0.300000, expected a power of two"), std::string::npos);
  Thresholds uneven_bias(1, {0});
  uneven_bias.node.set("out_bias", 0.25F);
  EXPECT_NE(uneven_bias.error().find("out_bias: 0.250000, expected a multiple of out_scale"),
            std::string::npos);
}

}  // namespace
}  // namespace dcnsim
