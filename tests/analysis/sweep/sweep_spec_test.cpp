// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/sweep_spec.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "analysis/sweep/design_space.h"

namespace dcnsim {
namespace {

SweepFiles files() {
  SweepFiles files;
  files.accelerator = [](const std::string& name) {
    if (name == "small_edge")
      return user_file(DCNSIM_SOURCE_DIR "/models/arch/presets/small_edge.yaml");
    throw std::runtime_error(name + ": no such preset");
  };
  files.network = [](const std::string& name) { return InputPath{"/data/" + name, name, true}; };
  files.calibration = user_file("calibration.bin");
  files.images = user_file("images.bin");
  return files;
}

SweepSpec parse(const std::string& text) { return parse_sweep(text, "studies/s.yaml", files()); }

std::string error(const std::string& text) {
  try {
    parse(text);
  } catch (const std::runtime_error& e) {
    return e.what();
  }
  return "no error";
}

std::vector<std::string> texts(const Axis& axis, std::size_t setting = 0) {
  std::vector<std::string> result;
  for (const auto& position : axis.values) result.push_back(position[setting].value_or("-"));
  return result;
}

std::vector<std::string> labels(const SweepSpec& spec) {
  std::vector<std::string> result;
  for (const AllocationRequest& request : spec.allocations) result.push_back(request.label);
  return result;
}

using Texts = std::vector<std::string>;

TEST(SweepSpec, an_empty_map_is_one_point_of_the_built_in_network) {
  const SweepSpec spec = parse("{}");
  EXPECT_EQ(spec.name, "s");
  EXPECT_EQ(spec.network_path(spec.networks.at(0)).path, "/data/cifar10_plain7");
  EXPECT_TRUE(spec.network_path(spec.networks.at(0)).is_shipped);
  EXPECT_EQ(spec.calibration_path().path, "calibration.bin");
  EXPECT_EQ(spec.images_path().path, "images.bin");
  EXPECT_EQ(labels(spec), Texts{"w8a8"});
  EXPECT_EQ(spec.objectives, (std::vector{Metric::kEnergy, Metric::kLoss}));
  EXPECT_EQ(DesignSpace(spec).size(), 1u);
}

TEST(SweepSpec, paths_are_seen_from_the_files_folder_and_called_as_in_the_file) {
  const SweepSpec spec = parse("{network: ../n.onnx, images: i.bin, calibration: ./c}");
  EXPECT_EQ(spec.network_path(spec.networks.at(0)).path, "n.onnx");
  EXPECT_EQ(spec.network_path(spec.networks.at(0)).name, "../n.onnx");
  EXPECT_FALSE(spec.network_path(spec.networks.at(0)).is_shipped);
  EXPECT_EQ(spec.images_path().path, "studies/i.bin");
  EXPECT_EQ(spec.images_path().name, "i.bin");
  EXPECT_EQ(spec.calibration_path().path, "studies/c");
  EXPECT_EQ(spec.calibration_path().name, "./c");
}

TEST(SweepSpec, networks_in_fixed_point_have_widths_of_their_own) {
  SweepFiles some_fixed = files();
  some_fixed.is_fixed_point = [](const InputPath& file) {
    return file.name.find("fixed") != std::string::npos;
  };
  const auto read = [&](const std::string& text) {
    return parse_sweep(text, "s.yaml", some_fixed);
  };
  const SweepSpec spec = read("{network: [a_fixed.onnx, b_fixed.onnx]}");
  EXPECT_TRUE(spec.networks_are_fixed);
  EXPECT_EQ(labels(spec), Texts{"as it is"});
  EXPECT_EQ(spec.objectives, (std::vector{Metric::kEnergy, Metric::kTop1}));
  EXPECT_FALSE(read("{network: a.onnx}").networks_are_fixed);

  const auto refusal = [&](const std::string& text) {
    try {
      read(text);
    } catch (const std::runtime_error& e) {
      return std::string(e.what());
    }
    return std::string("no error");
  };
  const auto expect_refusal = [&](const std::string& text, const std::string& reason) {
    EXPECT_NE(refusal(text).find(reason), std::string::npos) << refusal(text);
  };
  expect_refusal("{network: [a.onnx, b_fixed.onnx]}",
                 "network: b_fixed.onnx is in fixed point, unlike those before it");
  expect_refusal("{network: [b_fixed.onnx, a.onnx]}",
                 "network: a.onnx is a float network, unlike those before it");
  expect_refusal("{network: a_fixed.onnx, allocations: [{equal: 4}]}",
                 "allocations: the network is in fixed point and has widths of its own");
  expect_refusal("{network: a_fixed.onnx, objectives: [loss_points]}",
                 "objectives: loss_points needs a float network to compare with");
  expect_refusal("{network: a_fixed.onnx, images: none, objectives: [top1_percent]}",
                 "objectives: top1_percent needs images");

  expect_refusal("{network: a_fixed.onnx, scales: per-tensor}",
                 "scales: the network is in fixed point and has scales of its own");

  // No format needs images.
  EXPECT_FALSE(read("{network: a_fixed.onnx, calibration: none}").has_calibration);
  expect_refusal("{network: a.onnx, calibration: none}", "accuracy needs formats from images");
}

TEST(SweepSpec, a_stream_is_evaluated_where_an_axis_has_batches) {
  const std::string image_free = "images: none\ncalibration: none\n";
  EXPECT_FALSE(parse(image_free).has_stream);
  EXPECT_TRUE(parse(image_free + "objectives: [images_per_s, stream_energy_uj]\n"
                                 "axes: [mapping.batch: [1, 4]]\n")
                  .has_stream);
}

TEST(SweepSpec, axes_are_lists_ranges_linked_settings_and_points) {
  const SweepSpec spec = parse(R"(
axes:
  - array.rows: [8, 16]
    array.columns: [4, 32]
    name: array
  - buffers.weight.capacity_bytes: {from: 16KiB, to: 100KiB, times: 2}
  - clock_mhz: {from: 0.1, to: 0.35, step: 0.1}
  - dma.bus_bytes: 16
  - points:
      - {dma.outstanding: 4}
      - {dma.outstanding: 8, dram.channels: 2}
)");
  ASSERT_EQ(spec.axes.size(), 5u);
  EXPECT_EQ(spec.axes[0].name, "array");
  EXPECT_EQ(texts(spec.axes[0], 0), (Texts{"8", "16"}));
  EXPECT_EQ(texts(spec.axes[0], 1), (Texts{"4", "32"}));
  EXPECT_EQ(texts(spec.axes[1]), (Texts{"16KiB", "32KiB", "64KiB"}));
  EXPECT_EQ(texts(spec.axes[2]).size(), 3u);
  EXPECT_EQ(texts(spec.axes[3]), Texts{"16"});
  EXPECT_EQ(spec.axes[4].name, "dma.outstanding, dram.channels");
  EXPECT_EQ(texts(spec.axes[4], 1), (Texts{"-", "2"}));
}

TEST(SweepSpec, paths_are_taken_as_they_stand_and_labels_cleaned) {
  const SweepSpec spec = parse(R"(
network: "z\u202ea.onnx"
allocations: [{widths: ["w\u202e.yaml"]}]
)");
  EXPECT_EQ(spec.networks, Texts{"z\xe2\x80\xae"
                                 "a.onnx"});
  EXPECT_EQ(spec.allocations.at(0).file, "w\xe2\x80\xae.yaml");
  EXPECT_EQ(spec.allocations.at(0).label, "w?");
}

TEST(SweepSpec, allocations_are_counted_out) {
  const SweepSpec spec = parse(R"(
allocations:
  - equal: {from: 4, to: 6}
  - equal: {weights: [2, 8], activations: [3, 4]}
  - per_layer: {weights: [8, 4], activations: 6}
  - widths: [a/mine.yaml]
  - allocate: {equal_bits: [5, 6], tensors: all}
  - allocate: {max_energy_uj: 300}
)");
  EXPECT_EQ(labels(spec), (Texts{"w4a4", "w5a5", "w6a6", "w2a3", "w2a4", "w8a3", "w8a4", "w8-4 a6",
                                 "mine", "allocated 5 bits, all tensors",
                                 "allocated 6 bits, all tensors", "allocated 300 uJ, by energy"}));
}

TEST(SweepSpec, allocations_stand_under_every_scale_but_networks_that_have_their_own) {
  const SweepSpec spec = parse(R"(
scales: [per-channel, power-of-two]
allocations:
  - equal: 4
  - fixed: [tuned.onnx]
  - allocate: {equal_bits: 5}
)");
  EXPECT_EQ(labels(spec), (Texts{"w4a4, per-channel", "w4a4", "tuned",
                                 "allocated 5 bits, per-channel", "allocated 5 bits"}));
  EXPECT_EQ(spec.allocations[0].scales, Scales::kPerChannel);
  EXPECT_EQ(spec.allocations[4].scales, Scales::kPowerOfTwo);
  EXPECT_EQ(labels(parse("scales: per-tensor")), Texts{"w8a8, per-tensor"});
}

TEST(SweepSpec, what_is_wrong_is_told_with_line_and_field) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"axis: []", "studies/s.yaml:1: axis: unknown key; did you mean \"axes\"?"},
      {"axes:\n  - array.rovs: [1]",
       "studies/s.yaml:2: axes.array.rovs: unknown key; did you mean \"array.rows\"?"},
      {"axes:\n  - array.rows: []",
       "studies/s.yaml:2: axes.array.rows: an empty list, expected at least one value"},
      {"axes:\n  - array.rows: [8, many]",
       "studies/s.yaml:2: axes.array.rows: array.rows: many, expected an integer 1..256"},
      {"axes:\n  - {array.rows: [1, 2], array.columns: [1]}",
       "studies/s.yaml:2: axes.array.columns: 1 values, expected 2 as the settings linked with it "
       "have"},
      {"axes:\n  - array.rows: [1]\n  - array.rows: [2]",
       "studies/s.yaml:3: axes.array.rows: varied by two axes"},
      {"axes:\n  - array.rows: {from: 9, to: 3}",
       "studies/s.yaml:2: axes.array.rows: an empty range: from is above to"},
      {"axes:\n  - array.rows: {from: 1, to: 3, times: 1}",
       "studies/s.yaml:2: axes.array.rows: expected from above 0 and times above 1"},
      {"axes:\n  - clock_mhz: {from: 1, to: 3, step: 0.000001}",
       "studies/s.yaml:2: axes.clock_mhz: a range of more than 100,000 values"},
      {"axes:\n  - accelerator: [large]",
       "studies/s.yaml:2: axes.accelerator: large: no such preset"},
      {"allocations:\n  - equal: [0]",
       "studies/s.yaml:2: allocations.equal: 0, expected widths of 1..16 bits"},
      {"allocations:\n  - equal: [4, 4]",
       "studies/s.yaml:2: allocations.equal: allocation w4a4 is there already"},
      {"allocations:\n  - allocate: {tensors: all}",
       "studies/s.yaml:2: allocations.allocate: no target, expected equal_bits, target_sqnr_db, "
       "max_size_kb, max_energy_uj or max_latency_ms"},
      {"constraints: {area_mm: {at_most: 2}}",
       "studies/s.yaml:1: constraints.area_mm: no such metric; did you mean \"area_mm2\"?"},
      {"constraints:\n  energy_uj:\n    at_most: 2\n  area_mm:\n    at_most: 2",
       "studies/s.yaml:4: constraints.area_mm: no such metric; did you mean \"area_mm2\"?"},
      {"images: none\nconstraints:\n  area_mm2: {at_most: 2}\n  top1_percent:\n    at_least: 80",
       "studies/s.yaml:4: constraints: top1_percent needs images"},
      {"format_rule: neraest",
       "studies/s.yaml:1: format_rule: neraest, expected min-error, paper, nearest or finer; did "
       "you mean \"nearest\"?"},
      {"constraints: {area_mm2: 2}",
       "studies/s.yaml:1: constraints.area_mm2: expected keys and values"},
      {"objectives: [energy_uj, energy_uj]",
       "studies/s.yaml:1: objectives: energy_uj is there already"},
      {"images: none\nobjectives: [images_per_s]",
       "studies/s.yaml:2: objectives: images_per_s needs an axis of mapping.batch, if only of one "
       "value"},
      {"images: none\nobjectives: [loss_points]",
       "studies/s.yaml:2: objectives: loss_points needs images"},
      {"scales: per-layer",
       "studies/s.yaml:1: scales: per-layer, expected one of power-of-two, per-tensor, "
       "per-channel"},
      {"scales: [per-tensor, per-tensor]", "studies/s.yaml:1: scales: per-tensor is there already"},
      {"image_limit: 0", "studies/s.yaml:1: image_limit: 0, expected an integer 1..1000000"},
      {"axes: &a [*a]", "studies/s.yaml:1: axes: expected keys and values"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(error(text), expected) << text;
}

TEST(SweepSpec, a_billion_points_are_refused_with_their_number) {
  const std::string text = R"(
axes:
  - array.rows: {from: 1, to: 200}
  - array.columns: {from: 1, to: 200}
  - clock_mhz: {from: 1, to: 250}
  - dma.outstanding: {from: 1, to: 50}
  - dram.queue_depth: {from: 1, to: 200}
)";
  EXPECT_NE(error(text).find("100000000000 points in all, expected at most 10000000"),
            std::string::npos)
      << error(text);
}

TEST(DesignSpace, the_last_axis_is_the_fastest_and_allocations_are_outside) {
  const SweepSpec spec = parse(R"(
network: [a, b]
allocations: [{equal: [4, 5, 6]}]
axes:
  - array.rows: [8, 16]
  - dma.bus_bytes: [4, 8]
)");
  const DesignSpace space(spec);
  ASSERT_EQ(space.size(), 24u);
  for (std::uint64_t id = 0; id < space.size(); ++id) {
    const PointIndex at = space.at(id);
    EXPECT_EQ(((at.network * 3 + at.allocation) * 2 + space.position(at.hardware, 0)) * 2 +
                  space.position(at.hardware, 1),
              id);
    EXPECT_EQ(space.pair(id), at.network * 3 + at.allocation);
    const AcceleratorConfig machine = space.machine(at.hardware);
    EXPECT_EQ(machine.array.rows, id / 2 % 2 == 0 ? 8 : 16);
    EXPECT_EQ(machine.dma.bus_bytes, id % 2 == 0 ? 4 : 8);
    EXPECT_EQ(machine.array.columns, 16);
  }
}

TEST(DesignSpace, fields_that_contradict_each_other_are_told_where_they_meet) {
  const SweepSpec spec = parse("axes: [{dma.bus_bytes: 64}, {dma.max_burst_bytes: [32, 64]}]");
  const DesignSpace space(spec);
  EXPECT_THROW(space.machine(0), std::invalid_argument);
  EXPECT_EQ(space.machine(1).dma.max_burst_bytes, 64);
}

}  // namespace
}  // namespace dcnsim
