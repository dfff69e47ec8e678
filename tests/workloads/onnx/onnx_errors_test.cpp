// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <random>

#include "tests/support/temporary_folder.h"
#include "tests/workloads/onnx/model.h"

namespace dcnsim {
namespace {

using test::error_of;
using test::Model;
using test::TemporaryFile;

constexpr char kNotAModel[] = "not an ONNX model (truncated or not protobuf)";

/// A 2 -> 3 channel convolution from x to y.
Model sound_model() {
  Model model({4, 4, 2});
  model.constant("w", {3, 2, 1, 1}, std::vector<float>(6, 0.5F));
  model.node("Conv", {"x", "w"}, "y").named("conv0");
  return model;
}

std::string sound_bytes() { return sound_model().proto.SerializeAsString(); }

onnx::NodeProto& conv(Model& model) { return *model.graph().mutable_node(0); }
onnx::TensorProto& weights(Model& model) { return *model.graph().mutable_initializer(0); }

TEST(OnnxErrors, TheModelTheyStartFromIsSound) { EXPECT_EQ(sound_model().error(), ""); }

TEST(OnnxErrors, RefusesEveryTruncation) {
  const std::string bytes = sound_bytes();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    TemporaryFile file;
    file.write(bytes.substr(0, size));
    EXPECT_EQ(error_of(file.path()), kNotAModel) << size;
  }
}

TEST(OnnxErrors, RefusesGarbageAndMissingFiles) {
  TemporaryFile file;
  file.write("this is not a model at all");
  EXPECT_EQ(error_of(file.path()), kNotAModel);
  const TemporaryFolder folder;
  EXPECT_EQ(error_of(folder.path("missing/net.onnx")), "cannot be read: No such file or directory");
  EXPECT_NE(error_of(testing::TempDir()), "");
}

TEST(OnnxErrors, SurvivesRandomDamage) {
  const std::string bytes = sound_bytes();
  std::mt19937 random(1);
  for (int i = 0; i < 3000; ++i) {
    std::string damaged = bytes;
    for (int changes = 0; changes < 3; ++changes) {
      damaged[random() % damaged.size()] = static_cast<char>(random());
    }
    TemporaryFile file;
    file.write(damaged);
    error_of(file.path());  // loads or throws one line
  }
}

struct Mistake {
  const char* name;
  std::function<void(Model&)> make;
  const char* message;
};

void PrintTo(const Mistake& mistake, std::ostream* out) { *out << mistake.name; }

class OnnxMistake : public testing::TestWithParam<Mistake> {};

TEST_P(OnnxMistake, IsNamedInOneLine) {
  Model model = sound_model();
  GetParam().make(model);
  EXPECT_EQ(model.error(), GetParam().message);
}

const float kNan = std::numeric_limits<float>::quiet_NaN();

INSTANTIATE_TEST_SUITE_P(
    OnnxErrors, OnnxMistake,
    testing::Values(
        Mistake{"UnknownOperator", [](Model& m) { conv(m).set_op_type("LSTM"); },
                "node 'conv0' (LSTM): operator LSTM is not supported"},
        Mistake{"OperatorWithAdvice", [](Model& m) { conv(m).set_op_type("LRN"); },
                "node 'conv0' (LRN): operator LRN is not supported: the machine divides by no sums "
                "of squares; batch normalization instead would do"},
        Mistake{"SumOverPixels", [](Model& m) { conv(m).set_op_type("ReduceSum"); },
                "node 'conv0' (ReduceSum): operator ReduceSum is not supported: over rows and "
                "columns ReduceMean and a Mul by their number would do"},
        Mistake{"NoNodes", [](Model& m) { m.graph().clear_node(); }, "its graph has no nodes"},
        Mistake{"ForeignDomain", [](Model& m) { conv(m).set_domain("com.example"); },
                "node 'conv0' (Conv): operator Conv of domain com.example is not supported"},
        Mistake{"OldOpset", [](Model& m) { m.proto.mutable_opset_import(0)->set_version(5); },
                "opset 5 is not supported, expected 7 or later"},
        Mistake{"UnknownAttribute", [](Model& m) { test::Node(conv(m)).set("output_shape", 1); },
                "node 'conv0' (Conv): attribute output_shape is not supported"},
        Mistake{"AttributeTwice",
                [](Model& m) { test::Node(conv(m)).set("group", 1).set("group", 2); },
                "node 'conv0' (Conv): attribute group is given twice"},
        Mistake{"AttributeType", [](Model& m) { test::Node(conv(m)).set("group", 1.0F); },
                "node 'conv0' (Conv): attribute group is not of type INT"},
        Mistake{"Dilation",
                [](Model& m) {
                  test::Node(conv(m)).set("dilations", {2, 0});
                },
                "node 'conv0' (Conv): dilations: 0 is not between 1 and 65536"},
        Mistake{"NegativePadding",
                [](Model& m) {
                  test::Node(conv(m)).set("pads", {-1, 0, 0, 0});
                },
                "node 'conv0' (Conv): pads: -1 is not between 0 and 65536"},
        Mistake{"ZeroStride",
                [](Model& m) {
                  test::Node(conv(m)).set("strides", {0, 1});
                },
                "node 'conv0' (Conv): strides: 0 is not between 1 and 65536"},
        Mistake{"ThreeStrides",
                [](Model& m) {
                  test::Node(conv(m)).set("strides", {1, 1, 1});
                },
                "node 'conv0' (Conv): attribute strides has 3 values, expected 2 "
                "(two-dimensional)"},
        Mistake{"AutoPad", [](Model& m) { test::Node(conv(m)).set("auto_pad", "MAYBE"); },
                "node 'conv0' (Conv): attribute auto_pad: MAYBE is not SAME_UPPER, SAME_LOWER, "
                "VALID or NOTSET"},
        Mistake{"KernelShape",
                [](Model& m) {
                  test::Node(conv(m)).set("kernel_shape", {3, 3});
                },
                "node 'conv0' (Conv): attribute kernel_shape differs from the weights' "
                "dimensions"},
        Mistake{"Groups", [](Model& m) { test::Node(conv(m)).set("group", 2); },
                "node 'conv0' (Conv): weights of [3 x 2 x 1 x 1] in 2 group(s) do not fit 2 input "
                "channels"},
        Mistake{"ChannelMismatch",
                [](Model& m) {
                  weights(m).set_dims(0, 2);
                  weights(m).set_dims(1, 3);
                },
                "node 'conv0' (Conv): weights of [2 x 3 x 1 x 1] in 1 group(s) do not fit 2 input "
                "channels"},
        Mistake{"ThreeDimensionalWeights",
                [](Model& m) {
                  weights(m).clear_dims();
                  for (const int dim : {3, 2, 1}) weights(m).add_dims(dim);
                },
                "node 'conv0' (Conv): weights of [3 x 2 x 1] are not four-dimensional"},
        Mistake{"TooFewWeights", [](Model& m) { weights(m).set_dims(0, 4); },
                "node 'conv0' (Conv): tensor 'w' has 6 values, its dimensions say 8"},
        Mistake{"HugeWeights", [](Model& m) { weights(m).set_dims(0, INT64_MAX); },
                "node 'conv0' (Conv): tensor 'w' has the impossible dimension "
                "9223372036854775807"},
        Mistake{"OverflowingWeights",
                [](Model& m) {
                  for (int i = 0; i < 4; ++i) weights(m).set_dims(i, 1 << 20);
                },
                "node 'conv0' (Conv): tensor 'w' has more than 268435456 elements"},
        Mistake{"IntegerWeights",
                [](Model& m) { weights(m).set_data_type(onnx::TensorProto::INT8); },
                "node 'conv0' (Conv): tensor 'w' has 24 values, its dimensions say 6"},
        Mistake{"StringWeights",
                [](Model& m) { weights(m).set_data_type(onnx::TensorProto::STRING); },
                "node 'conv0' (Conv): tensor 'w' has element type STRING, which is not supported"},
        Mistake{"ExternalWeights",
                [](Model& m) { weights(m).set_data_location(onnx::TensorProto::EXTERNAL); },
                "the data of tensor 'w' is in '', which is not a file in the model's folder"},
        Mistake{"NanWeights",
                [](Model& m) {
                  weights(m).mutable_raw_data()->replace(0, 4, reinterpret_cast<const char*>(&kNan),
                                                         4);
                },
                "node 'conv0' (Conv): tensor 'w' holds a value that is not a finite number"},
        Mistake{"WeightsNotConstant", [](Model& m) { conv(m).set_input(1, "x"); },
                "node 'conv0' (Conv): 'x' is not a constant, as it must be"},
        Mistake{"MissingInput", [](Model& m) { conv(m).set_input(0, "z"); },
                "node 'conv0' (Conv): reads 'z', which nothing provides"},
        Mistake{"Cycle",
                [](Model& m) {
                  conv(m).set_input(0, "a");
                  m.node("Relu", {"y"}, "a");
                },
                "node 'conv0' (Conv): reads 'a' before it is computed (a cycle, or nodes out of "
                "order)"},
        Mistake{"DuplicateNodeName", [](Model& m) { m.node("Relu", {"y"}, "a").named("conv0"); },
                "node 'conv0' (Relu): the name is used twice; another would do, or none"},
        Mistake{"DuplicateTensor", [](Model& m) { m.node("Relu", {"y"}, "y"); },
                "node 'Relu_y' (Relu): tensor 'y' is defined twice"},
        Mistake{"DuplicateInitializer", [](Model& m) { m.constant("w", {1}, {1.0F}); },
                "tensor 'w' is defined twice"},
        Mistake{"NoOutput", [](Model& m) { m.graph().clear_output(); }, "has no output"},
        Mistake{"OutputOfNobody", [](Model& m) { m.graph().mutable_output(0)->set_name("z"); },
                "output 'z' is not computed by any node"},
        Mistake{"TwoInputs",
                [](Model& m) {
                  *m.graph().add_input() = m.graph().input(0);
                  m.graph().mutable_input(1)->set_name("x2");
                },
                "has more than one input: 'x' and 'x2'"},
        Mistake{"BatchOfTwo",
                [](Model& m) {
                  m.graph()
                      .mutable_input(0)
                      ->mutable_type()
                      ->mutable_tensor_type()
                      ->mutable_shape()
                      ->mutable_dim(0)
                      ->set_dim_value(2);
                },
                "input 'x': its batch size must be 1 or symbolic"},
        Mistake{"SymbolicHeight",
                [](Model& m) {
                  m.graph()
                      .mutable_input(0)
                      ->mutable_type()
                      ->mutable_tensor_type()
                      ->mutable_shape()
                      ->mutable_dim(2)
                      ->set_dim_param("H");
                },
                "input 'x': its height must be a number from 1 to 65536"},
        Mistake{"HugeInput",
                [](Model& m) {
                  auto& shape = *m.graph()
                                     .mutable_input(0)
                                     ->mutable_type()
                                     ->mutable_tensor_type()
                                     ->mutable_shape();
                  shape.mutable_dim(2)->set_dim_value(16384);
                  shape.mutable_dim(3)->set_dim_value(16384);
                },
                "node 'conv0' (Conv): feature maps up to here have more than 268435456 elements"},
        Mistake{"ControlCharacters",
                [](Model& m) {
                  conv(m).set_name("a\nb");
                  conv(m).set_op_type("Odd");
                },
                "node 'a?b' (Odd): operator Odd is not supported"}),
    [](const auto& mistake) { return mistake.param.name; });

/// What follows the sound convolution, its output renamed to c.
std::string error_after_conv(const std::function<void(Model&)>& add) {
  Model model = sound_model();
  conv(model).set_output(0, "c");
  add(model);
  return model.error();
}

TEST(OnnxErrors, NamesABatchNormalizationThatCannotBeFolded) {
  EXPECT_EQ(error_after_conv([](Model& m) {
              for (const char* name : {"g", "b", "m", "v"}) m.constant(name, {2}, {1, 1});
              m.node("BatchNormalization", {"c", "g", "b", "m", "v"}, "y");
            }),
            "node 'BatchNormalization_y' (BatchNormalization): has parameters of [2], expected 3 "
            "plain values");
  EXPECT_EQ(error_after_conv([](Model& m) {
              for (const char* name : {"g", "b", "m"}) m.constant(name, {3}, {1, 1, 1});
              m.constant("v", {3}, {-1, -1, -1});
              m.node("BatchNormalization", {"c", "g", "b", "m", "v"}, "y");
            }),
            "node 'BatchNormalization_y' (BatchNormalization): has a variance below 0, or none");
}

TEST(OnnxErrors, NamesFullyConnectedLayersThatDoNotFit) {
  const auto gemm = [](Model& m) {
    m.constant("fc", {5, 48}, std::vector<float>(240));
    m.node("Gemm", {"f", "fc"}, "y").set("transB", 0);
  };
  EXPECT_EQ(error_after_conv([&](Model& m) {
              m.node("Flatten", {"c"}, "f");
              gemm(m);
            }),
            "node 'Gemm_y' (Gemm): weights of [5 x 48] do not fit 48 inputs");
  EXPECT_EQ(error_after_conv([&](Model& m) {
              m.node("Identity", {"c"}, "f");
              gemm(m);
            }),
            "node 'Gemm_y' (Gemm): needs a Flatten before it");
  EXPECT_EQ(error_after_conv([&](Model& m) {
              m.shape_constant("s", {1, 6, 8});
              m.node("Reshape", {"c", "s"}, "f");
              gemm(m);
            }),
            "node 'Reshape_f' (Reshape): to [1 x 6 x 8]: cuts an axis of [1 x 3 x 4 x 4], only "
            "whole axes can be merged or kept");
  EXPECT_EQ(error_after_conv([](Model& m) {
              m.node("Flatten", {"c"}, "f");
              m.node("MaxPool", {"f"}, "y").set("kernel_shape", {1, 1});
            }),
            "node 'MaxPool_y' (MaxPool): needs N x C x H x W, gets a flattened vector");
}

/// A convolution and what turns its result, of `channels` x 4 x `columns`.
std::string error_of_turned(int channels, int columns, const std::vector<int>& perm,
                            bool flattened = false, const char* tail = nullptr) {
  Model model({4, columns, 2});
  model.constant("w", {channels, 2, 1, 1},
                 std::vector<float>(static_cast<std::size_t>(2 * channels), 1));
  model.node("Conv", {"x", "w"}, "c");
  const bool is_last = !flattened && tail == nullptr;
  model.node("Transpose", {"c"}, is_last ? "y" : "t").set("perm", perm);
  if (flattened) model.node("Flatten", {"t"}, tail == nullptr ? "y" : "f");
  if (tail != nullptr) model.node(tail, {"f"}, "y").set("axis", 1);
  return model.error();
}

TEST(OnnxErrors, RefusesAnotherOrderOfResults) {
  const std::vector<int> to_last{0, 2, 3, 1}, turned{0, 1, 3, 2};
  const auto refused = [](const std::string& order, const std::string& ours) {
    return "output 'y': is " + order + ", results here are in the order " + ours +
           ": a Transpose more or less at the end would do";
  };
  EXPECT_EQ(error_of_turned(3, 5, to_last), refused("1 x H x W x C", "1 x C x H x W"));
  EXPECT_EQ(error_of_turned(3, 5, to_last, true), refused("1 x HWC", "1 x C x H x W"));
  EXPECT_EQ(error_of_turned(3, 5, to_last, true, "ArgMax"), refused("1 x HWC", "1 x C x H x W"));
  EXPECT_EQ(error_of_turned(1, 5, turned), refused("1 x 1 x W x H", "1 x 1 x H x W"));
  // The same order under other dimensions.
  EXPECT_EQ(error_of_turned(1, 5, to_last), "");
  EXPECT_EQ(error_of_turned(3, 1, turned), "");
  EXPECT_EQ(error_of_turned(3, 5, {0, 1, 2, 3}, true, "ArgMax"), "");
}

TEST(OnnxErrors, RefusesTransposesThatAreNotOfAnImage) {
  const auto error = [](const Shape& input, const std::vector<int>& perm, int channels) {
    Model model(input);
    model.constant("w", {2, channels, 1, 1},
                   std::vector<float>(static_cast<std::size_t>(2 * channels), 1));
    model.node("Transpose", {"x"}, "t").set("perm", perm);
    model.node("Conv", {"t", "w"}, "y");
    return model.error();
  };
  const auto refused = [](const std::string& order) {
    return "input 'x': up to the first layer its dimensions are put in the order [" + order +
           "]: only [0, 3, 1, 2] is supported, which makes N x C x H x W of N x H x W x C";
  };
  EXPECT_EQ(error({8, 8, 3}, {0, 1, 3, 2}, 3), refused("0, 1, 3, 2"));
  EXPECT_EQ(error({5, 4, 3}, {0, 1, 3, 2}, 3), refused("0, 1, 3, 2"));
  EXPECT_EQ(error({3, 3, 3}, {0, 2, 1, 3}, 3), refused("0, 2, 1, 3"));
  EXPECT_EQ(error({5, 4, 3}, {0, 3, 2, 1}, 4), refused("0, 3, 2, 1"));
  EXPECT_EQ(error({5, 4, 3}, {0, 2, 3, 1}, 5), refused("0, 2, 3, 1"));
  EXPECT_EQ(error({5, 4, 3}, {0, 3, 1, 2}, 4), "");
  // Only extents of 1 trade places.
  EXPECT_EQ(error({1, 4, 3}, {0, 1, 3, 2}, 3), "");
}

TEST(OnnxErrors, NamesAddsThatDoNotFit) {
  EXPECT_EQ(error_after_conv([](Model& m) {
              m.node("Add", {"c", "x"}, "y");
            }),
            "node 'Add_y' (Add): adds feature maps of different shapes");
  EXPECT_EQ(error_after_conv([](Model& m) {
              m.constant("b", {4}, {1, 2, 3, 4});
              m.node("Add", {"c", "b"}, "y");
            }),
            "node 'Add_y' (Add): constant of [4] is not one value a channel");
}

TEST(OnnxErrors, NamesProductsThatDoNotFit) {
  EXPECT_EQ(error_after_conv([](Model& m) {
              m.node("Mul", {"c", "x"}, "y");
            }),
            "node 'Mul_y' (Mul): multiplies feature maps of different shapes, of which none is "
            "1 x 1 with as many channels as the other");
}

}  // namespace
}  // namespace dcnsim
