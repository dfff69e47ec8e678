// SPDX-License-Identifier: Apache-2.0
#include "models/arch/accelerator_config.h"

#include <charconv>
#include <tuple>
#include <utility>

#include "models/arch/config_fields.h"
#include "models/arch/dram_mapping.h"
#include "models/base/text/printable.h"

namespace dcnsim {

namespace fields {

std::string decimal(double value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;
  return std::string(text, end);
}

std::string expected(const Text& field) {
  return std::to_string(field.shortest) + ".." + std::to_string(field.longest) +
         " printable ASCII characters";
}

std::string expected(const Flag&) { return "true or false"; }

std::string expected(const Real& field) {
  return "a number " + decimal(field.low) + ".." + decimal(field.high);
}

std::string expected(const RealOrWord& field) {
  return expected(static_cast<const Real&>(field)) + " or " + std::string(field.word);
}

std::string expected(const Whole& field) {
  std::string range = std::to_string(field.low) + ".." + std::to_string(field.high);
  switch (field.kind) {
    case Kind::kCount:
      return "an integer " + range;
    case Kind::kPowerOfTwo:
      return "a power of two " + range;
    case Kind::kBytes:
      return "a size of " + range + " bytes";
  }
  return range;
}

std::string why_unused(const AcceleratorConfig& config, std::string_view path) {
  const auto is_of = [&](std::string_view section) { return path.rfind(section, 0) == 0; };
  const bool shared = is_of("buffers.shared.");
  if (is_of("buffers.") && !shared && config.shares_buffer()) {
    return "given beside buffers.shared, expected one scratchpad or three buffers";
  }
  if (shared && path != "buffers.shared.capacity_bytes" && !config.shares_buffer()) {
    return "given without buffers.shared.capacity_bytes, expected both or neither";
  }
  if (path == "memory.gbytes_per_s" && config.memory_bytes_per_cycle) {
    return "given beside memory.bytes_per_cycle, expected one of both";
  }
  return "";
}

}  // namespace fields

bool operator==(const BufferConfig& a, const BufferConfig& b) {
  const auto members = [](const BufferConfig& c) {
    return std::tie(c.capacity_bytes, c.word_bits, c.banks, c.double_buffered, c.separate_halves);
  };
  return members(a) == members(b);
}

void AcceleratorConfig::share(const BufferConfig& scratchpad) {
  shared_buffer = input_buffer = weight_buffer = output_buffer = scratchpad;
}

namespace {

class Validator {
 public:
  void operator()(const fields::Text& field, const std::string& value) const {
    const bool ok = value.size() >= field.shortest && value.size() <= field.longest &&
                    value == printable(value, field.longest);
    if (!ok) fail(field, '"' + printable(value) + '"');
  }
  void operator()(const fields::Flag&, bool) const {}
  void operator()(const fields::Real& field, double value) const {
    // Negated, so that NaN fails too.
    if (!(value >= field.low && value <= field.high)) fail(field, fields::decimal(value));
  }
  void operator()(const fields::RealOrWord& field, const std::optional<double>& value) const {
    const bool ok = !value || (*value >= field.low && *value <= field.high);
    if (!ok) fail(field, fields::decimal(*value));
  }
  void operator()(const fields::Whole& field, std::int64_t value) const {
    if (value % field.unit != 0) {
      throw InvalidField(
          std::string(field.path),
          std::to_string(value) + " bytes, expected a multiple of " + std::to_string(field.unit));
    }
    const std::int64_t v = value / field.unit;
    const bool in_range = v >= field.low && v <= field.high;
    const bool power_of_two = v > 0 && (v & (v - 1)) == 0;
    if (!in_range || (field.kind == fields::Kind::kPowerOfTwo && !power_of_two)) {
      fail(field, std::to_string(v));
    }
  }
  template <typename Enum, std::size_t N>
  void operator()(const fields::Choice<Enum, N>& field, Enum value) const {
    for (const auto& [name, known] : field.names) {
      if (value == known) return;
    }
    fail(field, number_of(value));
  }

 private:
  template <typename Enum>
  static std::string number_of(Enum value) {
    return std::to_string(static_cast<int>(value));
  }
  template <typename Enum>
  static std::string number_of(const std::optional<Enum>& value) {
    return value ? number_of(*value) : "nothing";
  }
  template <typename FieldType>
  [[noreturn]] static void fail(const FieldType& field, const std::string& value) {
    throw InvalidField(std::string(field.path), value + ", expected " + fields::expected(field));
  }
};

void validate_buffer(const std::string& path, const BufferConfig& buffer) {
  const std::int64_t row_bytes = std::int64_t{buffer.all_banks()} * (buffer.word_bits / 8);
  if (buffer.capacity_bytes % row_bytes == 0) return;
  throw InvalidField(path + ".capacity_bytes",
                     std::to_string(buffer.capacity_bytes) + ", expected a multiple of " +
                         std::to_string(row_bytes) + " bytes (" +
                         std::to_string(buffer.all_banks()) + " banks of " +
                         std::to_string(buffer.word_bits) + "-bit words)");
}

void validate_buffers(const AcceleratorConfig& config) {
  const BufferConfig& shared = config.shared_buffer;
  if (!config.shares_buffer()) {
    validate_buffer("buffers.input", config.input_buffer);
    validate_buffer("buffers.weight", config.weight_buffer);
    validate_buffer("buffers.output", config.output_buffer);
    return;
  }
  validate_buffer("buffers.shared", shared);
  for (const auto& [path, buffer] : {std::pair("buffers.input", &config.input_buffer),
                                     std::pair("buffers.weight", &config.weight_buffer),
                                     std::pair("buffers.output", &config.output_buffer)}) {
    if (*buffer != shared) throw InvalidField(path, "other than buffers.shared, expected the same");
  }
}

void validate_memory(const AcceleratorConfig& config) {
  if (!config.ideal.gbytes_per_s || !config.memory_bytes_per_cycle) return;
  throw InvalidField("memory.gbytes_per_s",
                     fields::decimal(*config.ideal.gbytes_per_s) +
                         ", expected nothing beside memory.bytes_per_cycle (" +
                         fields::decimal(*config.memory_bytes_per_cycle) + ")");
}

void validate_datapath(const ArrayConfig& array) {
  if (array.dataflow == Dataflow::kOutputStationary && array.weight_load != WeightLoad::kHidden) {
    throw InvalidField("array.weight_load",
                       "exposed, expected hidden (an output-stationary array keeps no weights)");
  }
  if (array.datapath != DatapathFamily::kComposable) return;
  for (const auto& [path, bits] : {std::pair("array.weight_bits", array.weight_bits),
                                   std::pair("array.activation_bits", array.activation_bits)}) {
    if (bits == kComposableBits) continue;
    throw InvalidField(path, std::to_string(bits) + ", expected " +
                                 std::to_string(kComposableBits) +
                                 " (a composable unit fuses sixteen 2-bit bricks)");
  }
}

void validate_address_mapping(const std::string& mapping) {
  try {
    parse_address_mapping(mapping);
  } catch (const std::invalid_argument& error) {
    throw InvalidField("dram.address_mapping", error.what());
  }
}

void validate_watermarks(const DramConfig& dram) {
  if (dram.write_high > dram.write_queue_depth) {
    throw InvalidField("dram.write_high", std::to_string(dram.write_high) + ", expected at most " +
                                              std::to_string(dram.write_queue_depth) +
                                              " (dram.write_queue_depth)");
  }
  if (dram.write_low >= dram.write_high) {
    throw InvalidField("dram.write_low", std::to_string(dram.write_low) + ", expected less than " +
                                             std::to_string(dram.write_high) +
                                             " (dram.write_high)");
  }
}

}  // namespace

void validate(const AcceleratorConfig& config) {
  fields::visit_fields(config, Validator{});
  validate_buffers(config);
  validate_memory(config);
  validate_datapath(config.array);
  validate_address_mapping(config.dram.address_mapping);
  validate_watermarks(config.dram);
  if (config.dma.max_burst_bytes < config.dma.bus_bytes) {
    throw InvalidField("dma.max_burst_bytes",
                       std::to_string(config.dma.max_burst_bytes) + ", expected at least " +
                           std::to_string(config.dma.bus_bytes) + " (dma.bus_bytes)");
  }
  if (config.array.dataflow == Dataflow::kWeightStationary) {
    const std::int64_t one_sum_each =
        std::int64_t{config.array.columns} * ((config.accumulator.bits + 7) / 8);
    if (config.accumulator_buffer_bytes < one_sum_each) {
      throw InvalidField("accumulator.buffer_bytes",
                         std::to_string(config.accumulator_buffer_bytes) + ", expected at least " +
                             std::to_string(one_sum_each) +
                             " (one sum for each column of a weight-stationary array)");
    }
  }
}

}  // namespace dcnsim
