// SPDX-License-Identifier: Apache-2.0
// dcnsim-train and dcnsim finetune as their users run them, on the images that come with dcnsim.
#include <fcntl.h>
#include <signal.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "tests/analysis/cli/command_runner.h"
#include "tests/support/small_float_network.h"
#include "workloads/images/npy_file.h"
#include "workloads/onnx/onnx_network.h"

namespace dcnsim {
namespace {

const std::string kImages = kSource + "/workloads/cifar10/calibration_500.bin";
const std::string kPlain7 = kSource + "/workloads/networks/cifar10_plain7_float.onnx.gz";
constexpr std::size_t kRecord = 3073;

class FinetuneCommandTest : public CommandTest {
 protected:
  void SetUp() override {
    CommandTest::SetUp();
    // 50 images to train on, 20 held out.
    const std::string all = slurp(kImages);
    spill(path("images.bin"), all.substr(0, 70 * kRecord));
    spill(path("held_out.bin"), all.substr(50 * kRecord, 20 * kRecord));
  }

  std::string recipe(const std::string& output) const {
    return "--data " + path("images.bin") + " --validation 20 --batch 10 --threads 1 -o " +
           path(output);
  }

  /// Of the `accuracy` line that `key` begins: "NAME 93.10 % ...".
  static double percent(const std::string& text, const std::string& key) {
    const std::size_t at = text.find(key);
    if (at == std::string::npos) return -1;
    return std::stod(text.substr(at + key.size()));
  }

  /// Starts a program and kills it when `file` has been there for a moment.
  void kill_after(const std::string& program, const std::string& arguments,
                  const std::string& file) const {
    const pid_t child = fork();
    if (child == 0) {
      const int nothing = open("/dev/null", O_WRONLY);
      dup2(nothing, STDOUT_FILENO);
      const std::string command = "exec " + program + " " + arguments;
      execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
      _exit(127);
    }
    for (int i = 0; i < 600 && !std::filesystem::exists(path(file)); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status)) << "it was over before it was killed";
  }
};

TEST_F(FinetuneCommandTest, TrainsANetworkThatQuantizesAndRuns) {
  const Outcome trained = run(DCNSIM_TRAIN, recipe("net.onnx") + " --epochs 2");
  ASSERT_EQ(trained.code, 0) << trained.err;
  EXPECT_NE(trained.out.find("epoch   2: loss "), std::string::npos) << trained.out;
  EXPECT_EQ(slurp(path("net.onnx.csv")).rfind("epoch,loss,training_accuracy", 0), 0U);
  const Outcome quantized =
      dcnsim("quantize " + path("net.onnx") + " -o " + path("fixed.onnx") + " --calibration " +
             calibration_ + " --evaluate " + path("held_out.bin"));
  ASSERT_EQ(quantized.code, 0) << quantized.err;
  // The exported network classifies as the trained one did.
  EXPECT_EQ(percent(quantized.out, "accuracy, float"),
            percent(trained.out.substr(trained.out.find("epoch   2")), "validation"));
}

TEST_F(FinetuneCommandTest, FineTunesToWhatTheAcceleratorComputes) {
  const Outcome tuned = dcnsim("finetune -w 3 -a 4 --epochs 2 --calibration " + calibration_ +
                               " --test " + path("held_out.bin") + " " + recipe("tuned.onnx"));
  ASSERT_EQ(tuned.code, 0) << tuned.err;
  const Outcome simulated =
      dcnsim("run " + path("tuned.onnx") + " --images " + path("held_out.bin"));
  ASSERT_EQ(simulated.code, 0) << simulated.err;
  const double accuracy = percent(simulated.out, "accuracy     ");
  EXPECT_EQ(percent(tuned.out, "validation         "), accuracy) << tuned.out;
  EXPECT_EQ(percent(tuned.out, "test, fine-tuned   "), accuracy) << tuned.out;
  EXPECT_GE(accuracy, percent(tuned.out, "test, before       ")) << tuned.out;
}

/// Images of 6 x 5 pixels and 2 channels in three classes, which a bright corner tells apart, as a
/// .npy of pixels or of pixels / 255.
std::string array_of(std::size_t first, std::size_t count, bool has_pixels) {
  std::mt19937 random(9);
  std::string bytes;
  for (std::size_t image = 0; image < first + count; ++image) {
    for (std::size_t i = 0; i < 60; ++i) {
      const std::size_t y = i % 30 / 5, x = i % 5;
      const bool is_bright = image % 3 == 0 ? y < 3 : image % 3 == 1 ? x < 2 : y >= 3 && x >= 3;
      const auto pixel = static_cast<std::uint8_t>(random() % 120 + (is_bright ? 100 : 0));
      if (image < first) continue;
      const float value = static_cast<float>(pixel) / 255;
      bytes += has_pixels ? std::string(1, static_cast<char>(pixel))
                          : std::string(reinterpret_cast<const char*>(&value), sizeof value);
    }
  }
  const NpyType type =
      has_pixels ? NpyType{NpyType::Kind::kUnsigned, 1} : NpyType{NpyType::Kind::kFloat, 4};
  return npy_bytes(type, {count, 2, 6, 5}, bytes);
}

TEST_F(FinetuneCommandTest, TakesImagesOfAnyShapeInAnyConvention) {
  std::mt19937 random(8);
  FloatNetwork network{"small", "image", {6, 5, 2}, {}};
  network.layers.push_back(conv_layer("conv", kNetworkInput, network.input, 8, 3, 1, random));
  network.layers[0].node.relu = true;
  network.layers.push_back(conv_layer("fc", 0, {4, 3, 8}, 3, 3, 1, random));
  ConvShape& whole = network.layers[1].node.conv;
  whole.kernel_h = 4;
  network.layers[1].weights.resize(3 * 4 * 3 * 8, 0.05F);
  save_network(network, path("small.onnx"));
  std::string labels;
  for (int i = 0; i < 90; ++i) labels += std::to_string(i % 3) + "\n";
  spill(path("labels.txt"), labels);
  spill(path("held_labels.txt"), labels.substr(0, 2 * 30));
  for (const bool has_pixels : {true, false}) {
    SCOPED_TRACE(has_pixels ? "pixels" : "values");
    spill(path("images.npy"), array_of(0, 90, has_pixels));
    spill(path("held.npy"), array_of(60, 30, has_pixels));
    const Outcome tuned =
        dcnsim("finetune " + path("small.onnx") + " -w 4 -a 6 --epochs 8 --filter-rate 0.05" +
               (has_pixels ? " --pixels unit" : "") + " --calibration " + path("images.npy") +
               " --data " + path("images.npy") + " --labels " + path("labels.txt") +
               " --validation 30 --batch 10 --threads 1 --no-flip --shift 0 --cutout 0 --test " +
               path("held.npy") + " --test-labels " + path("held_labels.txt") + " --json " +
               path("r.json") + " -o " + path("tuned.onnx"));
    ASSERT_EQ(tuned.code, 0) << tuned.err;
    const Outcome simulated = dcnsim("run " + path("tuned.onnx") + " --no-cache --images " +
                                     path("held.npy") + " --labels " + path("held_labels.txt"));
    ASSERT_EQ(simulated.code, 0) << simulated.err;
    const double accuracy = percent(simulated.out, "accuracy     ");
    EXPECT_EQ(percent(tuned.out, "validation         "), accuracy) << tuned.out;
    EXPECT_EQ(percent(tuned.out, "test, fine-tuned   "), accuracy) << tuned.out;
    EXPECT_GT(accuracy, percent(tuned.out, "test, before       ")) << tuned.out;
    const auto report = nlohmann::json::parse(slurp(path("r.json")));
    EXPECT_EQ(report["pixels"]["source"], has_pixels ? "option" : "values");
    EXPECT_EQ(report["recipe"]["flip"], false);
    if (has_pixels) {
      EXPECT_EQ(report["pixels"]["convention"], "unit");
      EXPECT_NE(unwrapped(simulated.out).find("pixels unit (the file's)"), std::string::npos)
          << simulated.out;
    }
    std::filesystem::remove(path("tuned.onnx.checkpoint"));
  }
  const std::string rest = " --data " + path("images.npy") + " --validation 30 --calibration " +
                           path("images.npy") + " -o " + path("out.onnx");
  expect_one_line_error("finetune " + path("small.onnx") + rest,
                        {"images.npy: training needs the images' labels"}, 1);
  spill(path("labels.txt"), labels.substr(0, 2 * 89) + "3\n");
  expect_one_line_error("finetune " + path("small.onnx") + " --labels " + path("labels.txt") + rest,
                        {"images.npy: cannot be trained on: image 29: label 3, but the network has "
                         "3 classes"},
                        1);
}

TEST_F(FinetuneCommandTest, KeepsTheBeginningIfNoEpochIsBetter) {
  for (const std::string rate : {"100", "200"}) {
    const Outcome tuned = dcnsim("finetune -w 8 -a 8 --epochs 1 --calibration " + calibration_ +
                                 " --filter-rate " + rate + " " + recipe(rate + ".onnx"));
    ASSERT_EQ(tuned.code, 0) << tuned.err;
    EXPECT_NE(unwrapped(tuned.out).find("as at the beginning"), std::string::npos) << tuned.out;
  }
  EXPECT_EQ(slurp(path("100.onnx")), slurp(path("200.onnx")));
}

TEST_F(FinetuneCommandTest, TheGridBecomesThePapersTable) {
  save_network(mixed_network(), path("mixed.onnx"));
  const std::string images = slurp(path("images.bin"));
  std::filesystem::create_directories(folder_ / "data");
  for (std::size_t batch = 0; batch < 5; ++batch) {
    spill(path("data/data_batch_" + std::to_string(batch + 1) + ".bin"),
          images.substr(batch * 14 * kRecord, 14 * kRecord));
  }
  spill(path("data/test_batch.bin"), slurp(path("held_out.bin")));
  const auto grid = [&](const std::string& jobs) {
    return run("JOBS=" + jobs + " DCNSIM=" + DCNSIM_COMMAND + " " + kSource +
                   "/workloads/training/fine_tune_grid",
               path("mixed.onnx") + " " + path("data") + " " + path("results") +
                   " 1 -- --validation 20 --batch 50 --epochs 1 --calibration " + calibration_);
  };
  const Outcome all = grid("2");
  ASSERT_EQ(all.code, 0) << all.out << all.err;
  EXPECT_NE(all.out.find("w16_afloat_seed1: epoch   1: loss"), std::string::npos) << all.out;
  // What is left in float is written as a float network.
  for (const auto& [cell, is_float] : {std::pair{"w4_a4", false}, {"w8_afloat", true}}) {
    const std::string network = path("results/" + std::string(cell) + "_seed1.onnx.gz");
    EXPECT_EQ(dcnsim("inspect " + network).out.find("float network") != std::string::npos,
              is_float);
  }
  // Only what is missing is made again.
  std::filesystem::remove(path("results/w4_a8_seed1.json"));
  const Outcome again = grid("1");
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_NE(again.out.find("w4_a8_seed1: epoch   1: loss"), std::string::npos) << again.out;
  EXPECT_EQ(again.out.find("w4_a4"), std::string::npos) << again.out;

  const Outcome page =
      dcnsim("experiment fine-tuned-error --results " + path("results") + " -o " + path("page"));
  ASSERT_EQ(page.code, 0) << page.err;
  const std::string text = slurp(path("page/fine_tuned_error.md"));
  EXPECT_NE(text.find("| activations \\ weights | 4 | 8 | 16 | float |"), std::string::npos)
      << text;
  EXPECT_NE(text.find("| 8 | 1, 0.005 | 1, 0.001 | 1, 0.001 | 1, 0.001 |"), std::string::npos)
      << text;
  EXPECT_NE(text.find("| 8 | 7.58 | 6.95 | 6.95 | 6.78 |"), std::string::npos) << text;
  EXPECT_NE(slurp(path("page/fine_tuned_error.csv")).find("\n4,8,1,"), std::string::npos);
  expect_one_line_error("experiment fine-tuned-error", {"--results"}, 2);
  expect_one_line_error(
      "experiment fine-tuned-error --results " + path("nowhere") + " -o " + path("page"),
      {"/nowhere"}, 1);
}

TEST_F(FinetuneCommandTest, TheCurveIsOfEqualAndAllocatedWidths) {
  save_network(mixed_network(), path("mixed.onnx"));
  const std::string images = slurp(path("images.bin"));
  std::filesystem::create_directories(folder_ / "data");
  for (std::size_t batch = 0; batch < 5; ++batch) {
    spill(path("data/data_batch_" + std::to_string(batch + 1) + ".bin"),
          images.substr(batch * 14 * kRecord, 14 * kRecord));
  }
  spill(path("data/test_batch.bin"), slurp(path("held_out.bin")));
  // What is there already is not made again: three points are left.
  std::filesystem::create_directories(folder_ / "results");
  const std::vector<const char*> kMade = {
      "equal_3", "equal_4", "equal_5",  "equal_8",     "size_2",     "size_3",   "size_3.5",
      "size_4",  "size_5",  "energy_2", "energy_2.25", "energy_2.5", "energy_4", "energy_5"};
  for (const char* name : kMade) {
    spill(path("results/" + std::string(name) + "_seed1.json"), "{}");
  }
  const Outcome made = run(std::string("DCNSIM=") + DCNSIM_COMMAND + " " + kSource +
                               "/workloads/training/fine_tune_curve",
                           path("mixed.onnx") + " " + path("data") + " " + path("results") +
                               " 1 -- --validation 20 --batch 50 --epochs 1");
  ASSERT_EQ(made.code, 0) << made.out << made.err;
  EXPECT_EQ(made.out.find("equal_3_seed1"), std::string::npos) << made.out;
  const auto read = [&](const std::string& name) {
    return nlohmann::json::parse(slurp(path("results/" + name + ".json")));
  };
  EXPECT_EQ(read("equal_2_seed1")["widths"]["weights"], 2);
  for (const char* allocated : {"size_2.5_seed1", "energy_4.5_seed1"}) {
    EXPECT_TRUE(read(allocated)["widths"]["weights"].is_null()) << allocated;
    EXPECT_TRUE(std::filesystem::exists(path("results/" + std::string(allocated) + ".onnx.gz")));
  }
  // Budgets are those of equal widths, interpolated between whole bits.
  const auto equal = [&](const std::string& bits, const char* field) {
    const nlohmann::json report = read("allocations/as_equal_" + bits);
    for (const auto& figures : report["equal_widths"]) {
      if (figures["name"] == "equal " + bits) return figures[field].get<double>();
    }
    return 0.0;
  };
  EXPECT_LE(read("allocations/size_2.5")["allocation"]["weight_bytes"].get<double>(),
            (equal("2", "weight_bytes") + equal("3", "weight_bytes")) / 2);
  EXPECT_LE(read("allocations/energy_4.5")["allocation"]["energy_pj"].get<double>(),
            (equal("4", "energy_pj") + equal("5", "energy_pj")) / 2);

  const std::string experiment =
      "experiment fine-tuned-curve --results " + path("results") + " -o " + path("page");
  const std::string tested = " --images " + path("data/test_batch.bin");
  expect_one_line_error(experiment + tested, {"energy_2.25_seed1.json: /"}, 1);
  for (const char* name : kMade) {
    std::filesystem::remove(path("results/" + std::string(name) + "_seed1.json"));
  }
  const Outcome page = dcnsim(experiment + tested);
  ASSERT_EQ(page.code, 0) << page.err;
  const std::string text = slurp(path("page/fine_tuned_curve.md"));
  for (const char* row : {"\n| equal 2 | ", "\n| size_2.5 | ", "\n| energy_4.5 | "}) {
    EXPECT_NE(text.find(row), std::string::npos) << row << " in " << text;
  }
  EXPECT_NE(text.find("fine-tuned-curve --images test_batch.bin --results results\n"),
            std::string::npos)
      << text;
  expect_one_line_error(experiment, {"--images: SHA-256 "}, 1);
  expect_one_line_error("experiment fine-tuned-curve" + tested, {"--results"}, 2);
  expect_one_line_error("experiment bit-fusion --results " + path("results"),
                        {"--results: has no effect on bit-fusion"}, 2);
}

TEST_F(FinetuneCommandTest, TakesTheFormatsOfAnAllocation) {
  spill(path("widths.yaml"), "weights: 5\nactivations: 7\nlayers:\n  conv3: {weights: 3}\n");
  const Outcome quantized =
      dcnsim("quantize " + kPlain7 + " --calibration " + calibration_ + " --widths " +
             path("widths.yaml") + " -o " + path("allocation.onnx.gz"));
  ASSERT_EQ(quantized.code, 0) << quantized.err;
  const Outcome tuned = dcnsim("finetune --allocation " + path("allocation.onnx.gz") +
                               " --epochs 1 " + recipe("tuned.onnx.gz"));
  ASSERT_EQ(tuned.code, 0) << tuned.err;
  const std::string widths = dcnsim("inspect " + path("tuned.onnx.gz")).out;
  EXPECT_NE(widths.find("s3."), std::string::npos) << widths;
  EXPECT_NE(widths.find("s5."), std::string::npos) << widths;
  expect_one_line_error("finetune --allocation " + path("allocation.onnx.gz") +
                            " --pixels unit --epochs 1 " + recipe("tuned.onnx.gz"),
                        {"tuned.onnx.gz.checkpoint: is of another training"}, 1);
}

TEST_F(FinetuneCommandTest, KilledTrainingsGoOnToTheSameBytes) {
  struct Case {
    std::string program, arguments;
  };
  const std::string finetune = std::string(DCNSIM_COMMAND) + " finetune";
  for (const Case& c : {Case{DCNSIM_TRAIN, "--epochs 4"},
                        Case{finetune, "-w 4 -a 4 --epochs 2 --calibration " + calibration_}}) {
    SCOPED_TRACE(c.program);
    for (const char* name : {"straight.onnx", "killed.onnx"}) {
      std::filesystem::remove(path(std::string(name) + ".checkpoint"));
    }
    ASSERT_EQ(run(c.program, c.arguments + " " + recipe("straight.onnx")).code, 0);
    const std::string killed = c.arguments + " --checkpoint-seconds 0 " + recipe("killed.onnx");
    kill_after(c.program, killed, "killed.onnx.checkpoint");
    const Outcome resumed = run(c.program, killed);
    ASSERT_EQ(resumed.code, 0) << resumed.err;
    EXPECT_EQ(resumed.out.rfind("going on after step ", 0), 0U) << resumed.out;
    EXPECT_EQ(slurp(path("killed.onnx")), slurp(path("straight.onnx")));
  }
}

TEST_F(FinetuneCommandTest, SaysWhatIsWrongInOneLine) {
  const std::string rest = " -o " + path("out.onnx");
  expect_one_line_error("finetune --data " + path("nowhere") + rest,
                        {"/nowhere", "cannot be opened"}, 1);
  expect_one_line_error("finetune --data " + folder_.string() + rest,
                        {"data_batch_1.bin: is missing; workloads/cifar10/fetch"}, 1);
  expect_one_line_error("finetune --data " + kImages + " --batch 1000000" + rest,
                        {"batch: 1000000 images take about", "MB are available"}, 1);
  expect_one_line_error("finetune --data " + kImages + " --validation 500" + rest,
                        {"500 images, expected more than the 500"}, 1);
  expect_one_line_error("finetune --data " + kImages + " --batch 499 --validation 20" + rest,
                        {"batch: 499, expected 2 to 480 images"}, 1);
  expect_one_line_error("finetune" + rest, {"--data: missing, expected"}, 2);
  expect_one_line_error("finetune --data " + kImages + " -w 17" + rest, {"--weights: 17"}, 2);

  const std::string res8 = kSource + "/workloads/networks/cifar10_res8_float.onnx.gz";
  ASSERT_EQ(
      dcnsim("quantize " + res8 + " --calibration " + calibration_ + " -o " + path("res8.onnx"))
          .code,
      0);
  expect_one_line_error("finetune --data " + kImages + " --allocation " + path("res8.onnx") + rest,
                        {"res8.onnx: is an allocation of another network", "layers, expected 8"},
                        1);
  expect_one_line_error("finetune --data " + kImages + " --allocation " + kPlain7 + rest,
                        {"is a float network, expected QONNX"}, 1);
  expect_one_line_error("finetune " + path("res8.onnx") + " --data " + kImages + rest,
                        {"res8.onnx: is in fixed point already, expected a float network"}, 1);
  expect_one_line_error(
      "finetune --data " + kImages + " --allocation " + path("res8.onnx") + " -w 4" + rest,
      {"--allocation: gives all formats"}, 2);
  expect_one_line_error("finetune --data " + kImages + " --allocation " + path("res8.onnx") +
                            " --scales per-channel" + rest,
                        {"--allocation: gives all formats"}, 2);
  EXPECT_FALSE(std::filesystem::exists(path("out.onnx")));
}

TEST_F(FinetuneCommandTest, RefusesCheckpointsOfOtherTrainings) {
  ASSERT_EQ(dcnsim("finetune -w 8 -a 8 --epochs 1 --calibration " + calibration_ + " " +
                   recipe("out.onnx"))
                .code,
            0);
  expect_one_line_error(
      "finetune -w 4 -a 8 --epochs 1 --calibration " + calibration_ + " " + recipe("out.onnx"),
      {"out.onnx.checkpoint: is of another training"}, 1);
}

TEST_F(FinetuneCommandTest, WithoutLibtorchItSaysHowToGetIt) {
  std::filesystem::create_directories(folder_ / "bin");
  std::filesystem::copy_file(DCNSIM_COMMAND, folder_ / "bin/dcnsim");
  const Outcome help = run(path("bin/dcnsim"), "finetune --help");
  EXPECT_EQ(help.code, 0);
  for (const char* option : {"--allocation", "--epochs", "--filter-rate", "-w,--weights"}) {
    EXPECT_NE(help.out.find(option), std::string::npos) << option;
  }
  const Outcome o =
      run("DCNSIM_DATA=" + kSource + " " + path("bin/dcnsim"), "finetune --data cifar -o out.onnx");
  EXPECT_EQ(o.code, 1);
  EXPECT_NE(o.err.find("finetune: this dcnsim was built without libtorch: install libtorch-dev"),
            std::string::npos)
      << o.err;
}

}  // namespace
}  // namespace dcnsim
