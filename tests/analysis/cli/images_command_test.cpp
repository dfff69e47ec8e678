// SPDX-License-Identifier: Apache-2.0
// Networks of any input and any number of classes on the user's own images, what pixels are to
// them, and what comes out for other tools; against plain loops.
#include <nlohmann/json.hpp>
#include <random>

#include "tests/analysis/cli/command_runner.h"
#include "tests/support/small_float_network.h"
#include "workloads/images/npy_file.h"
#include "workloads/onnx/onnx_network.h"

namespace dcnsim {
namespace {

using Json = nlohmann::json;

std::vector<std::vector<std::string>> rows_of(const std::string& csv) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines(csv);
  for (std::string line; std::getline(lines, line);) {
    std::vector<std::string>& row = rows.emplace_back();
    std::istringstream fields(line + ',');
    for (std::string field; std::getline(fields, field, ',');) row.push_back(field);
  }
  return rows;
}

/// `text` with single blanks in place of where it was wrapped.
std::string on_one_line(const std::string& text) {
  std::istringstream words(text);
  std::string line;
  for (std::string word; words >> word;) line += word + " ";
  return line;
}

class ImagesCommand : public CommandTest {
 protected:
  /// A fully-connected layer on the whole image, with weights of -1, -3/4 .. 3/4.
  static FloatNetwork fully_connected(const Shape& input, int classes) {
    std::mt19937 random(3);
    FloatNetwork network{"fully_connected", "image", input, {}};
    network.layers.push_back(conv_layer("fc", kNetworkInput, input, classes, 1, 1, random));
    FloatLayer& layer = network.layers[0];
    layer.node.conv.kernel_h = input.height;
    layer.node.conv.kernel_w = input.width;
    layer.weights.resize(static_cast<std::size_t>(classes) * input.elements());
    for (float& w : layer.weights) w = 0.25F * (static_cast<float>(random() % 8) - 4);
    std::fill(layer.bias.begin(), layer.bias.end(), 0.0F);
    return network;
  }

  /// On pixels / 256, without an error.
  static FixedNetwork in_256ths(const FloatNetwork& floats) {
    FixedNetwork network;
    network.name = "grey";
    network.input_name = "image";
    network.input = floats.input;
    network.input_format = {8, 8, false, false};
    network.convention.pixels = parse_convention("scale=1/256");
    FixedLayer& layer = network.layers.emplace_back();
    layer.node = floats.layers[0].node;
    layer.weight = {4, 2, true, false};
    for (const float w : floats.layers[0].weights) layer.weights.push_back(static_cast<int>(4 * w));
    layer.bias.resize(static_cast<std::size_t>(layer.node.conv.out_channels));
    layer.requant = {};
    layer.requant.out = {16, 6, true, false};
    layer.requant.rounding = Rounding::kHalfEven;
    layer.requant.shift = required_shift(network, layer);
    return network;
  }

  /// Pixels of images, one after the other in NHWC order, in pixels.npy, and labels i % classes.
  void write_images(const Shape& shape, std::size_t count, int classes) {
    std::mt19937 random(4);
    pixels_.clear();
    for (std::size_t i = 0; i < count * shape.elements(); ++i) {
      pixels_ += static_cast<char>(random() % 256);
    }
    const auto size = [](int extent) { return static_cast<std::size_t>(extent); };
    spill(path("pixels.npy"),
          npy_bytes({NpyType::Kind::kUnsigned, 1},
                    {count, size(shape.height), size(shape.width), size(shape.channels)}, pixels_));
    std::string labels;
    for (std::size_t i = 0; i < count; ++i) {
      labels += std::to_string(i % static_cast<std::size_t>(classes)) + "\n";
    }
    spill(path("labels.txt"), labels);
  }

  /// Sum of weight * f(pixel) of a class, by image.
  template <class Value>
  double logit(const FloatNetwork& network, std::size_t image, std::size_t of,
               const Value& value) const {
    const std::size_t elements = network.input.elements();
    double sum = 0;
    for (std::size_t i = 0; i < elements; ++i) {
      const auto pixel = static_cast<unsigned char>(pixels_[image * elements + i]);
      sum += double{network.layers[0].weights[of * elements + i]} * value(pixel);
    }
    return sum;
  }

  Json json(const std::string& name) const { return Json::parse(slurp(path(name))); }

  std::string pixels_;
};

TEST_F(ImagesCommand, grey_images_of_ten_classes_go_through_the_machine_to_the_last_bit) {
  const Shape input{28, 28, 1};
  const FloatNetwork floats = fully_connected(input, 10);
  const FixedNetwork network = in_256ths(floats);
  save_network(network, path("grey.onnx"));
  write_images(input, 5, 10);
  const Outcome o = dcnsim("run " + path("grey.onnx") + " --images " + path("pixels.npy") +
                           " --labels " + path("labels.txt") + " --no-cache --check --json " +
                           path("r.json") + " --predictions " + path("p.csv") +
                           " --dump fc=" + path("fc.npy") + " --dump-images 3,1");
  ASSERT_EQ(o.code, 0) << o.err;
  EXPECT_NE(unwrapped(o.out).find("bit), pixels scale=1/256 (the file's)"), std::string::npos)
      << o.out;
  const auto rows = rows_of(slurp(path("p.csv")));
  ASSERT_EQ(rows.size(), 6U);
  EXPECT_EQ(rows[0][2], "class");
  const NpyArray dump = read_npy(path("fc.npy"));
  EXPECT_EQ(dump.dims, (std::vector<std::size_t>{2, 10, 1, 1}));
  int correct = 0;
  for (std::size_t image = 0; image < 5; ++image) {
    const auto& row = rows[image + 1];
    ASSERT_EQ(row.size(), 13U);
    std::size_t best = 0;
    std::vector<double> logits;
    for (std::size_t c = 0; c < 10; ++c) {
      const double exact = logit(floats, image, c, [](int pixel) { return pixel / 256.0; });
      logits.push_back(std::nearbyint(exact * 64) / 64);
      EXPECT_EQ(std::stod(row[3 + c]), logits[c]);
      for (std::size_t dumped = 0; dumped < 2; ++dumped) {
        if (image != (dumped == 0 ? 1U : 3U)) continue;
        EXPECT_EQ(dump.at(10 * dumped + c), logits[c] * 64);
      }
      if (logits[c] > logits[best]) best = c;
    }
    EXPECT_EQ(row[0], std::to_string(image));
    EXPECT_EQ(row[1], std::to_string(image % 10));
    EXPECT_EQ(row[2], std::to_string(best));
    correct += best == image ? 1 : 0;
  }
  const Json result = json("r.json");
  EXPECT_EQ(result["accuracy"]["correct"], correct);
  EXPECT_EQ(result["pixels"]["source"], "file");
  EXPECT_EQ(result["dumps"][0]["format"], "s16.6");
  EXPECT_EQ(result["dumps"][0]["images"], (Json{1, 3}));
  // Raw pixels do not fit the input; the message says what would.
  expect_one_line_error("run " + path("grey.onnx") + " --pixels raw --images " + path("pixels.npy"),
                        {"u8.8 holds 0 to 0.996094", "--pixels unit or scale=1/256"}, 1);
}

TEST_F(ImagesCommand, a_dump_of_maps_is_in_the_order_of_images_channels_rows_columns) {
  const Shape input{2, 3, 2};
  std::mt19937 random(6);
  FixedNetwork network;
  network.name = "same";
  network.input_name = "image";
  network.input = input;
  network.input_format = {8, 0, false, false};
  FixedLayer& layer = network.layers.emplace_back();
  layer.node = conv_layer("same", kNetworkInput, input, 2, 1, 1, random).node;
  layer.weight = {4, 0, true, false};
  layer.weights = {1, 0, 0, 1};
  layer.bias.resize(2);
  layer.requant.out = {8, 0, false, false};
  layer.requant.shift = required_shift(network, layer);
  save_network(network, path("same.onnx"));
  write_images(input, 3, 2);
  const Outcome o =
      dcnsim("run " + path("same.onnx") + " --pixels raw --no-cache --images " +
             path("pixels.npy") + " --dump same=" + path("d.npy") + " --dump-images 2,0");
  ASSERT_EQ(o.code, 0) << o.err;
  const NpyArray dump = read_npy(path("d.npy"));
  ASSERT_EQ(dump.dims, (std::vector<std::size_t>{2, 2, 2, 3}));
  for (std::size_t i = 0; i < dump.size(); ++i) {
    const std::size_t image = i < 12 ? 0 : 2, channel = i / 6 % 2, pixel = i % 6;
    EXPECT_EQ(dump.at(i), static_cast<unsigned char>(pixels_[12 * image + 2 * pixel + channel]));
  }
}

TEST_F(ImagesCommand, colour_images_of_two_hundred_classes_are_quantized_on_calibration_images) {
  const Shape input{64, 64, 3};
  const FloatNetwork network = fully_connected(input, 200);
  save_network(network, path("net.onnx"));
  write_images(input, 4, 200);
  const std::string images = path("pixels.npy") + " --labels " + path("labels.txt");
  const Outcome q = dcnsim("quantize " + path("net.onnx") + " --pixels signed --calibration " +
                           path("pixels.npy") + " --evaluate " + images + " --predictions " +
                           path("p.csv") + " -o " + path("q.onnx"));
  ASSERT_EQ(q.code, 0) << q.err;
  EXPECT_EQ(q.out.rfind("fully_connected: pixels signed\n", 0), 0U) << q.out;
  const auto rows = rows_of(slurp(path("p.csv")));
  ASSERT_EQ(rows.size(), 5U);
  for (std::size_t image = 0; image < 4; ++image) {
    for (std::size_t c = 0; c < 200; ++c) {
      const double exact = logit(network, image, c, [](int pixel) { return pixel / 127.5 - 1; });
      EXPECT_NEAR(std::stod(rows[image + 1][3 + c]), exact, 1e-3);
    }
  }
  // What was said is kept in the file, and contradicting it warns.
  const Outcome r = dcnsim("run " + path("q.onnx") + " --no-cache --images " + images);
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_NE(unwrapped(r.out).find("pixels signed (the file's)"), std::string::npos) << r.out;
  const Outcome c =
      dcnsim("run " + path("q.onnx") + " --pixels unit --no-cache --images " + images);
  EXPECT_NE(
      unwrapped(c.out).find("--pixels unit contradicts the network's file, which states signed"),
      std::string::npos)
      << c.out << c.err;
  const Outcome f = dcnsim("run " + path("net.onnx") + " --no-cache --images " + images);
  EXPECT_EQ(f.code, 1);
  EXPECT_NE(f.err.find("its input is 64 x 64 x 3: formats need images of that shape"),
            std::string::npos)
      << f.err;
}

TEST_F(ImagesCommand, without_images_there_is_everything_but_accuracy) {
  save_network(fully_connected({9, 7, 5}, 3), path("net.onnx"));
  const Outcome o =
      dcnsim("run " + path("net.onnx") + " --no-cache --zeros 0.25 --json " + path("r.json"));
  ASSERT_EQ(o.code, 0) << o.err;
  EXPECT_NE(unwrapped(o.out).find("no images"), std::string::npos);
  EXPECT_NE(unwrapped(o.out).find("accuracy none: no images"), std::string::npos) << o.out;
  EXPECT_NE(unwrapped(o.out).find("25 % of the input codes of convolutions, assumed"),
            std::string::npos);
  const Json result = json("r.json");
  EXPECT_EQ(result["images"], 0);
  EXPECT_TRUE(result["accuracy"]["top1"].is_null());
  EXPECT_EQ(result["assumed_zeros"], 0.25);
  EXPECT_NEAR(result["layers"][0]["zero_activations"].get<double>(), 0.25, 0.01);
  EXPECT_GT(result["energy"]["total_pj"], 0);
  EXPECT_EQ(dcnsim("map " + path("net.onnx") + " --no-cache").code, 0);
  EXPECT_NE(unwrapped(dcnsim("inspect " + path("r.json")).out).find("accuracy none: no images"),
            std::string::npos);
  EXPECT_EQ(dcnsim("report " + path("r.json") + " -o " + path("page.html")).code, 0);
  expect_one_line_error("run cifar10_res8 --zeros 0.5", {"--zeros: images have their own"}, 2);
  expect_one_line_error("run --no-images --predictions p.csv",
                        {"--predictions: there are no images"}, 2);
  const Outcome none = dcnsim("run cifar10_res8 --no-images --no-cache");
  EXPECT_EQ(none.code, 0) << none.err;
  EXPECT_NE(unwrapped(none.out).find("none: no images"), std::string::npos);
}

TEST_F(ImagesCommand, an_output_that_is_no_vector_of_classes_has_no_accuracy) {
  std::mt19937 random(5);
  FloatNetwork map{"map", "image", kCifarShape, {}};
  map.layers.push_back(conv_layer("conv", kNetworkInput, kCifarShape, 10, 8, 8, random));
  save_network(map, path("map.onnx"));
  const std::string run = " --no-cache --limit 2 --calibration " + calibration_;
  const Outcome o = dcnsim("run " + path("map.onnx") + run + " --predictions " + path("p.csv"));
  ASSERT_EQ(o.code, 0) << o.err;
  EXPECT_NE(
      unwrapped(o.out).find("accuracy none: the network's output is 4 x 4 x 10, not one value"),
      std::string::npos)
      << o.out;
  const auto rows = rows_of(slurp(path("p.csv")));
  EXPECT_EQ(rows[1][2], "");
  EXPECT_EQ(rows[1].size(), 3U + 160);
  expect_one_line_error("quantize " + path("map.onnx") + " -o " + path("q.onnx") +
                            " --calibration " + calibration_ + " --evaluate " + calibration_,
                        {"no accuracy: the network's output is 4 x 4 x 10"}, 1);
  FloatNetwork two{"two", "image", kCifarShape, {}};
  two.layers.push_back(conv_layer("conv", kNetworkInput, kCifarShape, 2, 32, 1, random));
  save_network(two, path("two.onnx"));
  expect_one_line_error("run " + path("two.onnx") + run, {"label 3, but the network has 2 classes"},
                        1);
}

/// Bright or dark, if pixels are p / 255: taken raw, all are bright.
TEST_F(ImagesCommand, labelled_calibration_images_tell_of_a_better_convention) {
  const Shape input{4, 4, 1};
  FloatNetwork network = fully_connected(input, 2);
  std::fill(network.layers[0].weights.begin(), network.layers[0].weights.begin() + 16, 0.0F);
  std::fill(network.layers[0].weights.begin() + 16, network.layers[0].weights.end(), 1.0F);
  network.layers[0].bias = {8, 0};
  save_network(network, path("net.onnx"));
  std::string labels, bytes;
  for (int i = 0; i < 50; ++i) {
    bytes += std::string(16, static_cast<char>(i % 2 == 0 ? 20 + i : 250 - i));
    labels += i % 2 == 0 ? "0\n" : "1\n";
  }
  spill(path("c.npy"), npy_bytes({NpyType::Kind::kUnsigned, 1}, {50, 4, 4}, bytes));
  spill(path("c.txt"), labels);
  const std::string quantize = "quantize " + path("net.onnx") + " --calibration " + path("c.npy") +
                               " --calibration-labels " + path("c.txt") + " -o " + path("q.onnx");
  const Outcome assumed = dcnsim(quantize);
  ASSERT_EQ(assumed.code, 0) << assumed.err;
  EXPECT_EQ(assumed.out.rfind("fully_connected: pixels raw (assumed)\n", 0), 0U) << assumed.out;
  EXPECT_NE(unwrapped(assumed.out)
                .find("warning: with --pixels unit the network has 100.0 % of 50 labelled "
                      "calibration images right, with raw, which was assumed, 50.0 %"),
            std::string::npos)
      << assumed.out;
  EXPECT_EQ(unwrapped(dcnsim(quantize + " --pixels unit").out).find("warning"), std::string::npos);
  EXPECT_EQ(unwrapped(dcnsim(quantize + " --pixels raw").out).find("warning"), std::string::npos);

  // The graph divides by 255 itself.
  network.convention.chain = {{AffineStep::Kind::kDivide, {255}}};
  save_network(network, path("net.onnx"));
  EXPECT_EQ(unwrapped(dcnsim(quantize).out).find("warning"), std::string::npos);
  const Outcome doubled = dcnsim(quantize + " --pixels unit");
  EXPECT_NE(unwrapped(doubled.out)
                .find("warning: with --pixels raw the network has 100.0 % of 50 labelled "
                      "calibration images right, with unit, which was asked for although "
                      "nodes of its graph change pixels too, 50.0 %"),
            std::string::npos)
      << doubled.out;
  expect_one_line_error(quantize + " --pixels unti", {"--pixels: \"unti\"", "did you mean"}, 2);
}

TEST_F(ImagesCommand, pixels_do_nothing_to_floats_and_that_is_said) {
  const Shape input{3, 2, 1};
  save_network(fully_connected(input, 2), path("net.onnx"));
  std::string bytes;
  for (const float value : {0.5F, -1.0F, 2.0F, 0.25F, 0.0F, 1.0F}) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  spill(path("f.npy"), npy_bytes({NpyType::Kind::kFloat, 4}, {1, 3, 2}, bytes));
  const std::string warning =
      "--pixels unit does nothing to images of floats, which are network inputs";
  for (const std::string& command : {"quantize " + path("net.onnx") + " --calibration " +
                                         path("f.npy") + " -o " + path("q.onnx"),
                                     "run " + path("net.onnx") + " --no-cache --calibration " +
                                         path("f.npy") + " --images " + path("f.npy")}) {
    EXPECT_EQ(unwrapped(dcnsim(command).out).find(warning), std::string::npos);
    const Outcome o = dcnsim(command + " --pixels unit");
    EXPECT_EQ(o.code, 0) << o.err;
    EXPECT_NE(unwrapped(o.out).find(warning), std::string::npos) << o.out;
  }
}

TEST_F(ImagesCommand, a_layer_is_named_by_an_end_of_its_name) {
  const Shape input{3, 3, 1};
  FloatNetwork network = fully_connected(input, 2);
  std::mt19937 random(5);
  network.layers.insert(network.layers.begin(), conv_layer("/features/features.0/Conv",
                                                           kNetworkInput, input, 1, 1, 1, random));
  network.layers.insert(network.layers.begin() + 1,
                        conv_layer("/features/features.3/Conv", 0, input, 1, 1, 1, random));
  network.layers[2].node.name = "/classifier/Gemm";
  network.layers[2].node.input = 1;
  save_network(network, path("net.onnx"));
  write_images(input, 2, 2);
  const auto dump = [&](const std::string& layer) {
    return "run " + path("net.onnx") + " --pixels unit --no-cache --calibration " +
           path("pixels.npy") + " --images " + path("pixels.npy") + " --json " + path("r.json") +
           " --dump " + layer + "=" + path("d.npy");
  };
  for (const std::string layer : {"features.3", "..tures.3/Conv", "/features/features.3/Conv"}) {
    const Outcome o = dcnsim(dump(layer));
    ASSERT_EQ(o.code, 0) << o.err;
    EXPECT_EQ(json("r.json")["dumps"][0]["layer"], "/features/features.3/Conv");
  }
  expect_one_line_error(dump("Conv"),
                        {"\"Conv\" may be any of /features/features.0/Conv, "
                         "/features/features.3/Conv"},
                        2);
  const Outcome map = dcnsim("map " + path("net.onnx") + " --no-cache --layer Gemm");
  EXPECT_NE(map.out.find("\n/classifier/Gemm\n  tiles"), std::string::npos) << map.out << map.err;
}

TEST_F(ImagesCommand, a_sweep_needs_no_images) {
  save_network(fully_connected({9, 7, 5}, 3), path("net.onnx"));
  const std::string store = path("s.sqlite");
  const auto energy = [&](const std::string& zeros) {
    spill(path("s.yaml"), "network: net.onnx\nimages: none\ncalibration: none\nzeros: " + zeros +
                              "\nobjectives: [energy_uj]\n");
    std::filesystem::remove(store);
    const Outcome o = dcnsim("sweep " + path("s.yaml") + " --no-cache --store " + store);
    EXPECT_EQ(o.code, 0) << o.err;
    EXPECT_EQ(dcnsim("sweep export " + store + " --json " + path("e.json")).code, 0);
    EXPECT_NE(slurp(path("e.json")).find("share of zeros assumed: " + zeros), std::string::npos);
    return json("e.json")["points"][0]["metrics"]["energy_uj"].get<double>();
  };
  EXPECT_GT(energy("0"), energy("0.75"));
}

TEST_F(ImagesCommand, a_sweep_of_networks_in_fixed_point_asks_for_no_images_that_no_format_needs) {
  const Shape input{8, 8, 1};
  save_network(in_256ths(fully_connected(input, 4)), path("net.onnx"));
  write_images(input, 6, 4);
  const std::string store = path("s.sqlite");
  const auto sweep = [&](const std::string& more) {
    spill(path("s.yaml"), "network: net.onnx\n" + more);
    std::filesystem::remove(store);
    const Outcome o = dcnsim("sweep " + path("s.yaml") + " --no-cache --store " + store);
    EXPECT_EQ(o.code, 0) << more << o.err;
    EXPECT_EQ(dcnsim("sweep export " + store + " --json " + path("e.json")).code, 0);
    return json("e.json")["points"][0]["metrics"];
  };
  const std::string images = "images: pixels.npy\nlabels: labels.txt\n";
  const Json counted = sweep(images);
  for (const std::string option : {"--objective loss_points", "--constraint 'loss_points<=1'"}) {
    expect_one_line_error("sweep show " + store + " " + option,
                          {"loss_points needs a float network to compare with"}, 2);
  }
  EXPECT_EQ(counted, sweep(images + "calibration: pixels.npy\n"));
  const Json assumed = sweep(images + "calibration: none\nzeros: 0.5\n");
  EXPECT_EQ(counted["top1_percent"], assumed["top1_percent"]);
  EXPECT_NE(counted["energy_uj"], assumed["energy_uj"]);
  EXPECT_EQ(sweep("images: none\nzeros: 0.5\n")["energy_uj"], assumed["energy_uj"]);
  spill(path("s.yaml"), "network: net.onnx\n");
  expect_one_line_error(
      "sweep " + path("s.yaml") + " --no-cache --store " + path("t.sqlite"),
      {"s.yaml: images: not given", "8 x 8 x 1", "32 x 32 x 3; expected a path, or none"}, 1);
}

TEST_F(ImagesCommand, an_array_in_either_order_is_said_by_all_that_read_it) {
  const Shape input{3, 3, 3};
  save_network(fully_connected(input, 4), path("net.onnx"));
  write_images(input, 8, 4);
  const std::string net = path("net.onnx"), npy = path("pixels.npy"),
                    labelled = npy + " --labels " + path("labels.txt"),
                    warning = "/pixels.npy: could be N x C x H x W or N x H x W x C";
  spill(path("s.yaml"), "network: net.onnx\ncalibration: pixels.npy\nimages: none\n");
  std::filesystem::copy_file(npy, path("same.npy"));
  for (const std::string& command :
       {"run " + net + " --no-cache --calibration " + npy,
        "run " + net + " --no-cache --calibration " + npy + " --images " + npy,
        "quantize " + net + " --calibration " + npy + " -o " + path("q.onnx"),
        "quantize " + net + " --measure --calibration " + npy + " --evaluate " + labelled + " -o " +
            path("q.onnx"),
        "allocate " + net + " --equal-bits 6 --no-cache --calibration " + npy + " -o " +
            path("q.onnx"),
        "sweep " + path("s.yaml") + " --no-cache --dry-run",
        "sweep " + path("s.yaml") + " --no-cache --store " + path("s.sqlite")}) {
    const Outcome o = dcnsim(command);
    EXPECT_EQ(o.code, 0) << command << o.err;
    const std::string said = on_one_line(o.out);
    const std::size_t first = said.find(warning);
    EXPECT_NE(first, std::string::npos) << command << o.out;
    EXPECT_EQ(said.find(warning, first + 1), std::string::npos) << command << o.out;
  }
  const Outcome both = dcnsim("quantize " + net + " --calibration " + path("same.npy") +
                              " --evaluate " + labelled + " -o " + path("q.onnx"));
  EXPECT_NE(unwrapped(both.out).find(warning), std::string::npos) << both.out << both.err;
  EXPECT_NE(unwrapped(both.out).find("same.npy: could be"), std::string::npos) << both.out;
}

TEST_F(ImagesCommand, a_sweep_takes_networks_in_fixed_point) {
  save_network(mixed_network(), path("net.onnx"));
  ASSERT_EQ(dcnsim("quantize " + path("net.onnx") + " -w 5 -a 6 --calibration " + calibration_ +
                   " -o " + path("q.onnx"))
                .code,
            0);
  spill(path("s.yaml"),
        "network: net.onnx\ncalibration: calibration.bin\nimages: calibration.bin\nallocations:\n"
        "  - fixed: [q.onnx]\n  - equal: {weights: 5, activations: 6}\n");
  const std::string store = path("s.sqlite");
  const Outcome o = dcnsim("sweep " + path("s.yaml") + " --no-cache --store " + store);
  ASSERT_EQ(o.code, 0) << o.err;
  ASSERT_EQ(dcnsim("sweep export " + store + " --json " + path("e.json")).code, 0);
  const Json points = json("e.json")["points"];
  ASSERT_EQ(points.size(), 2U);
  EXPECT_EQ(points[0]["settings"]["allocation"], "q");
  for (const char* metric : {"cycles", "top1_percent", "model_kb"}) {
    EXPECT_EQ(points[0]["metrics"][metric], points[1]["metrics"][metric]) << points;
  }

  spill(path("own.yaml"),
        "network: q.onnx\ncalibration: calibration.bin\nimages: calibration.bin\n");
  const Outcome own =
      dcnsim("sweep " + path("own.yaml") + " --no-cache --store " + path("o.sqlite"));
  ASSERT_EQ(own.code, 0) << own.err;
  ASSERT_EQ(dcnsim("sweep export " + path("o.sqlite") + " --json " + path("o.json")).code, 0);
  const Json alone = json("o.json")["points"];
  ASSERT_EQ(alone.size(), 1U);
  EXPECT_EQ(alone[0]["settings"]["allocation"], "as it is");
  Json expected = points[0]["metrics"];
  expected.erase("loss_points");
  EXPECT_EQ(alone[0]["metrics"], expected);
  EXPECT_EQ(alone[0]["layers"], points[0]["layers"]);
  EXPECT_EQ(dcnsim("sweep " + path("own.yaml") + " --no-cache --dry-run").code, 0);
  EXPECT_EQ(dcnsim("report " + path("o.sqlite") + " -o " + path("o.html")).code, 0);
  spill(path("own.yaml"), "network: q.onnx\nobjectives: [loss_points]\n");
  expect_one_line_error("sweep " + path("own.yaml"),
                        {"own.yaml", "objectives: loss_points needs a float network"}, 1);
}

}  // namespace
}  // namespace dcnsim
