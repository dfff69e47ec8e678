// SPDX-License-Identifier: Apache-2.0
// What energy and area are the sums of: the one table of their parts, from which results, tables,
// pages, stores and the sources of figures take names, order and groups.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "models/base/enum_array.h"

namespace dcnsim {

/// In the order in which results have them and charts stack them.
enum class EnergyPart : std::uint8_t {
  kMultiply,
  kAccumulate,
  kOperandRegisters,
  kAccumulatorRegisters,
  kEdgeRegisters,    ///< operands fetched a step ahead, and the array's skew
  kShadowRegisters,  ///< second weights or leaving sums
  kFeeder,           ///< kernel positions put side by side
  kRequantize,
  kPoolAdd,
  kInputBuffer,
  kWeightBuffer,
  kOutputBuffer,
  kAccumulatorBuffer,
  kDma,
  kSequencer,
  kDramActivate,
  kDramRead,
  kDramWrite,
  kDramRefresh,
  kDramBackground,
  kLeakage,
};
inline constexpr std::size_t kEnergyParts = 21;

enum class AreaPart : std::uint8_t {
  kPeArray,
  kEdgeRegisters,
  kShadowRegisters,
  kFeeder,
  kRequantizers,
  kPoolAdd,
  kInputBuffer,
  kWeightBuffer,
  kOutputBuffer,
  kSharedBuffer,  ///< in the place of these three
  kAccumulatorBuffer,
  kDma,
  kSequencer,
};
inline constexpr std::size_t kAreaParts = 13;

/// Parts that are shown as one.
enum class PartGroup : std::uint8_t {
  kArithmetic,
  kRegisters,
  kPostProcessing,
  kBuffers,
  kControl,
  kDramAccesses,
  kDramUpkeep,
  kLeakage,
};
inline constexpr std::size_t kPartGroups = 8;

constexpr std::string_view to_string(PartGroup group) {
  constexpr std::string_view names[kPartGroups] = {
      "multiply, accumulate", "registers",     "post-processing",       "buffers",
      "DMA, sequencer",       "DRAM accesses", "DRAM standby, refresh", "leakage"};
  return names[static_cast<std::size_t>(group)];
}

struct PartInfo {
  std::string_view name;
  PartGroup group = PartGroup::kArithmetic;
  std::string_view shared_source = {};  ///< of parts that rest on the same figures

  /// The component of the provenance that says what the part rests on.
  constexpr std::string_view source() const { return shared_source.empty() ? name : shared_source; }
};

constexpr PartInfo info(EnergyPart part) {
  using Group = PartGroup;
  constexpr std::string_view kDram = "dram";
  switch (part) {
    case EnergyPart::kMultiply:
      return {"multiply", Group::kArithmetic};
    case EnergyPart::kAccumulate:
      return {"accumulate", Group::kArithmetic};
    case EnergyPart::kOperandRegisters:
      return {"operand_registers", Group::kRegisters};
    case EnergyPart::kAccumulatorRegisters:
      return {"accumulator_registers", Group::kRegisters};
    case EnergyPart::kEdgeRegisters:
      return {"edge_registers", Group::kRegisters};
    case EnergyPart::kShadowRegisters:
      return {"shadow_registers", Group::kRegisters};
    case EnergyPart::kFeeder:
      return {"window_feeder", Group::kRegisters};
    case EnergyPart::kRequantize:
      return {"requantize", Group::kPostProcessing};
    case EnergyPart::kPoolAdd:
      return {"pool_add", Group::kPostProcessing};
    case EnergyPart::kInputBuffer:
      return {"input_buffer", Group::kBuffers};
    case EnergyPart::kWeightBuffer:
      return {"weight_buffer", Group::kBuffers};
    case EnergyPart::kOutputBuffer:
      return {"output_buffer", Group::kBuffers};
    case EnergyPart::kAccumulatorBuffer:
      return {"accumulator_buffer", Group::kBuffers};
    case EnergyPart::kDma:
      return {"dma", Group::kControl};
    case EnergyPart::kSequencer:
      return {"sequencer", Group::kControl};
    case EnergyPart::kDramActivate:
      return {"dram_activate", Group::kDramAccesses, kDram};
    case EnergyPart::kDramRead:
      return {"dram_read", Group::kDramAccesses, kDram};
    case EnergyPart::kDramWrite:
      return {"dram_write", Group::kDramAccesses, kDram};
    case EnergyPart::kDramRefresh:
      return {"dram_refresh", Group::kDramUpkeep, kDram};
    case EnergyPart::kDramBackground:
      return {"dram_background", Group::kDramUpkeep, kDram};
    case EnergyPart::kLeakage:
      return {"leakage", Group::kLeakage};
  }
  return {};
}

constexpr PartInfo info(AreaPart part) {
  using Group = PartGroup;
  switch (part) {
    case AreaPart::kPeArray:
      return {"pe_array", Group::kArithmetic};
    case AreaPart::kEdgeRegisters:
      return {"edge_registers", Group::kRegisters};
    case AreaPart::kShadowRegisters:
      return {"shadow_registers", Group::kRegisters};
    case AreaPart::kFeeder:
      return {"window_feeder", Group::kRegisters};
    case AreaPart::kRequantizers:
      return {"requantizers", Group::kPostProcessing};
    case AreaPart::kPoolAdd:
      return {"pool_add", Group::kPostProcessing};
    case AreaPart::kInputBuffer:
      return {"input_buffer", Group::kBuffers};
    case AreaPart::kWeightBuffer:
      return {"weight_buffer", Group::kBuffers};
    case AreaPart::kOutputBuffer:
      return {"output_buffer", Group::kBuffers};
    case AreaPart::kSharedBuffer:
      return {"shared_buffer", Group::kBuffers, "input_buffer"};
    case AreaPart::kAccumulatorBuffer:
      return {"accumulator_buffer", Group::kBuffers};
    case AreaPart::kDma:
      return {"dma", Group::kControl};
    case AreaPart::kSequencer:
      return {"sequencer", Group::kControl};
  }
  return {};
}

// An enumerator without a row is a warning of the switch, a wrong count ends here.
static_assert(info(static_cast<EnergyPart>(kEnergyParts)).name.empty());
static_assert(info(static_cast<AreaPart>(kAreaParts)).name.empty());

constexpr std::string_view to_string(EnergyPart part) { return info(part).name; }
constexpr std::string_view to_string(AreaPart part) { return info(part).name; }

using EnergyBreakdown = EnumArray<EnergyPart, double, kEnergyParts>;  ///< picojoules
using AreaBreakdown = EnumArray<AreaPart, double, kAreaParts>;        ///< square micrometres

}  // namespace dcnsim
