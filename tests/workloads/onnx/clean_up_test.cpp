// SPDX-License-Identifier: Apache-2.0
// What exporters leave in a graph beside the network: taken away, or refused in a line. The values
// are judged by network_values_test.py.
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <limits>

#include "tests/support/temporary_folder.h"
#include "tests/workloads/onnx/model.h"
#include "tests/workloads/onnx/nchw.h"

namespace dcnsim {
namespace {

using test::Model;

/// x (2 channels of 4 x 4) -> 1 x 1 convolution conv0 to 3 channels, c.
Model one_conv() {
  Model model({4, 4, 2});
  model.constant("w", {3, 2, 1, 1}, {1, -2, 3, 4, -5, 6});
  model.node("Conv", {"x", "w"}, "c").named("conv0");
  return model;
}

TEST(CleanUp, RectifiesInALayerOfItsOwnWhatSomethingElseReads) {
  Model model = one_conv();
  model.node("Identity", {"c"}, "d");
  model.node("Relu", {"d"}, "e");
  model.node("Add", {"c", "e"}, "y");
  const FloatNetwork network = model.load_float();
  ASSERT_EQ(network.layers.size(), 3U);
  EXPECT_FALSE(network.layers[0].node.relu);
  EXPECT_EQ(network.layers[1].node.kind, LayerKind::kPool);
  EXPECT_EQ(network.layers[1].node.pool.kernel_h * network.layers[1].node.pool.kernel_w, 1);
  EXPECT_TRUE(network.layers[1].node.relu);
}

TEST(CleanUp, FoldsArithmeticIntoAConvolution) {
  Model model = one_conv();
  model.constant("half", {}, {0.5F});
  model.constant("squares", {1, 3, 1, 1}, {1, 4, 16});
  model.node("Pow", {"squares", "half"}, "channels");
  model.node("Mul", {"c", "half"}, "d");
  model.node("Sub", {"channels", "d"}, "e");
  model.node("Div", {"e", "channels"}, "y");
  const FloatNetwork network = model.load_float();
  ASSERT_EQ(network.layers.size(), 1U);
  EXPECT_EQ(network.layers[0].weights, (std::vector<float>{-0.5F, 1, -0.75F, -1, 0.625F, -0.75F}));
  EXPECT_EQ(network.layers[0].bias, (std::vector<float>{1, 1, 1}));
}

TEST(CleanUp, LeavesOutWhatFollowsTheScoresOnly) {
  Model model = one_conv();
  model.node("GlobalAveragePool", {"c"}, "p");
  model.node("Flatten", {"p"}, "f");
  model.node("Softmax", {"f"}, "s").set("axis", -1);
  model.node("ArgMax", {"s"}, "a").set("axis", 1).set("keepdims", 0);
  model.node("Cast", {"a"}, "y").set("to", static_cast<int>(onnx::TensorProto::INT32));
  EXPECT_EQ(model.load_float().layers.size(), 2U);

  for (const int largest : {1, 0}) {
    Model best = one_conv();
    best.shape_constant("k", {2});
    best.node("GlobalAveragePool", {"c"}, "p");
    best.node("Flatten", {"p"}, "f");
    best.node("TopK", {"f", "k"}, "y").set("largest", largest).set("sorted", 1);
    EXPECT_EQ(best.error(), largest != 0 ? ""
                                         : "node 'TopK_y' (TopK): takes the least scores, only the "
                                           "largest are supported");
  }

  Model inside = one_conv();
  inside.node("Softmax", {"c"}, "y").set("axis", 1);
  EXPECT_EQ(inside.error(),
            "node 'Softmax_y' (Softmax): is over one axis of [1 x 3 x 4 x 4], only that over all "
            "scores at the end is supported");
  Model early = one_conv();
  early.node("GlobalAveragePool", {"c"}, "p");
  early.node("Softmax", {"p"}, "s").set("axis", 1);
  early.node("Relu", {"s"}, "y");
  EXPECT_EQ(early.error(), "node 'Softmax_s' (Softmax): is supported at the end of a network only");
}

TEST(CleanUp, NamesWhatCannotTakeInAPad) {
  const auto error = [](const std::vector<std::int64_t>& amounts, const char* next) {
    Model model = one_conv();
    model.shape_constant("amounts", amounts);
    model.node("Pad", {"c", "amounts"}, "p");
    test::Node node = model.node(next, {"p"}, "y");
    if (std::string(next) == "MaxPool") node.set("kernel_shape", {2, 2});
    return model.error();
  };
  EXPECT_EQ(error({0, 0, 1, 0, 0, 0, 1, 0}, "GlobalAveragePool"),
            "node 'Pad_p' (Pad): only a convolution or pool can take in its zeros, next is node "
            "'GlobalAveragePool_y' (GlobalAveragePool)");
  EXPECT_EQ(error({0, 0, 1, 0, 0, 0, 1, 0}, "MaxPool"),
            "node 'MaxPool_y' (MaxPool): zeros of a Pad before it would count among negative "
            "values");
  EXPECT_EQ(error({1, 0, 0, 0, 0, 0, 0, 0}, "Relu"),
            "node 'Pad_p' (Pad): pads something else than rows, columns and channels");
  EXPECT_EQ(error({0, 0, -1, 0, 0, 0, 0, 0}, "Relu"),
            "node 'Pad_p' (Pad): pads: -1 is not between 0 and 65536");
  EXPECT_EQ(error({0, 0, 1, 0, 0, 0, 0, 0}, "Identity"),
            "node 'Pad_p' (Pad): nothing reads its result");
}

TEST(CleanUp, RefusesPaddingByAWholeKernel) {
  Model model = one_conv();
  test::Node(*model.graph().mutable_node(0)).set("pads", {0, 1, 0, 0});
  model.graph().mutable_node(0)->set_output(0, "y");
  EXPECT_EQ(
      model.error(),
      "node 'conv0' (Conv): pads 0, 1, 0, 0 (top, left, bottom, right) around a kernel of 1 x "
      "1: the machine cannot pad by a whole kernel");
}

TEST(CleanUp, CollectsArithmeticOnTheImage) {
  Model model({4, 4, 2});
  model.constant("w", {3, 2, 1, 1}, {1, -2, 3, 4, -5, 6});
  model.constant("mean", {2, 1, 1}, {1, 2});
  model.node("Sub", {"x", "mean"}, "d");
  model.node("Conv", {"d", "w"}, "y");
  const AffineChain chain = model.load_float().convention.chain;
  ASSERT_EQ(chain.size(), 1U);
  EXPECT_EQ(apply(chain, 10, 0), 9);
  EXPECT_EQ(apply(chain, 10, 1), 8);
}

/// x (height 5, width 4, 2 channels) through these nodes to a 3 x 3 convolution.
Model image_through(const std::vector<int>& dims, const std::function<void(Model&)>& nodes) {
  Model model({1, 1, 1});
  auto& shape =
      *model.graph().mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape();
  for (int i = 0; i < 3; ++i)
    shape.mutable_dim(i + 1)->set_dim_value(dims.at(static_cast<std::size_t>(i)));
  model.constant("w", {1, 2, 3, 3}, std::vector<float>(18, 1.0F));
  model.constant("mean", {2}, {1, 2});
  nodes(model);
  model.node("Conv", {"image", "w"}, "y");
  return model;
}

TEST(CleanUp, SeesThroughAllTransposesOfTheImage) {
  const std::vector<int> to_last{0, 2, 3, 1}, to_first{0, 3, 1, 2};
  const FloatNetwork twice = image_through({2, 5, 4}, [&](Model& m) {
                               m.node("Transpose", {"x"}, "a").set("perm", to_last);
                               m.node("Sub", {"a", "mean"}, "b");
                               m.node("Transpose", {"b"}, "image").set("perm", to_first);
                             }).load_float();
  EXPECT_EQ(twice.input, (Shape{5, 4, 2}));
  ASSERT_EQ(twice.convention.chain.size(), 1U);
  EXPECT_EQ(twice.convention.chain[0].values, (std::vector<double>{-1, -2}));

  const FloatNetwork padded = image_through({5, 4, 2}, [&](Model& m) {
                                m.node("Pad", {"x"}, "a").set("pads", {0, 1, 0, 0, 0, 2, 1, 0});
                                m.node("Transpose", {"a"}, "image").set("perm", to_first);
                              }).load_float();
  EXPECT_EQ(padded.input, (Shape{5, 4, 2}));
  const ConvShape& conv = padded.layers.at(0).node.conv;
  EXPECT_EQ(std::vector<int>({conv.pad_top, conv.pad_left, conv.pad_bottom, conv.pad_right}),
            (std::vector<int>{1, 0, 2, 1}));

  const FloatNetwork rectified = image_through({5, 4, 2}, [&](Model& m) {
                                   m.node("Relu", {"x"}, "a");
                                   m.node("Transpose", {"a"}, "image").set("perm", to_first);
                                 }).load_float();
  EXPECT_EQ(rectified.input, (Shape{5, 4, 2}));
  EXPECT_TRUE(rectified.layers.at(0).node.relu);
}

TEST(CleanUp, ReadsVectorsAndMatricesOfPixels) {
  const auto loaded = [](const std::vector<int>& dims) {
    Model model({1, 1, 1});
    auto& shape =
        *model.graph().mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape();
    shape.clear_dim();
    for (const int dim : dims) shape.add_dim()->set_dim_value(dim);
    model.constant("w", {2, 3}, {1, 2, 3, 4, 5, 6});
    model.node("Gemm", {"x", "w"}, "g");
    model.node("Transpose", {"g"}, "y");
    return model.load_float();
  };
  const FloatNetwork vector = loaded({1, 2}), pixels = loaded({5, 2});
  EXPECT_EQ(vector.input, (Shape{1, 1, 2}));
  EXPECT_EQ(vector.layers[0].weights, (std::vector<float>{1, 4, 2, 5, 3, 6}));
  EXPECT_EQ(pixels.input, (Shape{5, 1, 2}));
  EXPECT_EQ(pixels.layers[0].weights, vector.layers[0].weights);
  EXPECT_EQ(pixels.layers[0].node.output_shape(), (Shape{5, 1, 3}));
}

TEST(CleanUp, TakesCeilModeAsPyTorchDoes) {
  const auto padding = [](int extent, int kernel, int stride, int pad) {
    Model model({extent, extent, 1});
    model.node("MaxPool", {"x"}, "y")
        .set("kernel_shape", {kernel, kernel})
        .set("strides", {stride, stride})
        .set("pads", {pad, pad, pad, pad})
        .set("ceil_mode", 1);
    return model.load_float().layers[0].node.pool.pad_bottom;
  };
  EXPECT_EQ(padding(32, 1, 2, 0), 0);  // a window more would begin beyond the input
  EXPECT_EQ(padding(7, 2, 2, 0), 1);
  EXPECT_EQ(padding(6, 3, 2, 1), 1 + 1);  // begins at row 5 of 6
  EXPECT_EQ(padding(5, 2, 2, 1), 1);      // 7 rows: would begin at row 5, all padding
  EXPECT_EQ(padding(8, 3, 3, 0), 1);
}

TEST(CleanUp, PlacesACeilModeWindowLargerThanTheMapOnce) {
  const auto pool = [](int extent, int kernel, int stride) {
    Model model({extent, extent, 1});
    model.node("AveragePool", {"x"}, "y")
        .set("kernel_shape", {kernel, kernel})
        .set("strides", {stride, stride})
        .set("ceil_mode", 1);
    return model;
  };
  const PoolShape shape = pool(2, 3, 2).load_float().layers.at(0).node.pool;
  EXPECT_EQ(shape.out(), (Shape{1, 1, 1}));
  EXPECT_EQ(shape.pad_bottom, 1);
  EXPECT_FALSE(shape.count_include_pad);
  EXPECT_EQ(pool(1, 3, 3).load_float().layers.at(0).node.pool.out(), (Shape{1, 1, 1}));
  EXPECT_NE(pool(1, 3, 2).error(), "");  // PyTorch has no window there either
}

TEST(CleanUp, SaysThatTheMachineCountsAllPaddingOrNone) {
  // AvgPool2d(3, 2, 1, ceil_mode=True), as newer and older exporters write it.
  const std::string of_ceil =
      "node 'AveragePool_y' (AveragePool): counts its padding, but not what ceil_mode adds: the "
      "machine counts all or none; ceil_mode=0 would do, or count_include_pad=0 without a Pad node "
      "before it";
  const auto pool = [](Model& model, const char* input) {
    return model.node("AveragePool", {input}, "y")
        .set("kernel_shape", {3, 3})
        .set("strides", {2, 2});
  };
  Model newer({8, 8, 1});
  pool(newer, "x").set("pads", {1, 1, 1, 1}).set("ceil_mode", 1).set("count_include_pad", 1);
  EXPECT_EQ(newer.error(), of_ceil);
  Model older({8, 8, 1});
  older.node("Pad", {"x"}, "p").set("pads", {0, 0, 1, 1, 0, 0, 1, 1});
  pool(older, "p").set("ceil_mode", 1);
  EXPECT_EQ(older.error(), of_ceil);
  Model both({8, 8, 1});
  both.node("Pad", {"x"}, "p").set("pads", {0, 0, 1, 1, 0, 0, 1, 1});
  pool(both, "p").set("pads", {1, 1, 1, 1});
  EXPECT_EQ(both.error(),
            "node 'AveragePool_y' (AveragePool): counts the zeros of the Pad node before it, but "
            "not those of its own pads: the machine counts all or none; count_include_pad=1 would "
            "do");
  Model neither({9, 9, 1});  // nothing is left over
  neither.node("Pad", {"x"}, "p").set("pads", {0, 0, 1, 1, 0, 0, 1, 1});
  pool(neither, "p").set("ceil_mode", 1);
  EXPECT_TRUE(neither.load_float().layers.at(0).node.pool.count_include_pad);
}

TEST(CleanUp, TakesClipAtZeroAsAReLU) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const auto clip = [](const std::vector<float>& bounds) {
    Model model = one_conv();
    std::vector<std::string> inputs{"c"};
    for (const float bound : bounds) {
      inputs.push_back("bound" + std::to_string(inputs.size()));
      model.constant(inputs.back(), {}, {bound});
    }
    model.node("Clip", inputs, "y");
    return model;
  };
  for (const Model& model : {clip({0}), clip({0, kInfinity})}) {
    const FloatNetwork network = model.load_float();
    ASSERT_EQ(network.layers.size(), 1U);
    EXPECT_TRUE(network.layers[0].node.relu);
  }
  Model old = one_conv();
  old.node("Clip", {"c"}, "y").set("min", 0.0F);
  EXPECT_TRUE(old.load_float().layers.at(0).node.relu);
  EXPECT_FALSE(clip({}).load_float().layers.at(0).node.relu);
}

TEST(CleanUp, MakesClipBoundsOfTheLayerBeforeIt) {
  constexpr float kNone = std::numeric_limits<float>::infinity();
  const auto clipped = [](std::vector<std::pair<float, float>> bounds, bool by_attribute) {
    Model model = one_conv();
    std::string last = "c";
    for (const auto& [low, high] : bounds) {
      const std::string next = last + "c", low_name = "low" + next, high_name = "high" + next;
      if (by_attribute) {
        model.node("Clip", {last}, next).set("min", low).set("max", high);
      } else {
        model.constant(low_name, {}, {low});
        model.constant(high_name, {}, {high});
        model.node("Clip", {last, low_name, high_name}, next);
      }
      last = next;
    }
    model.node("Identity", {last}, "y");
    const FloatNetwork network = model.load_float();
    EXPECT_EQ(network.layers.size(), 1U);
    const LayerNode& node = network.layers.at(0).node;
    return (node.relu ? "relu " : "") + to_string(node.bounds);
  };
  for (const bool by_attribute : {false, true}) {
    const auto of = [&](std::vector<std::pair<float, float>> bounds) {
      return clipped(std::move(bounds), by_attribute);
    };
    EXPECT_EQ(of({{0, 6}}), "relu ..6");
    EXPECT_EQ(of({{-1, 1}}), "-1..1");
    EXPECT_EQ(of({{-kNone, 0.1F}}), "..0.1");
    EXPECT_EQ(of({{0.25F, kNone}}), "0.25..");
    EXPECT_EQ(of({{-3, 6}, {-kNone, 2}, {0, 9}}), "relu ..2");
    EXPECT_EQ(of({{0, 6}, {-2, -1}}), "-1..-1");
    EXPECT_EQ(of({{-2, -1}, {0, 6}}), "relu ..0");
    EXPECT_EQ(of({{2, 3}, {0, 6}}), "2..3");
  }
}

TEST(CleanUp, KeepsAReluBehindBoundsBelowZero) {
  Model model = one_conv();
  model.node("GlobalAveragePool", {"c"}, "p");
  model.node("Relu", {"p"}, "r");
  model.node("Clip", {"r"}, "b").set("min", -2.0F).set("max", -0.5F);
  model.node("Relu", {"b"}, "y");
  const LayerNode node = model.load_float().layers.at(1).node;
  EXPECT_TRUE(node.relu);
  EXPECT_EQ(to_string(node.bounds), "..0");
}

TEST(CleanUp, RefusesBoundsThatLeaveNothing) {
  Model model = one_conv();
  model.node("Clip", {"c"}, "y").set("min", 2.0F).set("max", 1.0F);
  EXPECT_EQ(model.error(), "node 'Clip_y' (Clip): its bounds 2..1 leave nothing between them");
}

// Bounding a map that something else reads, or one that no layer made, is a pool of single pixels.
TEST(CleanUp, BoundsSharedMapsInALayerOfTheirOwn) {
  Model model = one_conv();
  model.node("Clip", {"c"}, "r").set("min", 0.0F).set("max", 6.0F);
  model.node("Relu", {"c"}, "s");
  model.node("Add", {"r", "s"}, "y");
  const FloatNetwork network = model.load_float();
  ASSERT_EQ(network.layers.size(), 4U);
  EXPECT_FALSE(network.layers[0].node.relu);
  for (const std::size_t i : {1U, 2U}) {
    const LayerNode& node = network.layers[i].node;
    EXPECT_EQ(node.kind, LayerKind::kPool);
    EXPECT_EQ(node.pool.kernel_h * node.pool.kernel_w, 1);
    EXPECT_TRUE(node.relu);
    EXPECT_EQ(node.bounds.any(), i == 1);
  }
}

TEST(CleanUp, SaysWhatWouldDoInsteadOfALocalResponseNormalization) {
  Model model = one_conv();
  model.node("LRN", {"c"}, "y").set("size", 5);
  EXPECT_EQ(model.error(),
            "node 'LRN_y' (LRN): operator LRN is not supported: the machine divides by no sums of "
            "squares; batch normalization instead would do");
}

TEST(CleanUp, GivesNodesWithoutANameOneThatNoOtherHas) {
  Model model = one_conv();
  model.node("GlobalAveragePool", {"c"}, "p").named("y");
  model.node("Flatten", {"p"}, "f").named("");
  model.node("Softmax", {"f"}, "y").named("");
  EXPECT_EQ(model.load_float().layers.size(), 2U);

  Model layers = one_conv();
  layers.node("Neg", {"x"}, "unused").named("d");
  layers.node("GlobalAveragePool", {"c"}, "d").named("");
  layers.node("GlobalMaxPool", {"d"}, "y").named("");
  const FloatNetwork network = layers.load_float();
  EXPECT_EQ(network.layers.at(1).node.name, "d_2");
  EXPECT_EQ(network.layers.at(2).node.name, "y");
}

TEST(CleanUp, ComputesTheFirstOfSeveralOutputsAndSaysSo) {
  Model model = one_conv();
  model.graph().mutable_node(0)->set_output(0, "y");
  model.node("LSTM", {"y"}, "z");
  model.graph().add_output()->set_name("z");
  const FloatNetwork network = model.load_float();
  EXPECT_EQ(network.layers.size(), 1U);
  EXPECT_EQ(network.assumptions,
            (std::vector<std::string>{"of 2 outputs only the first, 'y', is computed"}));
}

/// A model in a folder of its own whose weights lie in the file `location`.
class ExternalData : public testing::Test {
 protected:
  std::string load(const std::string& location, const std::string& offset = "4",
                   const std::string& length = "24") {
    Model model = one_conv();
    model.graph().mutable_node(0)->set_output(0, "y");
    onnx::TensorProto& weights = *model.graph().mutable_initializer(0);
    weights.clear_raw_data();
    weights.set_data_location(onnx::TensorProto::EXTERNAL);
    for (const auto& [key, value] :
         {std::pair("location", location), {"offset", offset}, {"length", length}}) {
      onnx::StringStringEntryProto& entry = *weights.add_external_data();
      entry.set_key(key);
      entry.set_value(value);
    }
    std::filesystem::create_directory(folder_.path("model"));
    const std::string path = folder_.path("model/net.onnx");
    std::ofstream(path, std::ios::binary) << model.proto.SerializeAsString();
    const std::string error = test::error_of(path);
    if (error.empty()) network_ = std::get<FloatNetwork>(load_network(path));
    return error;
  }
  void write(const std::string& name) {
    const std::vector<float> values{0, 6, 5, 4, 3, 2, 1};
    std::filesystem::create_directories(std::filesystem::path(folder_.path(name)).parent_path());
    std::ofstream(folder_.path(name), std::ios::binary)
        .write(reinterpret_cast<const char*>(values.data()), 28);
  }
  static std::string message(const std::string& location, const std::string& what) {
    return "the data of tensor 'w' is in '" + location + "', which " + what;
  }

  TemporaryFolder folder_;
  FloatNetwork network_;
};

TEST_F(ExternalData, IsReadFromTheModelsFolder) {
  write("model/weights.bin");
  EXPECT_EQ(load("weights.bin"), "");
  EXPECT_EQ(network_.layers.at(0).weights, (std::vector<float>{6, 5, 4, 3, 2, 1}));
  write("model/deeper/weights.bin");
  EXPECT_EQ(load("deeper/weights.bin"), "");
}

TEST_F(ExternalData, IsReadFromNowhereElse) {
  write("weights.bin");
  const std::string outside = "is not a file in the model's folder";
  const std::string absolute = folder_.path("weights.bin");
  EXPECT_EQ(load(absolute), message(absolute, outside));
  EXPECT_EQ(load("../weights.bin"), message("../weights.bin", outside));
  std::filesystem::create_symlink(absolute, folder_.path("model/link.bin"));
  EXPECT_EQ(load("link.bin"), message("link.bin", outside));
  std::filesystem::create_directory_symlink(folder_.path(""), folder_.path("model/folder"));
  EXPECT_EQ(load("folder/weights.bin"), message("folder/weights.bin", outside));
  EXPECT_EQ(load("."), message(".", outside));
  EXPECT_EQ(load(""), message("", outside));
  EXPECT_EQ(load("/dev/zero"), message("/dev/zero", outside));
}

TEST_F(ExternalData, MustBeThere) {
  EXPECT_EQ(load("no.bin"), message("no.bin", "cannot be read: No such file or directory"));
  write("model/weights.bin");
  EXPECT_EQ(load("weights.bin", "8"), message("weights.bin", "has only 28 bytes"));
  EXPECT_EQ(load("weights.bin", "18446744073709551615", "1"),
            message("weights.bin", "has only 28 bytes"));
  EXPECT_EQ(load("weights.bin", "x"), "external data: offset x is not a number of bytes");
  EXPECT_EQ(load("weights.bin", "4", "20"),
            "node 'conv0' (Conv): tensor 'w' has 5 values, its dimensions say 6");
}

TEST(ForeignFile, IsNamedWithWhatToDo) {
  const auto error = [](const std::string& bytes) {
    test::TemporaryFile file;
    file.write(bytes);
    return test::error_of(file.path());
  };
  using std::string_literals::operator""s;
  EXPECT_EQ(error("\x89HDF\r\n\x1a\n\0\0\0"s),
            "is an HDF5 file (Keras), expected ONNX; tf2onnx converts the model: "
            "tf2onnx.convert.from_keras(model, output_path=\"NET.onnx\")");
  EXPECT_EQ(error("PK\x03\x04\0\0archive/data.pkl"s),
            "is a ZIP file (PyTorch's .pt, perhaps), expected ONNX; PyTorch writes it: "
            "torch.onnx.export(model, example, \"NET.onnx\")");
  EXPECT_EQ(error("PK\x03\x04\0\0metadata.json"s),
            "is a Keras file, expected ONNX; tf2onnx converts the model: "
            "tf2onnx.convert.from_keras(model, output_path=\"NET.onnx\")");
  EXPECT_EQ(error("\x80\x02}q\0"s),
            "is a Python pickle (PyTorch's .pt, perhaps), expected ONNX; PyTorch writes it: "
            "torch.onnx.export(model, example, \"NET.onnx\")");
  EXPECT_EQ(
      error("\x40\0\0\0\0\0\0\0{\"w\":{\"dtype\":\"F32\"}}"s),
      "is a safetensors file, which holds weights without a network, expected ONNX; load "
      "them into their model and write that: torch.onnx.export(model, example, \"NET.onnx\")");
  EXPECT_EQ(error("name: small_edge\narray:\n  rows: 16\n"),
            "is text (a description of a machine, perhaps), expected an ONNX model");
  EXPECT_EQ(error(""), "not an ONNX model (truncated or not protobuf)");
}

double seconds_of(const std::function<void()>& run) {
  const auto start = std::chrono::steady_clock::now();
  run();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

TEST(CleanUp, IsLinearInTheNodes) {
  const auto model_of = [](int nodes) {
    Model model = one_conv();
    model.shape_constant("s", {1, 3, 4, 4});
    std::string last = "c";
    for (int i = 0; i < nodes / 4; ++i) {
      const std::string n = std::to_string(i);
      model.node("Shape", {last}, "a" + n);
      model.node("Add", {"a" + n, "a" + n}, "b" + n);
      model.node("Sub", {"b" + n, "a" + n}, "d" + n);
      model.node("Reshape", {last, "d" + n}, "e" + n);
      last = "e" + n;
    }
    model.node("Relu", {last}, "y");
    return model;
  };
  const Model small = model_of(10000), large = model_of(100000);
  const double few = seconds_of([&] { EXPECT_EQ(small.load_float().layers.size(), 1U); });
  const double many = seconds_of([&] { EXPECT_EQ(large.load_float().layers.size(), 1U); });
  EXPECT_LT(many, 30 * few + 1);
}

// With a deviation taken off, or as an array of floats, the image has negative values.
TEST(CleanUp, KeepsAReluOfTheImage) {
  Model model({4, 4, 1});
  model.constant("w", {1, 1, 1, 1}, {1});
  model.node("Relu", {"x"}, "r");
  model.node("Conv", {"r", "w"}, "y");
  const FloatNetwork network = model.load_float();
  ASSERT_EQ(network.layers.size(), 2U);
  EXPECT_TRUE(network.layers[0].node.relu);
}

TEST(CleanUp, TakesNoZerosForMaxPaddingOfTheImage) {
  Model model({4, 4, 1});
  model.constant("w", {1, 1, 1, 1}, {1});
  model.node("Pad", {"x"}, "p").set("pads", {0, 0, 1, 1, 0, 0, 1, 1});
  model.node("MaxPool", {"p"}, "m").set("kernel_shape", {2, 2});
  model.node("Conv", {"m", "w"}, "y");
  EXPECT_NE(model.error(), "");
}

/// A file may ask for more than it holds in many ways; each is refused soon.
TEST(CleanUp, RefusesFilesThatAskForTooMuch) {
  const auto expect_refusal = [](const Model& model, const std::string& message) {
    std::string error;
    EXPECT_LT(seconds_of([&] { error = model.error(); }), 100);
    EXPECT_NE(error.find(message), std::string::npos) << error;
  };
  Model shared = one_conv();
  shared.constant("big", {3, 3, 400, 400}, std::vector<float>(1440000));
  std::string last = "c";
  for (int i = 0; i < 500; ++i) {
    const std::string next = "s" + std::to_string(i);
    shared.node("Conv", {last, "big"}, next).set("pads", {399, 399, 0, 0});
    last = next;
  }
  shared.node("Relu", {last}, "y");
  expect_refusal(shared, "copies or computes more constants than this file's share of memory");

  Model copies({1, 1, 65536});
  last = "x";
  for (int i = 0; i < 20000; ++i) {
    const std::string next = "r" + std::to_string(i);
    copies.node("Neg", {last}, next + "n");
    copies.node("MaxPool", {next + "n"}, next).set("kernel_shape", {1, 1});
    last = next;
  }
  copies.node("Relu", {last}, "y");
  expect_refusal(copies, "feature maps up to here have more than 268435456 elements");

  Model ranks = one_conv();
  ranks.shape_constant("first", {0});
  last = "c";
  for (int i = 0; i < 20; ++i) {
    const std::string next = "u" + std::to_string(i);
    ranks.node("Unsqueeze", {last, "first"}, next);
    last = next;
  }
  expect_refusal(ranks, "'y' is not computed by any node");
  ranks.node("Identity", {last}, "y");
  expect_refusal(ranks, "adds too many dimensions");

  Model huge({65536, 65536, 65536});
  huge.constant("m", {8, 2}, std::vector<float>(16));
  huge.node("Flatten", {"x"}, "f");
  huge.node("MatMul", {"f", "m"}, "y");
  expect_refusal(huge, "weights of [8 x 2] do not fit 281474976710656 inputs");

  Model sum = one_conv();
  test::Node all = sum.node("Sum", {"c"}, "y");
  for (int i = 2; i < 16384; ++i) {
    all.proto().add_input("c");
    sum.node("Identity", {"x"}, "i" + std::to_string(i)).named("Sum_y_" + std::to_string(i));
  }
  EXPECT_LT(seconds_of([&] { EXPECT_EQ(sum.load_float().layers.size(), 16383U); }), 100);

  Model pools = one_conv();
  last = "c";
  for (int i = 0; i < 16000; ++i) {
    const std::string next = "p" + std::to_string(i);
    pools.node("MaxPool", {last}, next + "m").set("kernel_shape", {1, 1});
    pools.node("Relu", {next + "m"}, next);
    last = next;
  }
  pools.node("Identity", {last}, "y");
  EXPECT_LT(seconds_of([&] { EXPECT_EQ(pools.load_float().layers.size(), 16001U); }), 100);
}

TEST(CleanUp, MakesNoMoreConstantsThanTheFileIsWorth) {
  Model model = one_conv();
  model.shape_constant("s", {1000, 3, 1, 1});
  model.node("ConstantOfShape", {"s"}, "zeros0");
  for (int i = 0; i < 2000; ++i) {
    model.node("Neg", {"zeros" + std::to_string(i)}, "zeros" + std::to_string(i + 1));
  }
  model.node("Conv", {"x", "zeros2000"}, "y");
  const std::string error = model.error();
  EXPECT_EQ(error.substr(0, 16), "node 'Neg_zeros1");
  EXPECT_NE(error.find("computes a constant of 3000 elements, more than this file's share"),
            std::string::npos)
      << error;
}

}  // namespace
}  // namespace dcnsim
