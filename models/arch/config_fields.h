// SPDX-License-Identifier: Apache-2.0
// The one table of an accelerator's fields: YAML path, range, whether a file must give it. Reading,
// writing and validating all walk it, so that they cannot disagree.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "models/arch/accelerator_config.h"
#include "models/numeric/post.h"

namespace dcnsim::fields {

enum class Presence : std::uint8_t { kRequired, kOptional };
inline constexpr Presence kRequired = Presence::kRequired;
inline constexpr Presence kOptional = Presence::kOptional;

inline constexpr std::int64_t kMiB = std::int64_t{1} << 20;

struct Field {
  std::string_view path;
  Presence presence;
};

struct Text : Field {
  std::size_t shortest = 1, longest = 64;  ///< characters
};

struct Flag : Field {};

struct Real : Field {
  double low, high;
};

/// Or `word`, for nothing.
struct RealOrWord : Real {
  std::string_view word;
};

enum class Kind : std::uint8_t { kCount, kPowerOfTwo, kBytes };

/// An integer of the struct is `unit` times the integer of the file.
struct Whole : Field {
  std::int64_t low, high;  ///< of the file's integer
  Kind kind = Kind::kCount;
  std::int64_t unit = 1;
};

template <typename Enum, std::size_t N = 2>
struct Choice : Field {
  std::array<std::pair<std::string_view, Enum>, N> names;
};

template <typename Buffer, typename Visitor>
void visit_buffer(const std::array<std::string_view, 5>& paths, Presence presence, Buffer& buffer,
                  Visitor& visit) {
  visit(Whole{{paths[0], presence}, 64, 64 * kMiB, Kind::kBytes}, buffer.capacity_bytes);
  visit(Whole{{paths[1], kOptional}, 8, 512, Kind::kPowerOfTwo}, buffer.word_bits);
  visit(Whole{{paths[2], kOptional}, 1, 64}, buffer.banks);
  visit(Flag{{paths[3], kOptional}}, buffer.double_buffered);
  visit(Flag{{paths[4], kOptional}}, buffer.separate_halves);
}

/// Calls visit(field, member) for every member of an (optionally const) AcceleratorConfig, in the
/// order of the file; members of one section are neighbours.
template <typename Config, typename Visitor>
void visit_fields(Config& c, Visitor&& visit) {
  visit(Text{{"name", kRequired}}, c.name);
  visit(Real{{"clock_mhz", kRequired}, 1, 10000}, c.clock_mhz);

  visit(Whole{{"array.rows", kRequired}, 1, 256}, c.array.rows);
  visit(Whole{{"array.columns", kRequired}, 1, 256}, c.array.columns);
  visit(Choice<Dataflow>{{"array.dataflow", kRequired},
                         {{{"weight-stationary", Dataflow::kWeightStationary},
                           {"output-stationary", Dataflow::kOutputStationary}}}},
        c.array.dataflow);
  visit(Choice<ArraySteps>{{"array.steps", kOptional},
                           {{{"apart", ArraySteps::kApart},
                             {"overlapped", ArraySteps::kOverlapped}}}},
        c.array.steps);
  visit(Choice<Reduction>{{"array.reduction", kOptional},
                          {{{"window", Reduction::kWindow}, {"channels", Reduction::kChannels}}}},
        c.array.reduction);
  visit(Choice<WeightLoad>{{"array.weight_load", kOptional},
                           {{{"hidden", WeightLoad::kHidden}, {"exposed", WeightLoad::kExposed}}}},
        c.array.weight_load);
  constexpr auto named = [](auto value) { return std::pair(to_string(value), value); };
  visit(
      Choice<DatapathFamily, 4>{
          {"array.datapath", kOptional},
          {named(DatapathFamily::kBitParallel), named(DatapathFamily::kActivationSerial),
           named(DatapathFamily::kFullySerial), named(DatapathFamily::kComposable)}},
      c.array.datapath);
  visit(Whole{{"array.weight_bits", kRequired}, 2, 16}, c.array.weight_bits);
  visit(Whole{{"array.activation_bits", kRequired}, 2, 16}, c.array.activation_bits);
  visit(Whole{{"array.lanes", kOptional}, 1, 64}, c.array.lanes);
  visit(Whole{{"array.bits_per_cycle", kOptional}, 1, 4, Kind::kPowerOfTwo},
        c.array.bits_per_cycle);
  visit(Whole{{"array.brick_bits", kOptional}, 2, 2}, c.array.brick_bits);

  visit(Whole{{"overhead.layer_cycles", kOptional}, 0, 1000000}, c.overhead.layer_cycles);
  visit(Whole{{"overhead.tile_cycles", kOptional}, 0, 1000000}, c.overhead.tile_cycles);

  visit(Whole{{"accumulator.bits", kOptional}, 8, 64}, c.accumulator.bits);
  visit(Choice<Overflow>{{"accumulator.overflow", kOptional},
                         {{{"wrap", Overflow::kWrap}, {"saturate", Overflow::kSaturate}}}},
        c.accumulator.overflow);
  visit(Whole{{"accumulator.buffer_bytes", kOptional}, 0, 64 * kMiB, Kind::kBytes},
        c.accumulator_buffer_bytes);
  visit(Choice<RequantizerKind>{{"accumulator.requantizer", kOptional},
                                {{{"shift", RequantizerKind::kShift},
                                  {"multiplier", RequantizerKind::kMultiplier}}}},
        c.requantizer);
  visit(Whole{{"accumulator.multiplier_bits", kOptional}, kMinMultiplierBits, kMaxMultiplierBits},
        c.accumulator.multiplier_bits);

  // In the place of the three that follow.
  visit(Whole{{"buffers.shared.capacity_bytes", kOptional}, 0, 64 * kMiB, Kind::kBytes},
        c.shared_buffer.capacity_bytes);
  visit(Whole{{"buffers.shared.word_bits", kOptional}, 8, 512, Kind::kPowerOfTwo},
        c.shared_buffer.word_bits);
  visit(Whole{{"buffers.shared.banks", kOptional}, 1, 64}, c.shared_buffer.banks);
  visit(Flag{{"buffers.shared.double_buffered", kOptional}}, c.shared_buffer.double_buffered);
  const Presence presence = c.shares_buffer() ? kOptional : kRequired;
  visit_buffer({"buffers.input.capacity_bytes", "buffers.input.word_bits", "buffers.input.banks",
                "buffers.input.double_buffered", "buffers.input.separate_halves"},
               presence, c.input_buffer, visit);
  visit_buffer({"buffers.weight.capacity_bytes", "buffers.weight.word_bits", "buffers.weight.banks",
                "buffers.weight.double_buffered", "buffers.weight.separate_halves"},
               presence, c.weight_buffer, visit);
  visit_buffer({"buffers.output.capacity_bytes", "buffers.output.word_bits", "buffers.output.banks",
                "buffers.output.double_buffered", "buffers.output.separate_halves"},
               presence, c.output_buffer, visit);

  visit(Whole{{"dma.bus_bytes", kOptional}, 1, 64, Kind::kPowerOfTwo}, c.dma.bus_bytes);
  visit(Whole{{"dma.max_burst_bytes", kOptional}, 1, 4096, Kind::kPowerOfTwo},
        c.dma.max_burst_bytes);
  visit(Whole{{"dma.outstanding", kOptional}, 1, 64}, c.dma.outstanding);
  visit(Choice<Arbitration>{{"dma.arbitration", kOptional},
                            {{{"needed-first", Arbitration::kNeededFirst},
                              {"round-robin", Arbitration::kRoundRobin}}}},
        c.dma.arbitration);

  visit(Choice<MemoryKind>{{"memory.kind", kOptional},
                           {{{"dram", MemoryKind::kDram}, {"ideal", MemoryKind::kIdeal}}}},
        c.memory);
  visit(Real{{"memory.latency_ns", kOptional}, 0, 1e6}, c.ideal.latency_ns);
  visit(RealOrWord{{{"memory.bytes_per_cycle", kOptional}, 1e-3, 1e6}, "unlimited"},
        c.memory_bytes_per_cycle);
  visit(RealOrWord{{{"memory.gbytes_per_s", kOptional}, 1e-3, 1e6}, "unlimited"},
        c.ideal.gbytes_per_s);
  visit(RealOrWord{{{"memory.energy_pj_per_byte", kOptional}, 0, 1e6}, "unknown"},
        c.ideal.energy_pj_per_byte);

  visit(Text{{"dram.preset", kRequired}}, c.dram.preset);
  visit(Whole{{"dram.capacity_mbytes", kOptional}, 1, 4096, Kind::kCount, kMiB},
        c.dram.capacity_bytes);
  visit(Whole{{"dram.channels", kOptional}, 1, 16, Kind::kPowerOfTwo}, c.dram.channels);
  visit(Text{{"dram.address_mapping", kOptional}}, c.dram.address_mapping);
  visit(Choice<PagePolicy>{{"dram.page_policy", kOptional},
                           {{{"open", PagePolicy::kOpen}, {"closed", PagePolicy::kClosed}}}},
        c.dram.page_policy);
  visit(Choice<DramScheduler>{{"dram.scheduler", kOptional},
                              {{{"fr-fcfs", DramScheduler::kFrFcfs},
                                {"fcfs", DramScheduler::kFcfs}}}},
        c.dram.scheduler);
  visit(Whole{{"dram.queue_depth", kOptional}, 1, 256}, c.dram.queue_depth);
  visit(Whole{{"dram.write_queue_depth", kOptional}, 1, 256}, c.dram.write_queue_depth);
  visit(Whole{{"dram.write_high", kOptional}, 1, 256}, c.dram.write_high);
  visit(Whole{{"dram.write_low", kOptional}, 0, 255}, c.dram.write_low);
  visit(Choice<bool>{{"dram.refresh", kOptional}, {{{"on", true}, {"off", false}}}},
        c.dram.refreshes);

  visit(Choice<Objective, 3>{{"mapping.objective", kOptional},
                             {{named(Objective::kLatency), named(Objective::kEnergy),
                               named(Objective::kTraffic)}}},
        c.mapping.objective);
  visit(Real{{"mapping.slack", kOptional}, 0, 1000}, c.mapping.slack);
  visit(Choice<std::optional<Objective>, 4>{{"mapping.second", kOptional},
                                            {{{"auto", std::nullopt},
                                              named(Objective::kLatency),
                                              named(Objective::kEnergy),
                                              named(Objective::kTraffic)}}},
        c.mapping.second);

  visit(Text{{"cost.tables", kOptional}, 0, 1024}, c.cost.tables);
  visit(Text{{"cost.technology", kOptional}}, c.cost.technology);
  visit(Text{{"cost.sram_device", kOptional}}, c.cost.sram_device);
  visit(Whole{{"cost.sram_node_nm", kOptional}, 0, 1000}, c.cost.sram_node_nm);
  visit(Real{{"cost.logic_factor", kOptional}, 0.01, 100}, c.cost.logic_factor);
  visit(Real{{"cost.sram_factor", kOptional}, 0.01, 100}, c.cost.sram_factor);
  visit(Real{{"cost.clock_tree_factor", kOptional}, 0.01, 100}, c.cost.clock_tree_factor);
  visit(Flag{{"cost.extrapolate", kOptional}}, c.cost.extrapolate);
}

/// Empty, or why a file for such a machine does not have this field: another stands for it.
std::string why_unused(const AcceleratorConfig& config, std::string_view path);

/// Shortest decimal text that reads back as the same number.
std::string decimal(double value);

/// What a field accepts, as the end of an error message: "an integer 1..256".
std::string expected(const Text& field);
std::string expected(const Flag& field);
std::string expected(const Real& field);
std::string expected(const RealOrWord& field);
std::string expected(const Whole& field);
template <typename Enum, std::size_t N>
std::string expected(const Choice<Enum, N>& field) {
  std::string names(field.names[0].first);
  for (std::size_t i = 1; i < N; ++i) {
    names += (i + 1 == N ? " or " : ", ") + std::string(field.names[i].first);
  }
  return names;
}

}  // namespace dcnsim::fields
