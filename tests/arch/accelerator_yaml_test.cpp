// SPDX-License-Identifier: Apache-2.0
#include "models/arch/accelerator_yaml.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "models/arch/config_fields.h"
#include "models/base/file/text_file.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tries.h"

namespace dcnsim {
namespace {

const std::string kPresets = DCNSIM_PRESETS_DIR;

const char kMinimal[] =
    "name: tiny\n"                         // 1
    "clock_mhz: 200\n"                     // 2
    "array:\n"                             // 3
    "  rows: 4\n"                          // 4
    "  columns: 8\n"                       // 5
    "  dataflow: output-stationary\n"      // 6
    "  weight_bits: 8\n"                   // 7
    "  activation_bits: 4\n"               // 8
    "buffers:\n"                           // 9
    "  input: {capacity_bytes: 4KiB}\n"    // 10
    "  weight: {capacity_bytes: 8 KiB}\n"  // 11
    "  output: {capacity_bytes: 2MiB}\n"   // 12
    "dram: {preset: some_dram}\n";         // 13

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::string error_of(const std::string& text) {
  try {
    parse_accelerator(text, "a.yaml");
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "no error";
}

/// Error after replacing `from` by `to` in the minimal file.
std::string error_after(const std::string& from, const std::string& to) {
  return error_of(replaced(kMinimal, from, to));
}

TEST(accelerator_yaml, presets_load_and_have_the_dataflow_they_promise) {
  const AcceleratorConfig small = load_accelerator(kPresets + "/small_edge.yaml");
  EXPECT_EQ(small.name, "small_edge");
  EXPECT_EQ(small.array.dataflow, Dataflow::kWeightStationary);
  EXPECT_EQ(small.array.rows * small.array.columns, 256);
  EXPECT_EQ(small.array.weight_bits, 8);
  EXPECT_EQ(small.accumulator_buffer_bytes, 16384);
  const AcceleratorConfig large = load_accelerator(kPresets + "/large_edge.yaml");
  EXPECT_EQ(large.name, "large_edge");
  EXPECT_EQ(large.array.dataflow, Dataflow::kOutputStationary);
  EXPECT_EQ(large.array.weight_bits, 16);
  EXPECT_EQ(large.dram.channels, 2);
  EXPECT_EQ(large.dram.capacity_bytes, std::int64_t{256} << 20);
}

TEST(accelerator_yaml, optional_keys_take_the_defaults_of_the_struct) {
  const AcceleratorConfig config = parse_accelerator(kMinimal, "a.yaml");
  EXPECT_EQ(config.accumulator.bits, 32);
  EXPECT_EQ(config.input_buffer.capacity_bytes, 4096);
  EXPECT_EQ(config.weight_buffer.capacity_bytes, 8192);
  EXPECT_EQ(config.output_buffer.capacity_bytes, 2 << 20);
  EXPECT_EQ(config.input_buffer.word_bits, BufferConfig().word_bits);
  EXPECT_EQ(config.dma.outstanding, DmaConfig().outstanding);
  EXPECT_EQ(config.cost.technology, "nangate45");
}

TEST(accelerator_yaml, what_is_written_reads_back_equal) {
  AcceleratorConfig config = load_accelerator(kPresets + "/small_edge.yaml");
  config.name = "odd: \"name\" #1, \\ {x}";
  config.clock_mhz = 100.0 / 3;
  config.accumulator = {48, Overflow::kSaturate};
  config.weight_buffer.double_buffered = false;
  config.cost.logic_factor = 0.1;
  config.cost.sram_node_nm = 22;
  config.dram.capacity_bytes = std::int64_t{4096} << 20;
  config.dram.address_mapping = "row-column-bank-group-channel";
  config.dram.page_policy = PagePolicy::kClosed;
  config.dram.scheduler = DramScheduler::kFcfs;
  config.dram.queue_depth = 7;
  config.dram.write_queue_depth = 9;
  config.dram.write_high = 6;
  config.dram.write_low = 5;
  config.dram.refreshes = false;
  config.array.steps = ArraySteps::kOverlapped;
  config.overhead = {1776, 10};
  config.array.reduction = Reduction::kChannels;
  config.array.weight_load = WeightLoad::kExposed;
  config.memory = MemoryKind::kIdeal;
  config.ideal = {12.5, 3.2, std::nullopt};
  const std::string text = to_yaml(config);
  const AcceleratorConfig again = parse_accelerator(text, "a.yaml");
  EXPECT_EQ(to_yaml(again), text);
  EXPECT_EQ(again.name, config.name);
  EXPECT_EQ(again.clock_mhz, config.clock_mhz);
  EXPECT_EQ(again.accumulator.bits, 48);
  EXPECT_EQ(again.accumulator.overflow, Overflow::kSaturate);
  EXPECT_FALSE(again.weight_buffer.double_buffered);
  EXPECT_EQ(again.cost.logic_factor, 0.1);
  EXPECT_EQ(again.dram.capacity_bytes, config.dram.capacity_bytes);
  EXPECT_EQ(again.dram.address_mapping, config.dram.address_mapping);
  EXPECT_EQ(again.dram.page_policy, PagePolicy::kClosed);
  EXPECT_EQ(again.dram.scheduler, DramScheduler::kFcfs);
  EXPECT_EQ(again.dram.queue_depth, 7);
  EXPECT_EQ(again.dram.write_queue_depth, 9);
  EXPECT_EQ(again.dram.write_high, 6);
  EXPECT_EQ(again.dram.write_low, 5);
  EXPECT_FALSE(again.dram.refreshes);
  EXPECT_EQ(again.array.steps, ArraySteps::kOverlapped);
  EXPECT_EQ(again.array.reduction, Reduction::kChannels);
  EXPECT_EQ(again.array.weight_load, WeightLoad::kExposed);
  EXPECT_EQ(again.overhead.layer_cycles, 1776);
  EXPECT_EQ(again.overhead.tile_cycles, 10);
  EXPECT_EQ(again.memory, MemoryKind::kIdeal);
  EXPECT_EQ(again.ideal.latency_ns, 12.5);
  EXPECT_EQ(again.ideal.gbytes_per_s, 3.2);
  EXPECT_FALSE(again.ideal.energy_pj_per_byte.has_value());
}

TEST(accelerator_yaml, a_folder_of_tables_is_seen_from_the_file) {
  const std::string folder = ::testing::TempDir() + "dcnsim_yaml_" + std::to_string(getpid());
  std::filesystem::create_directories(folder);
  AcceleratorConfig config = load_accelerator(kPresets + "/small_edge.yaml");
  EXPECT_EQ(config.cost.tables, "");
  const auto tables_after_loading = [&](const std::string& tables) {
    config.cost.tables = tables;
    std::ofstream(folder + "/a.yaml") << to_yaml(config);
    return load_accelerator(folder + "/a.yaml").cost.tables;
  };
  EXPECT_EQ(tables_after_loading("mine/45"), folder + "/mine/45");
  EXPECT_EQ(tables_after_loading("/else/where"), "/else/where");
  EXPECT_EQ(tables_after_loading(""), "");
  std::filesystem::remove_all(folder);
}

TEST(accelerator_yaml, errors_name_file_line_field_value_and_what_was_expected) {
  EXPECT_EQ(error_after("rows: 4", "rows: 0"),
            "a.yaml:4: array.rows: 0, expected an integer 1..256");
  EXPECT_EQ(error_after("rows: 4", "rows: -3"),
            "a.yaml:4: array.rows: -3, expected an integer 1..256");
  EXPECT_EQ(error_after("rows: 4", "rows: 99999999999999999999"),
            "a.yaml:4: array.rows: 99999999999999999999, expected an integer 1..256");
  EXPECT_EQ(error_after("rows: 4", "rows: 4.5"),
            "a.yaml:4: array.rows: 4.5, expected an integer 1..256");
  EXPECT_EQ(error_after("rows: 4", "rows: \"4\""),
            "a.yaml:4: array.rows: 4, expected an integer 1..256");
  EXPECT_EQ(error_after("rows: 4", "rows:"),
            "a.yaml:4: array.rows: no value, expected an integer 1..256");
  EXPECT_EQ(error_after("clock_mhz: 200", "clock_mhz: fast"),
            "a.yaml:2: clock_mhz: fast, expected a number 1..10000");
  EXPECT_EQ(error_after("clock_mhz: 200", "clock_mhz: nan"),
            "a.yaml:2: clock_mhz: nan, expected a number 1..10000");
  EXPECT_EQ(error_after("clock_mhz: 200", "clock_mhz: 1e9"),
            "a.yaml:2: clock_mhz: 1e+09, expected a number 1..10000");
  EXPECT_EQ(error_after("weight_bits: 8", "weight_bits: 17"),
            "a.yaml:7: array.weight_bits: 17, expected an integer 2..16");
  EXPECT_EQ(error_after("weight_bits: 8", "weight_bits: 0"),
            "a.yaml:7: array.weight_bits: 0, expected an integer 2..16");
  EXPECT_EQ(error_after("weight_bits: 8", "weight_bits: 8\n  datapath: bit-slice"),
            "a.yaml:8: array.datapath: bit-slice, expected bit-parallel, activation-serial, "
            "fully-serial or composable");
  EXPECT_EQ(error_after("weight_bits: 8", "weight_bits: 8\n  brick_bits: 3"),
            "a.yaml:8: array.brick_bits: 3, expected an integer 2..2");
  EXPECT_EQ(error_after("output-stationary", "row-stationary"),
            "a.yaml:6: array.dataflow: row-stationary, expected weight-stationary or "
            "output-stationary");
  EXPECT_EQ(error_after("name: tiny", "name: \"\""),
            "a.yaml:1: name: \"\", expected 1..64 printable ASCII characters");
  EXPECT_EQ(error_after("name: tiny", "name: \"a\\nb\""),
            "a.yaml:1: name: \"a?b\", expected 1..64 printable ASCII characters");
}

TEST(accelerator_yaml, choices_of_the_memory_controller_are_checked) {
  const auto error_with = [](const std::string& field) {
    return error_after("preset: some_dram", "preset: some_dram, " + field);
  };
  EXPECT_EQ(error_with("address_mapping: row-bank-column"),
            "a.yaml:13: dram.address_mapping: \"row-bank-column\", expected row, bank, group, "
            "column and channel, each once, joined by '-' from the highest address bits to the "
            "lowest");
  EXPECT_EQ(error_with("page_policy: adaptive"),
            "a.yaml:13: dram.page_policy: adaptive, expected open or closed");
  EXPECT_EQ(error_with("scheduler: random"),
            "a.yaml:13: dram.scheduler: random, expected fr-fcfs or fcfs");
  EXPECT_EQ(error_with("queue_depth: 0"),
            "a.yaml:13: dram.queue_depth: 0, expected an integer 1..256");
  EXPECT_EQ(error_with("write_queue_depth: 16"),
            "a.yaml: dram.write_high: 56, expected at most 16 (dram.write_queue_depth)");
  EXPECT_EQ(error_with("write_low: 56"),
            "a.yaml:13: dram.write_low: 56, expected less than 56 (dram.write_high)");
}

TEST(accelerator_yaml, an_ideal_memory_has_numbers_or_words) {
  const std::string file = to_yaml(load_accelerator(kPresets + "/small_edge.yaml"));
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string text = file;
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
  };
  const std::string bandwidth = "gbytes_per_s: unlimited", energy = "energy_pj_per_byte: unknown";
  EXPECT_FALSE(parse_accelerator(file, "a.yaml").ideal.gbytes_per_s.has_value());
  EXPECT_EQ(parse_accelerator(with(bandwidth, "gbytes_per_s: 0.5"), "a").ideal.gbytes_per_s, 0.5);
  EXPECT_EQ(parse_accelerator(with(energy, "energy_pj_per_byte: 0"), "a").ideal.energy_pj_per_byte,
            0.0);
  for (const char* wrong : {"unknown", "0", "nan", "-1", "\"unlimited\"", "2e6"}) {
    const std::string message = error_of(with(bandwidth, std::string("gbytes_per_s: ") + wrong));
    EXPECT_NE(message.find("memory.gbytes_per_s: "), std::string::npos) << message;
    EXPECT_NE(message.find("expected a number 0.001..1e+06 or unlimited"), std::string::npos)
        << message;
  }
}

TEST(accelerator_yaml, bytes_a_cycle_stand_in_the_place_of_gigabytes) {
  const auto with = [](const std::string& keys) {
    return std::string(kMinimal) + "memory:\n  kind: ideal\n" + keys;
  };
  const AcceleratorConfig config =
      parse_accelerator(with("  bytes_per_cycle: 6.5\n  latency_ns: 80\n"), "a.yaml");
  EXPECT_EQ(config.memory_bytes_per_cycle, 6.5);
  EXPECT_FALSE(config.ideal.gbytes_per_s.has_value());
  EXPECT_EQ(parse_accelerator(to_yaml(config), "b.yaml").memory_bytes_per_cycle, 6.5);
  EXPECT_EQ(to_yaml(config).find("gbytes_per_s"), std::string::npos);
  for (const char* other : {"3.2", "unlimited"}) {
    EXPECT_EQ(
        error_of(with("  bytes_per_cycle: 4\n  gbytes_per_s: " + std::string(other) + "\n")),
        "a.yaml:17: memory.gbytes_per_s: given beside memory.bytes_per_cycle, expected one of "
        "both");
  }
  EXPECT_EQ(error_of(with("  bytes_per_cycle: 0\n")),
            "a.yaml:16: memory.bytes_per_cycle: 0, expected a number 0.001..1e+06 or unlimited");
  AcceleratorConfig both = config;
  both.ideal.gbytes_per_s = 2;
  EXPECT_THROW(validate(both), InvalidField);
}

/// The minimal file with a scratchpad in the place of its buffers.
std::string with_scratchpad(const std::string& fields) {
  std::string text = replaced(kMinimal, "  input: {capacity_bytes: 4KiB}\n", "");
  text = replaced(text, "  weight: {capacity_bytes: 8 KiB}\n", "");
  return replaced(text, "  output: {capacity_bytes: 2MiB}\n", "  shared: {" + fields + "}\n");
}

TEST(accelerator_yaml, one_scratchpad_stands_in_the_place_of_three_buffers) {
  const std::string text =
      with_scratchpad("capacity_bytes: 24KiB, word_bits: 128, banks: 4, double_buffered: false");
  const AcceleratorConfig config = parse_accelerator(text, "a.yaml");
  EXPECT_TRUE(config.shares_buffer());
  EXPECT_EQ(config.shared_buffer, (BufferConfig{24 << 10, 128, 4, false, false}));
  EXPECT_EQ(config.input_buffer, config.shared_buffer);
  EXPECT_EQ(config.weight_buffer, config.shared_buffer);
  EXPECT_EQ(config.output_buffer, config.shared_buffer);
  const std::string written = to_yaml(config);
  EXPECT_EQ(written.find("input:"), std::string::npos);
  EXPECT_EQ(to_yaml(parse_accelerator(written, "b.yaml")), written);
  EXPECT_EQ(to_yaml(parse_accelerator(kMinimal, "a.yaml")).find("word_bits: 128"),
            std::string::npos);

  AcceleratorConfig changed = config;
  set_fields(changed, {{"buffers.shared.banks", "8"}});
  EXPECT_EQ(changed.weight_buffer.banks, 8);
  EXPECT_THROW(set_fields(changed, {{"buffers.weight.banks", "2"}}), std::runtime_error);
  AcceleratorConfig three = parse_accelerator(kMinimal, "a.yaml");
  EXPECT_THROW(set_fields(three, {{"buffers.shared.banks", "2"}}), std::runtime_error);
  set_fields(three, {{"buffers.shared.banks", "2"}, {"buffers.shared.capacity_bytes", "8KiB"}});
  EXPECT_EQ(three.output_buffer, (BufferConfig{8 << 10, 64, 2}));
}

TEST(accelerator_yaml, a_scratchpad_beside_buffers_or_of_broken_words_is_refused) {
  EXPECT_EQ(error_of(with_scratchpad("capacity_bytes: 24KiB}\n  weight: {banks: 2")),
            "a.yaml:11: buffers.weight.banks: given beside buffers.shared, expected one scratchpad "
            "or three buffers");
  EXPECT_EQ(
      error_after("  input: {", "  shared: {banks: 2}\n  input: {"),
      "a.yaml:10: buffers.shared.banks: given without buffers.shared.capacity_bytes, expected "
      "both or neither");
  EXPECT_EQ(error_of(with_scratchpad("capacity_bytes: 1000, banks: 3")),
            "a.yaml:10: buffers.shared.capacity_bytes: 1000, expected a multiple of 24 bytes (3 "
            "banks of 64-bit words)");
  EXPECT_EQ(error_of(with_scratchpad("capacity_bytes: 0")),
            "a.yaml: buffers.input.capacity_bytes: missing, expected a size of 64..67108864 bytes");
  EXPECT_EQ(error_of(with_scratchpad("capacity_bytes: 24KiB, separate_halves: true")),
            "a.yaml:10: buffers.shared.separate_halves: unknown key");
  AcceleratorConfig config = parse_accelerator(with_scratchpad("capacity_bytes: 24KiB"), "a.yaml");
  config.input_buffer.banks = 2;
  EXPECT_THROW(validate(config), InvalidField);
}

TEST(accelerator_yaml, banks_hold_whole_words) {
  // Three banks of 128-bit words, or six if the halves have banks of their own.
  const auto error_with = [](const std::string& fields) {
    return error_after("4KiB", fields + ", word_bits: 128, banks: 3");
  };
  EXPECT_EQ(error_with("4800"), "no error");
  EXPECT_EQ(error_with("4800, separate_halves: true"), "no error");
  EXPECT_EQ(error_with("4848"), "no error");
  EXPECT_EQ(error_with("4848, separate_halves: true"),
            "a.yaml:10: buffers.input.capacity_bytes: 4848, expected a multiple of 96 bytes (6 "
            "banks of 128-bit words)");
  EXPECT_EQ(error_with("4096"),
            "a.yaml:10: buffers.input.capacity_bytes: 4096, expected a multiple of 48 bytes (3 "
            "banks of 128-bit words)");
  EXPECT_EQ(error_after("4KiB", "4KiB, word_bits: 96"),
            "a.yaml:10: buffers.input.word_bits: 96, expected a power of two 8..512");
}

TEST(accelerator_yaml, an_objective_is_one_of_three) {
  const auto with = [](const std::string& objective) {
    return std::string(kMinimal) + "mapping: {objective: " + objective + "}\n";
  };
  EXPECT_EQ(parse_accelerator(kMinimal, "a.yaml").mapping.objective, Objective::kLatency);
  EXPECT_EQ(parse_accelerator(with("energy"), "a.yaml").mapping.objective, Objective::kEnergy);
  EXPECT_EQ(parse_accelerator(with("traffic"), "a.yaml").mapping.objective, Objective::kTraffic);
  try {
    parse_accelerator(with("speed"), "a.yaml");
    ADD_FAILURE();
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(),
                 "a.yaml:14: mapping.objective: speed, expected latency, energy or traffic");
  }
}

TEST(accelerator_yaml, the_second_objective_follows_the_first_unless_it_is_named) {
  const auto second = [](const std::string& keys) {
    const std::string text = std::string(kMinimal) + "mapping: {" + keys + "}\n";
    const AcceleratorConfig config = parse_accelerator(text, "a.yaml");
    const AcceleratorConfig again = parse_accelerator(to_yaml(config), "b.yaml");
    EXPECT_EQ(again.mapping.then(), config.mapping.then());
    EXPECT_EQ(again.mapping.slack, config.mapping.slack);
    return config.mapping.then();
  };
  EXPECT_EQ(second("objective: latency"), Objective::kTraffic);
  EXPECT_EQ(second("objective: energy"), Objective::kLatency);
  EXPECT_EQ(second("objective: traffic, second: auto"), Objective::kLatency);
  EXPECT_EQ(second("objective: latency, slack: 2.5, second: energy"), Objective::kEnergy);
}

TEST(accelerator_yaml, a_buffer_of_three_bytes_is_refused) {
  EXPECT_EQ(error_after("4KiB", "3"),
            "a.yaml:10: buffers.input.capacity_bytes: 3, expected a size of 64..67108864 bytes");
  EXPECT_EQ(error_after("4KiB", "4GiB"),
            "a.yaml:10: buffers.input.capacity_bytes: 4GiB, expected a size of 64..67108864 bytes");
  EXPECT_EQ(error_after("4KiB", "9007199254740993 MiB"),
            "a.yaml:10: buffers.input.capacity_bytes: 9007199254740993 MiB, expected a size of "
            "64..67108864 bytes");
  EXPECT_EQ(
      error_after("4KiB", "1001"),
      "a.yaml:10: buffers.input.capacity_bytes: 1001, expected a multiple of 8 bytes (1 banks "
      "of 64-bit words)");
  EXPECT_EQ(error_after("4KiB", "4KiB, word_bits: 24"),
            "a.yaml:10: buffers.input.word_bits: 24, expected a power of two 8..512");
  EXPECT_EQ(error_after("4KiB", "4KiB, double_buffered: yes"),
            "a.yaml:10: buffers.input.double_buffered: yes, expected true or false");
}

TEST(accelerator_yaml, unknown_keys_get_a_suggestion) {
  EXPECT_EQ(error_after("rows: 4", "rwos: 4"),
            "a.yaml:4: array.rwos: unknown key; did you mean \"rows\"?");
  EXPECT_EQ(error_after("dram:", "darm:"), "a.yaml:13: darm: unknown key; did you mean \"dram\"?");
  EXPECT_EQ(error_after("rows: 4", "wavelength: 4"), "a.yaml:4: array.wavelength: unknown key");
  EXPECT_EQ(error_after("  input: {", "  input: {capacity: 1, "),
            "a.yaml:10: buffers.input.capacity: unknown key; did you mean \"capacity_bytes\"?");
}

TEST(accelerator_yaml, structure_mistakes_are_named) {
  EXPECT_EQ(error_after("clock_mhz: 200", "name: b"), "a.yaml:2: name: given twice");
  EXPECT_EQ(error_after("  rows: 4", "  rows: [4, 4]"),
            "a.yaml:4: array.rows: a list, expected a single value");
  EXPECT_EQ(error_after("  rows: 4", "  rows: {a: 4}"),
            "a.yaml:4: array.rows: a mapping, expected a single value");
  EXPECT_EQ(error_after("dram: {preset: some_dram}", "dram: [some_dram]"),
            "a.yaml:13: dram: expected keys and values");
  EXPECT_EQ(error_after("dram: {preset: some_dram}\n", ""),
            "a.yaml: dram.preset: missing, expected 1..64 printable ASCII characters");
  EXPECT_EQ(error_after("  rows: 4\n", ""),
            "a.yaml: array.rows: missing, expected an integer 1..256");
  EXPECT_EQ(error_of("- a\n- b\n"), "a.yaml:1: accelerator: expected keys and values");
  EXPECT_EQ(error_of(""), "a.yaml: no keys and values in it");
  EXPECT_EQ(error_of("# nothing\n"), "a.yaml: no keys and values in it");
  EXPECT_EQ(error_of(std::string(kMinimal) + "---\n" + kMinimal),
            "a.yaml: more than one YAML document");
  EXPECT_EQ(error_of("name: [\n").substr(0, 9), "a.yaml:2:");
}

TEST(accelerator_yaml, rules_between_fields_are_checked) {
  EXPECT_EQ(error_after("output-stationary", "weight-stationary"),
            "a.yaml: accumulator.buffer_bytes: 0, expected at least 32 (one sum for each column of "
            "a weight-stationary array)");
  const std::string with_dma = std::string(kMinimal) + "dma:\n  bus_bytes: 64\n  ";
  EXPECT_EQ(error_of(with_dma + "max_burst_bytes: 32\n"),
            "a.yaml:16: dma.max_burst_bytes: 32, expected at least 64 (dma.bus_bytes)");
  EXPECT_EQ(error_of(with_dma + "max_burst_bytes: 8192\n"),
            "a.yaml:16: dma.max_burst_bytes: 8192, expected a power of two 1..4096");
}

TEST(accelerator_yaml, unreadable_files_are_one_line) {
  const auto error = [](const std::string& path) -> std::string {
    try {
      load_accelerator(path);
    } catch (const std::runtime_error& e) {
      return e.what();
    }
    return "no error";
  };
  const TemporaryFolder folder;
  const std::string missing = folder.path("missing.yaml");
  EXPECT_EQ(error(missing), missing + ": cannot open: No such file or directory");
  EXPECT_EQ(error("/"), "/: cannot read");
  EXPECT_EQ(error("/dev/zero"), "/dev/zero: larger than 262144 bytes");
}

TEST(accelerator_yaml, nesting_and_aliases_neither_hang_nor_crash) {
  const auto repeated = [](const std::string& part, std::size_t bytes) {
    std::string text;
    while (text.size() + part.size() <= bytes) text += part;
    return text;
  };
  constexpr std::size_t kLimit = std::size_t{256} << 10;
  for (const char* part : {"[", "{", "- ", "? ", "a: ", "&a ", "[a: ", "{a,"}) {
    EXPECT_NE(error_of(repeated(part, kLimit)), "no error") << part;
  }
  EXPECT_NE(error_of("x: &a [*a]\n"), "no error");
  EXPECT_NE(error_of(", a\nname: b\n"), "no error");
  EXPECT_NE(error_of("array: &a {rows: *a}\n"), "no error");
  EXPECT_EQ(error_of(repeated("# long\n", kLimit + 8)), "a.yaml: larger than 262144 bytes");
}

TEST(accelerator_yaml, aliases_of_values_work) {
  const std::string text =
      replaced(replaced(kMinimal, "rows: 4", "rows: &n 4"), "8\n  d", "*n\n  d");
  EXPECT_EQ(parse_accelerator(text, "a.yaml").array.columns, 4);
}

TEST(accelerator_yaml, mutated_presets_give_a_valid_machine_or_one_line) {
  const std::string preset = read_text_file(kPresets + "/small_edge.yaml", 1 << 16);
  std::mt19937 random(20240521);
  const auto below = [&](std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
  };
  int valid = 0;
  const int trials = tries(1500);
  for (int trial = 0; trial < trials; ++trial) {
    std::string text = preset;
    if (trial % 3 == 0) text.resize(below(text.size()));
    for (std::size_t edits = below(6); edits > 0 && !text.empty(); --edits) {
      const std::size_t at = below(text.size());
      switch (below(3)) {
        case 0:
          text[at] = static_cast<char>(below(256));
          break;
        case 1:
          text.erase(at, 1 + below(8));
          break;
        case 2:
          text.insert(at, text.substr(below(text.size()), below(30)));
          break;
      }
    }
    try {
      const AcceleratorConfig config = parse_accelerator(text, "a.yaml");
      EXPECT_NO_THROW(validate(config));
      EXPECT_EQ(to_yaml(parse_accelerator(to_yaml(config), "b.yaml")), to_yaml(config));
      ++valid;
    } catch (const std::runtime_error& error) {
      const std::string message = error.what();
      EXPECT_EQ(message.find('\n'), std::string::npos) << message;
      EXPECT_EQ(message.rfind("a.yaml", 0), 0u) << message;
      EXPECT_LT(message.size(), 400u) << message;
    }
  }
  EXPECT_GT(valid, trials / 30);
}

TEST(accelerator_config, programmatic_mistakes_are_refused_field_by_field) {
  const AcceleratorConfig good = load_accelerator(kPresets + "/small_edge.yaml");
  EXPECT_NO_THROW(validate(good));
  const auto refused = [&](const std::string& path,
                           const std::function<void(AcceleratorConfig&)>& spoil) {
    AcceleratorConfig config = good;
    spoil(config);
    try {
      validate(config);
      ADD_FAILURE() << path << " accepted";
    } catch (const InvalidField& error) {
      EXPECT_EQ(error.path(), path);
      EXPECT_EQ(std::string(error.what()).rfind(path + ": ", 0), 0u) << error.what();
    }
  };
  using Config = AcceleratorConfig;
  refused("name", [](Config& c) { c.name.clear(); });
  refused("name", [](Config& c) { c.name.assign(65, 'x'); });
  refused("clock_mhz", [](Config& c) { c.clock_mhz = 0; });
  refused("clock_mhz", [](Config& c) { c.clock_mhz = -1; });
  refused("clock_mhz", [](Config& c) { c.clock_mhz = std::nan(""); });
  refused("clock_mhz", [](Config& c) { c.clock_mhz = HUGE_VAL; });
  refused("array.rows", [](Config& c) { c.array.rows = 257; });
  refused("array.columns", [](Config& c) { c.array.columns = 0; });
  refused("array.dataflow", [](Config& c) { c.array.dataflow = static_cast<Dataflow>(7); });
  refused("array.weight_bits", [](Config& c) { c.array.weight_bits = 1; });
  refused("array.activation_bits", [](Config& c) { c.array.activation_bits = 17; });
  refused("array.datapath", [](Config& c) { c.array.datapath = static_cast<DatapathFamily>(4); });
  refused("array.lanes", [](Config& c) { c.array.lanes = 0; });
  refused("array.lanes", [](Config& c) { c.array.lanes = 65; });
  refused("array.bits_per_cycle", [](Config& c) { c.array.bits_per_cycle = 3; });
  refused("array.brick_bits", [](Config& c) { c.array.brick_bits = 3; });
  refused("array.weight_bits", [](Config& c) {
    c.array.datapath = DatapathFamily::kComposable;
    c.array.weight_bits = 6;
  });
  refused("array.activation_bits", [](Config& c) {
    c.array.datapath = DatapathFamily::kComposable;
    c.array.activation_bits = 16;
  });
  refused("accumulator.bits", [](Config& c) { c.accumulator.bits = 65; });
  refused("accumulator.buffer_bytes", [](Config& c) { c.accumulator_buffer_bytes = -1; });
  refused("accumulator.buffer_bytes", [](Config& c) { c.accumulator_buffer_bytes = 63; });
  refused("buffers.input.capacity_bytes", [](Config& c) { c.input_buffer.capacity_bytes = 3; });
  refused("buffers.weight.banks", [](Config& c) { c.weight_buffer.banks = 0; });
  refused("buffers.output.word_bits", [](Config& c) { c.output_buffer.word_bits = 0; });
  refused("buffers.output.capacity_bytes", [](Config& c) { c.output_buffer.capacity_bytes += 8; });
  refused("dma.bus_bytes", [](Config& c) { c.dma.bus_bytes = 12; });
  refused("dma.max_burst_bytes", [](Config& c) { c.dma.max_burst_bytes = 4; });
  refused("dma.outstanding", [](Config& c) { c.dma.outstanding = 65; });
  refused("dram.preset", [](Config& c) { c.dram.preset.clear(); });
  refused("dram.capacity_mbytes", [](Config& c) { c.dram.capacity_bytes = 1000; });
  refused("dram.capacity_mbytes", [](Config& c) { c.dram.capacity_bytes = std::int64_t{8} << 30; });
  refused("dram.channels", [](Config& c) { c.dram.channels = 3; });
  refused("cost.tables", [](Config& c) { c.cost.tables = std::string(1025, 'a'); });
  refused("cost.technology", [](Config& c) { c.cost.technology = "a\tb"; });
  refused("cost.sram_node_nm", [](Config& c) { c.cost.sram_node_nm = -1; });
  refused("cost.logic_factor", [](Config& c) { c.cost.logic_factor = 0; });
  refused("cost.sram_factor", [](Config& c) { c.cost.sram_factor = 101; });
  refused("cost.clock_tree_factor", [](Config& c) { c.cost.clock_tree_factor = -HUGE_VAL; });
}

TEST(accelerator_yaml, single_fields_are_set_as_in_a_file_and_the_others_stay) {
  const AcceleratorConfig before = load_accelerator(kPresets + "/small_edge.yaml");
  AcceleratorConfig config = before;
  set_fields(config, {{"array.rows", "4"},
                      {"buffers.input.capacity_bytes", "64 KiB"},
                      {"array.dataflow", "output-stationary"},
                      {"cost.logic_factor", "1.5"}});
  EXPECT_EQ(config.array.rows, 4);
  EXPECT_EQ(config.input_buffer.capacity_bytes, 64 << 10);
  EXPECT_EQ(config.array.dataflow, Dataflow::kOutputStationary);
  EXPECT_EQ(config.cost.logic_factor, 1.5);
  set_fields(config, {{"array.rows", "16"},
                      {"buffers.input.capacity_bytes", "32KiB"},
                      {"array.dataflow", "weight-stationary"},
                      {"cost.logic_factor", "1"}});
  EXPECT_EQ(to_yaml(config), to_yaml(before));
}

struct Limits {
  const char* path;
  std::vector<std::string> good, bad;  ///< the ends and what lies just beyond
};

TEST(accelerator_yaml, both_ends_of_every_range_are_good_and_nothing_beyond) {
  const std::vector<std::string> one_to_256[] = {{"1", "256"}, {"0", "257"}};
  const std::vector<std::string> widths[] = {{"2", "16"}, {"1", "17"}};
  const std::vector<std::string> sizes[] = {{"64", "64 MiB"}, {"63", "67108865"}};
  const std::vector<std::string> words[] = {{"8", "512"}, {"4", "7", "511", "1024"}};
  const std::vector<std::string> banks[] = {{"1", "64"}, {"0", "65"}};
  const std::vector<std::string> factors[] = {{"0.01", "100"}, {"0.0099", "100.001"}};
  const Limits all[] = {{"clock_mhz", {"1", "10000"}, {"0.999", "10000.1"}},
                        {"array.rows", one_to_256[0], one_to_256[1]},
                        {"array.columns", one_to_256[0], one_to_256[1]},
                        {"array.weight_bits", widths[0], widths[1]},
                        {"array.activation_bits", widths[0], widths[1]},
                        {"array.lanes", {"1", "64"}, {"0", "65"}},
                        {"array.bits_per_cycle", {"1", "2", "4"}, {"0", "3", "8"}},
                        {"array.brick_bits", {"2"}, {"1", "3", "4"}},
                        {"accumulator.bits", {"8", "64"}, {"7", "65"}},
                        {"accumulator.multiplier_bits", {"8", "32"}, {"7", "33"}},
                        {"accumulator.buffer_bytes", {"0", "64 MiB"}, {"-1", "67108865"}},
                        {"buffers.input.capacity_bytes", sizes[0], sizes[1]},
                        {"buffers.weight.capacity_bytes", sizes[0], sizes[1]},
                        {"buffers.output.capacity_bytes", sizes[0], sizes[1]},
                        {"buffers.shared.capacity_bytes", {"0", "64 MiB"}, {"-1", "67108865"}},
                        {"buffers.shared.word_bits", words[0], words[1]},
                        {"buffers.shared.banks", banks[0], banks[1]},
                        {"buffers.input.word_bits", words[0], words[1]},
                        {"buffers.weight.word_bits", words[0], words[1]},
                        {"buffers.output.word_bits", words[0], words[1]},
                        {"buffers.input.banks", banks[0], banks[1]},
                        {"buffers.weight.banks", banks[0], banks[1]},
                        {"buffers.output.banks", banks[0], banks[1]},
                        {"dma.bus_bytes", {"1", "64"}, {"0", "12", "128"}},
                        {"dma.max_burst_bytes", {"1", "4096"}, {"0", "4095", "8192"}},
                        {"overhead.layer_cycles", {"0", "1000000"}, {"-1", "1000001"}},
                        {"overhead.tile_cycles", {"0", "1000000"}, {"-1", "1000001"}},
                        {"dma.outstanding", {"1", "64"}, {"0", "65"}},
                        {"dram.capacity_mbytes", {"1", "4096"}, {"0", "4097"}},
                        {"dram.channels", {"1", "16"}, {"0", "3", "32"}},
                        {"dram.queue_depth", {"1", "256"}, {"0", "257"}},
                        {"dram.write_queue_depth", {"1", "256"}, {"0", "257"}},
                        {"dram.write_high", {"1", "256"}, {"0", "257"}},
                        {"dram.write_low", {"0", "255"}, {"-1", "256"}},
                        {"memory.latency_ns", {"0", "1e6"}, {"-1", "1000001"}},
                        {"memory.bytes_per_cycle", {"0.001", "1e6", "unlimited"}, {"0", "1e7"}},
                        {"memory.gbytes_per_s", {"0.001", "1e6", "unlimited"}, {"0", "-1", "1e7"}},
                        {"memory.energy_pj_per_byte", {"0", "1e6", "unknown"}, {"-1", "1e7"}},
                        {"mapping.slack", {"0", "1000"}, {"-1", "1000.1"}},
                        {"mapping.batch", {"0", "256"}, {"-1", "257"}},
                        {"cost.sram_node_nm", {"0", "1000"}, {"-1", "1001"}},
                        {"cost.logic_factor", factors[0], factors[1]},
                        {"cost.sram_factor", factors[0], factors[1]},
                        {"cost.clock_tree_factor", factors[0], factors[1]}};
  const AcceleratorConfig config = load_accelerator(kPresets + "/small_edge.yaml");
  const auto is_in_range = [&](const std::string& path, const std::string& value) {
    AcceleratorConfig changed = config;
    if (path.rfind("buffers.shared.", 0) == 0) changed.share({1 << 16});
    std::string message;
    try {
      set_fields(changed, {{path, value}});
      validate(changed);
    } catch (const std::exception& error) {
      message = error.what();
    }
    const auto has = [&](const char* text) { return message.find(text) != std::string::npos; };
    // Rules between fields say otherwise what they expect.
    return message.rfind(path + ": ", 0) != 0 || has("expected a multiple of") ||
           has("expected at least") || has("expected at most") || has("expected less than");
  };
  std::set<std::string> tested;
  for (const Limits& limits : all) {
    tested.insert(limits.path);
    for (const std::string& value : limits.good) {
      EXPECT_TRUE(is_in_range(limits.path, value)) << limits.path << ' ' << value;
    }
    for (const std::string& value : limits.bad) {
      EXPECT_FALSE(is_in_range(limits.path, value)) << limits.path << ' ' << value;
    }
  }
  fields::visit_fields(config, [&](const auto& field, const auto& member) {
    if constexpr (std::is_arithmetic_v<std::decay_t<decltype(member)>> &&
                  !std::is_same_v<std::decay_t<decltype(member)>, bool>) {
      EXPECT_EQ(tested.count(std::string(field.path)), 1u) << field.path;
    }
  });
}

TEST(accelerator_config, rules_between_fields_have_sharp_ends) {
  const AcceleratorConfig good = load_accelerator(kPresets + "/small_edge.yaml");
  const auto is_good = [&](const std::function<void(AcceleratorConfig&)>& change) {
    AcceleratorConfig config = good;
    change(config);
    try {
      validate(config);
      return true;
    } catch (const InvalidField&) {
      return false;
    }
  };
  using Config = AcceleratorConfig;
  EXPECT_TRUE(is_good([](Config& c) { c.dram.write_queue_depth = 56; }));
  EXPECT_FALSE(is_good([](Config& c) { c.dram.write_queue_depth = 55; }));
  EXPECT_TRUE(is_good([](Config& c) { c.dram.write_low = 55; }));
  EXPECT_FALSE(is_good([](Config& c) { c.dram.write_low = 56; }));
  // 16 columns with sums of 4 bytes, or of 5 for 33 bits.
  EXPECT_TRUE(is_good([](Config& c) { c.accumulator_buffer_bytes = 64; }));
  EXPECT_FALSE(is_good([](Config& c) { c.accumulator_buffer_bytes = 63; }));
  const auto wider = [&](std::int64_t bytes) {
    return is_good([=](Config& c) {
      c.accumulator.bits = 33;
      c.accumulator_buffer_bytes = bytes;
    });
  };
  EXPECT_TRUE(wider(80));
  EXPECT_FALSE(wider(79));
  EXPECT_TRUE(is_good([](Config& c) {
    c.array.dataflow = Dataflow::kOutputStationary;
    c.accumulator_buffer_bytes = 0;
  }));
  EXPECT_TRUE(is_good([](Config& c) { c.dma.bus_bytes = c.dma.max_burst_bytes = 32; }));
  EXPECT_FALSE(is_good([](Config& c) {
    c.dma.bus_bytes = 32;
    c.dma.max_burst_bytes = 16;
  }));
  // Three banks of 32-bit words, twice if the halves have their own.
  for (BufferConfig Config::*buffer :
       {&Config::input_buffer, &Config::weight_buffer, &Config::output_buffer}) {
    const auto with = [&](std::int64_t bytes, bool separate, bool doubled = true) {
      return is_good([=](Config& c) { c.*buffer = {bytes, 32, 3, doubled, separate}; });
    };
    EXPECT_TRUE(with(1200, false));
    EXPECT_FALSE(with(1204, false));
    EXPECT_FALSE(with(1216, false));
    EXPECT_TRUE(with(1200, true));
    EXPECT_FALSE(with(1212, true));
    EXPECT_TRUE(with(1212, true, false)) << "no halves";
  }
}

TEST(accelerator_config, an_address_mapping_has_all_five_parts_once) {
  std::vector<std::string> parts = {"bank", "channel", "column", "group", "row"};
  AcceleratorConfig config = load_accelerator(kPresets + "/small_edge.yaml");
  const auto is_good = [&](const std::vector<std::string>& words) {
    std::string mapping;
    for (const std::string& word : words) mapping += (mapping.empty() ? "" : "-") + word;
    config.dram.address_mapping = mapping;
    try {
      validate(config);
      return true;
    } catch (const InvalidField&) {
      return false;
    }
  };
  do {
    ASSERT_TRUE(is_good(parts));
    for (std::size_t from = 0; from < parts.size(); ++from) {
      const std::size_t to = (from + 1) % parts.size();
      std::vector<std::string> twice = parts;
      twice[to] = twice[from];
      ASSERT_FALSE(is_good(twice)) << twice[from] << " twice";
    }
  } while (std::next_permutation(parts.begin(), parts.end()));
  parts.push_back("row");
  EXPECT_FALSE(is_good(parts));
  EXPECT_FALSE(is_good({"row", "bank", "group", "column"}));
  EXPECT_FALSE(is_good({"row", "bank", "group", "column", ""}));
}

TEST(accelerator_yaml, a_single_field_that_is_wrong_is_named) {
  AcceleratorConfig config;
  const auto error = [&](const std::string& path, const std::string& value) -> std::string {
    try {
      set_fields(config, {{path, value}});
    } catch (const std::runtime_error& e) {
      return e.what();
    }
    return "no error";
  };
  EXPECT_EQ(error("array.rovs", "4"), "array.rovs: unknown key; did you mean \"array.rows\"?");
  EXPECT_EQ(error("array.rows", "many"), "array.rows: many, expected an integer 1..256");
  EXPECT_EQ(error("array.rows", "257"), "array.rows: 257, expected an integer 1..256");
  EXPECT_EQ(error("array", "4").substr(0, 18), "array: unknown key");
}

}  // namespace
}  // namespace dcnsim
