// SPDX-License-Identifier: Apache-2.0
// The main job as a library: a program without SystemC calls it, any number of times.
#include "analysis/inference/inference.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "analysis/evaluation/accuracy.h"
#include "analysis/evaluation/timing.h"
#include "analysis/quantizer/quantize_network.h"
#include "models/arch/accelerator_yaml.h"
#include "models/arch/descriptor.h"
#include "platform/compiler/describe.h"
#include "tests/support/error_of.h"
#include "tests/support/small_edge.h"
#include "tests/support/small_float_network.h"
#include "tests/support/temporary_folder.h"
#include "workloads/executor.h"
#include "workloads/images/network_input.h"
#include "workloads/onnx/onnx_network.h"

namespace dcnsim {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kImages = 5;

/// Ten calibration images as a file.
std::string calibration_bytes() {
  std::ifstream in(DCNSIM_SOURCE_DIR "/workloads/cifar10/calibration_500.bin", std::ios::binary);
  std::string bytes(10 * kCifarRecordBytes, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

/// All that a report says but for the files it comes from.
/// Also without what is known of a network's tensors where it was quantized by the run.
Json without_inputs(const RunReport& report) {
  Json json = Json::parse(to_json(report));
  json.erase("inputs");
  json.erase("tensors");
  return json;
}

class InferenceTest : public testing::Test {
 protected:
  /// The small network on random images.
  RunRequest request() const {
    RunRequest request;
    request.data_dir = DCNSIM_DATA_DIR;
    request.network = network_;
    request.images = images_;
    return request;
  }

  std::vector<std::string> roles(const RunReport& report) const {
    std::vector<std::string> roles;
    for (const InputFile& file : report.inputs) roles.push_back(file.role);
    return roles;
  }

  const TemporaryFolder folder_;
  const FloatNetwork floats_ = mixed_network();
  const Dataset images_ = random_images(kImages);
  const FixedNetwork network_ = quantize_network(floats_, random_images(4), {}).network;
};

TEST_F(InferenceTest, classes_and_codes_are_the_reference_executors) {
  RunRequest request = this->request();
  request.check = true;
  const RunReport report = run(request);
  EXPECT_EQ(report.images, kImages);
  EXPECT_EQ(report.correct(), count_correct(network_, images_, Accumulator{}));
  EXPECT_EQ(report.network, "mixed");
  EXPECT_EQ(report.overflows, 0u);
  EXPECT_EQ(report.layers.size(), network_.layers.size());
}

TEST_F(InferenceTest, loosely_timed_counters_are_those_that_sweeps_evaluate) {
  RunRequest request = this->request();
  request.timing = RunTiming::kLooselyTimed;
  const RunReport report = run(request);
  const Machine machine = small_edge();
  const TimingRecord timing =
      evaluate_timing(machine, network_, describe(network_, machine.config.accumulator), nullptr);
  ASSERT_EQ(report.layers.size(), timing.counters.size());
  for (std::size_t i = 0; i < timing.counters.size(); ++i) {
    const LayerCounters& simulated = report.layers[i].counters;
    const LayerCounters& evaluated = timing.counters[i];
    EXPECT_EQ(simulated.cycles, evaluated.cycles) << i;
    EXPECT_EQ(simulated.stall_cycles, evaluated.stall_cycles) << i;
    EXPECT_EQ(simulated.stream_bytes, evaluated.stream_bytes) << i;
    EXPECT_EQ(simulated.macs, evaluated.macs) << i;
    EXPECT_EQ(encode(report.layers[i].descriptor), encode(timing.layers[i])) << i;
  }
}

TEST_F(InferenceTest, a_stream_of_batches_is_what_sweeps_evaluate) {
  RunRequest request = this->request();
  request.timing = RunTiming::kLooselyTimed;
  const RunReport one = run(request);
  EXPECT_FALSE(one.throughput);
  for (const int batch : {1, 3}) {
    request.batch = batch;
    const RunReport report = run(request);
    EXPECT_EQ(report.totals().cycles, one.totals().cycles) << "latency stays that of one image";
    ASSERT_TRUE(report.throughput);
    const ThroughputReport& stream = *report.throughput;
    EXPECT_EQ(stream.batch, batch);
    ASSERT_EQ(stream.cycles.size(), 3u);
    if (batch == 1) {  // weights lie elsewhere, behind two lists
      const auto latency = static_cast<double>(one.totals().cycles);
      EXPECT_NEAR(static_cast<double>(stream.cycles.front()), latency, 0.01 * latency);
    }
    EXPECT_LT(stream.interval_cycles(), batch * static_cast<double>(one.totals().cycles));
    EXPECT_LT(stream.energy_pj, 1.05 * one.energy_pj().total()) << "mapped for latency";

    Machine machine = small_edge();
    machine.config.mapping.batch = batch;
    const std::vector<Descriptor> layers = describe(network_, machine.config.accumulator);
    const StreamRecord evaluated = evaluate_stream(
        machine, network_, layers, evaluate_timing(machine, network_, layers, nullptr), nullptr);
    EXPECT_EQ(evaluated.images > 1, stream.shares_weights);
    std::uint64_t cycles = 0;
    for (const LayerCounters& layer : evaluated.counters) cycles += layer.cycles;
    if (stream.batch == evaluated.images) {
      EXPECT_EQ(stream.cycles[1], cycles);
    }
  }
}

TEST_F(InferenceTest, a_clock_beyond_the_critical_path_is_warned_of) {
  RunRequest request = this->request();
  AcceleratorConfig machine = small_edge().config;
  machine.clock_mhz = 1000;
  machine.cost.allow_overclock = true;
  request.accelerator = machine;
  const std::vector<std::string> warnings = run(request).warnings;
  EXPECT_NE(std::find(warnings.begin(), warnings.end(),
                      "clock of 1000 MHz, beyond what was measured: a PE takes 1.715 ns in "
                      "mac_energy_area.csv, at most 583.3 MHz"),
            warnings.end());
}

TEST_F(InferenceTest, how_far_narrow_multipliers_move_codes_is_told) {
  QuantizeOptions free_scales;
  free_scales.scales = Scales::kPerChannel;
  const FixedNetwork network = quantize_network(floats_, random_images(4), free_scales).network;
  AcceleratorConfig machine = small_edge().config;
  machine.requantizer = RequantizerKind::kMultiplier;
  const auto told = [&](int bits) {
    RunRequest request = this->request();
    machine.accumulator.multiplier_bits = bits;
    request.network = network;
    request.accelerator = machine;
    std::string text;
    for (const std::string& warning : run(request).warnings) {
      if (warning.rfind("multipliers rounded", 0) == 0) text += warning;
    }
    return text;
  };
  // The same counted from what two executors make of the images.
  Accumulator narrow;
  narrow.multiplier_bits = 8;
  Executor rounded(network, narrow), own(network, {});
  double moved = 0, codes = 0;
  int farthest = 0;
  for (std::size_t image = 0; image < kImages; ++image) {
    const CodeTensor input = CodeInput(network, images_)(image);
    const CodeTensor& found = rounded.run(input).layers.back();
    const CodeTensor& expected = own.run(input).layers.back();
    for (std::size_t i = 0; i < found.size(); ++i) {
      const int distance = std::abs(found.get(i) - expected.get(i));
      moved += distance > 0;
      codes += 1;
      farthest = std::max(farthest, distance);
    }
  }
  ASSERT_GT(moved, 0);
  const std::string begin = fmt::format(
      "multipliers rounded to 8 bits move {:.3g} % of the output's codes, by {} at most, and ",
      100 * moved / codes, farthest);
  EXPECT_EQ(told(8).substr(0, begin.size()), begin);
  EXPECT_NE(told(8).find(" (images 0 to 4)"), std::string::npos) << told(8);
  EXPECT_EQ(told(31), "");
}

TEST_F(InferenceTest, times_of_one_image_stand_beside_values_of_all) {
  RunRequest request = this->request();
  const RunReport both = run(request);
  request.timing = RunTiming::kLooselyTimed;
  const RunReport loose = run(request);
  request.timing = RunTiming::kApproximatelyTimed;
  const RunReport approximate = run(request);
  EXPECT_EQ(both.timing, Transport::kApproximatelyTimed);
  EXPECT_EQ(both.totals().cycles, approximate.totals().cycles);
  EXPECT_EQ(both.loosely_timed_cycles, loose.totals().cycles);
  EXPECT_FALSE(loose.loosely_timed_cycles || approximate.loosely_timed_cycles);
  EXPECT_EQ(both.right, loose.right);
  EXPECT_EQ(both.energy_pj().total(), approximate.energy_pj().total());
}

TEST_F(InferenceTest, loosely_timed_rows_of_few_bytes_are_warned_of) {
  const auto is_warned_of = [&](const std::string& mapping, RunTiming timing) {
    RunRequest request = this->request();
    AcceleratorConfig machine = small_edge().config;
    machine.dram.address_mapping = mapping;
    request.accelerator = machine;
    request.timing = timing;
    std::size_t warned = 0;
    for (const std::string& text : run(request).warnings) {
      warned += text.find("bytes a DRAM row") != std::string::npos;
    }
    return warned == 1;
  };
  const std::string a_row_a_burst = "column-row-group-channel-bank";
  EXPECT_TRUE(is_warned_of(a_row_a_burst, RunTiming::kLooselyTimed));
  EXPECT_FALSE(is_warned_of(a_row_a_burst, RunTiming::kApproximatelyTimed));
  EXPECT_FALSE(is_warned_of("row-bank-column-group-channel", RunTiming::kLooselyTimed));
}

TEST_F(InferenceTest, reports_do_not_depend_on_jobs_caches_or_files_asked_for) {
  RunRequest request = this->request();
  const Json expected = without_inputs(run(request));
  request.jobs = 3;
  request.mapping_cache = folder_.path("cache");
  EXPECT_EQ(without_inputs(run(request)), expected);
  EXPECT_FALSE(std::filesystem::is_empty(folder_.path("cache")));
  request.trace = folder_.path("t.json");
  request.vcd = folder_.path("t.vcd");
  request.trace_image = kImages - 1;
  EXPECT_EQ(without_inputs(run(request)), expected);
  EXPECT_GT(std::filesystem::file_size(*request.trace), 1000u);
  EXPECT_GT(std::filesystem::file_size(*request.vcd), 1000u);
}

TEST_F(InferenceTest, files_names_and_values_are_the_same) {
  RunRequest request = this->request();
  const RunReport by_value = run(request);
  EXPECT_EQ(roles(by_value), (std::vector<std::string>{"accelerator", "dram timing"}));

  const std::string preset = DCNSIM_SOURCE_DIR "/models/arch/presets/small_edge.yaml";
  request.accelerator = load_accelerator(preset);
  EXPECT_EQ(without_inputs(run(request)), without_inputs(by_value));
  request.accelerator = preset;
  save_network(network_, folder_.path("net.onnx"));
  request.network = folder_.path("net.onnx");
  std::string bytes;
  for (std::size_t i = 0; i < kImages; ++i) {
    bytes += static_cast<char>(images_.labels[i]);
    bytes.append(images_.pixels.begin() + static_cast<std::ptrdiff_t>(i * 3072),
                 images_.pixels.begin() + static_cast<std::ptrdiff_t>((i + 1) * 3072));
  }
  request.images = folder_.write("images.bin", bytes);
  const RunReport by_file = run(request);
  EXPECT_EQ(without_inputs(by_file), without_inputs(by_value));
  EXPECT_EQ(roles(by_file),
            (std::vector<std::string>{"network", "accelerator", "images", "dram timing"}));
}

TEST_F(InferenceTest, a_float_network_is_quantized_as_asked) {
  RunRequest request = this->request();
  save_network(floats_, folder_.path("floats.onnx"));
  request.network = folder_.path("floats.onnx");
  request.widths.calibration = folder_.write("calibration.bin", calibration_bytes());
  request.widths.file = folder_.write("widths.yaml", "layers: {conv1: {weights: 3}}\n");
  request.widths.weight_bits = 6;
  const RunReport report = run(request);
  EXPECT_EQ(report.layers[0].descriptor.weight.bits, 6);
  EXPECT_EQ(report.layers[1].descriptor.weight.bits, 3);
  EXPECT_EQ(roles(report), (std::vector<std::string>{"network", "accelerator", "dram timing",
                                                     "calibration", "widths"}));

  QuantizeOptions widths;
  widths.weight_bits = 6;
  widths.layers = {{"conv1", 3, 0}};
  request.network =
      quantize_network(floats_, load_cifar10(request.widths.calibration), widths).network;
  request.widths = {};
  EXPECT_EQ(without_inputs(run(request)), without_inputs(report));
}

TEST_F(InferenceTest, a_request_changes_what_its_accelerator_says) {
  RunRequest request = this->request();
  request.image_limit = 2;
  request.dataflow = Dataflow::kOutputStationary;
  request.objective = Objective::kTraffic;
  const RunReport report = run(request);
  EXPECT_EQ(report.images, 2u);
  EXPECT_EQ(report.accelerator.array.dataflow, Dataflow::kOutputStationary);
  EXPECT_EQ(report.accelerator.mapping.objective, Objective::kTraffic);

  request.mapping_file = folder_.write("m.yaml", "layers: {conv1: {tile_h: 2}}\n");
  const RunReport mapped = run(request);
  EXPECT_EQ(mapped.layers[1].descriptor.tiling.tile_h, 2);
  EXPECT_EQ(mapped.inputs.back().role, "mapping");
}

TEST_F(InferenceTest, nothing_is_printed_and_progress_is_told) {
  RunRequest request = this->request();
  save_network(floats_, folder_.path("floats.onnx"));
  request.network = folder_.path("floats.onnx");
  request.widths.calibration = folder_.write("calibration.bin", calibration_bytes());
  request.trace = folder_.path("t.json");
  request.vcd = folder_.path("t.vcd");
  std::vector<RunProgress> told;
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const RunReport report = run(request, [&](const RunProgress& p) { told.push_back(p); });
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  // The address sanitizer itself writes there, about coroutines that throw.
  const std::string errors = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(errors.empty() || errors.find("ASan is ignoring") != std::string::npos) << errors;

  std::vector<RunStage> stages;
  for (std::size_t i = 0; i < told.size(); ++i) {
    const RunProgress& p = told[i];
    const bool begins = stages.empty() || stages.back() != p.stage;
    if (begins) stages.push_back(p.stage);
    EXPECT_LE(p.done, p.total);
    EXPECT_LE(p.correct, p.done);
    EXPECT_GE(p.done, begins ? 0 : told[i - 1].done);
  }
  EXPECT_EQ(stages, (std::vector<RunStage>{RunStage::kCalibrating, RunStage::kTryingPixels,
                                           RunStage::kMapping, RunStage::kSimulating}));
  EXPECT_EQ(told.back().done, kImages);
  EXPECT_EQ(told.back().correct, report.correct());
}

TEST_F(InferenceTest, a_request_at_odds_with_itself_is_refused_before_the_work) {
  const auto refused = [](const RunRequest& request) {
    return error_of([&] { run(request, [](const RunProgress&) { FAIL() << "work has begun"; }); });
  };
  RunRequest request = this->request();
  request.trace_image = kImages;
  EXPECT_THROW(run(request), NoSuchImage);
  EXPECT_EQ(refused(request), "trace_image: 5, expected one of the 5 images, from 0 on");
  request = this->request();
  request.widths.weight_bits = 4;
  EXPECT_THROW(run(request), FixedPointAlready);
  EXPECT_EQ(refused(request), "mixed: is in fixed point already; widths are for float networks");
  request = this->request();
  request.data_dir = "";
  EXPECT_EQ(refused(request),
            "data_dir: \"\", expected the folder of the data that comes with dcnsim");
  request = this->request();
  request.network = std::string("cifar10_plain8");
  EXPECT_NE(refused(request).find("cifar10_plain8: no such network (cifar10_"), std::string::npos);
  request = this->request();
  request.trace = "/no/such/folder/trace.json";
  EXPECT_NE(refused(request).find("/no/such/folder/trace.json: cannot be written"),
            std::string::npos);
  request = this->request();
  request.images = Dataset{};
  EXPECT_EQ(refused(request), "images: none, expected at least one");
  request = this->request();
  FixedNetwork small = network_;
  small.input.height = 16;
  request.network = small;
  EXPECT_EQ(refused(request), "mixed: images are 32 x 32 x 3, the network's input is 16 x 32 x 3");
}

}  // namespace
}  // namespace dcnsim

// SystemC's library has a main that would take gtest_main's place.
int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
