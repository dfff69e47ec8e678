// SPDX-License-Identifier: Apache-2.0
// The accelerator's registers: one table from which the register bank, the driver and the tests
// take offsets, access and reset values. All registers are 32 bits; counters are LO/HI pairs.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace dcnsim::reg {

enum class Access : std::uint8_t { kReadOnly, kWriteOnly, kReadWrite, kWriteOneToClear };

enum Offset : std::uint32_t {
  kId = 0x000,
  kVersion = 0x004,
  kControl = 0x008,
  kStatus = 0x00C,
  kIrqEnable = 0x010,
  kIrqStatus = 0x014,
  kErrorCode = 0x018,
  kErrorLayer = 0x01C,
  kDescriptorAddressLo = 0x020,
  kDescriptorAddressHi = 0x024,
  kDescriptorCount = 0x028,
  kCycles = 0x040,
  kMacs = 0x048,
  kStallDescriptor = 0x050,
  kStallWeight = 0x058,
  kStallInput = 0x060,
  kStallOutput = 0x068,
  kBytesDescriptor = 0x070,
  kBytesWeight = 0x078,
  kBytesBias = 0x080,
  kBytesInput = 0x088,
  kBytesOutput = 0x090,
  kOverflows = 0x098,
};

inline constexpr std::uint32_t kWindowBytes = 0x1000;  ///< address window of the target socket
inline constexpr std::uint32_t kIdValue = 0x314E4344;  ///< "DCN1"
inline constexpr std::uint32_t kVersionValue = 0x0001'0000;

inline constexpr std::uint32_t kControlStart = 1u << 0;
inline constexpr std::uint32_t kControlReset = 1u << 1;
inline constexpr std::uint32_t kStatusBusy = 1u << 0;
inline constexpr std::uint32_t kStatusDone = 1u << 1;
inline constexpr std::uint32_t kStatusError = 1u << 2;
inline constexpr std::uint32_t kIrqDone = 1u << 0;
inline constexpr std::uint32_t kIrqError = 1u << 1;

/// Values of kErrorCode.
enum ErrorCode : std::uint32_t {
  kNone = 0,
  kBadDescriptor = 1,  ///< a field is invalid, or the count is zero
  kDoesNotFit = 2,     ///< a tile exceeds a buffer
  kBusError = 3,       ///< the memory answered with an error response
};

struct Register {
  std::uint32_t offset;
  std::string_view name;
  Access access;
  std::uint32_t reset;
  std::string_view description;
};

inline constexpr std::array<Register, 11> kRegisters{{
    {kId, "ID", Access::kReadOnly, kIdValue, "ASCII \"DCN1\""},
    {kVersion, "VERSION", Access::kReadOnly, kVersionValue,
     "interface version, major << 16 | minor"},
    {kControl, "CONTROL", Access::kWriteOnly, 0,
     "bit 0 START, bit 1 RESET; START is ignored while busy"},
    {kStatus, "STATUS", Access::kReadOnly, 0, "bit 0 BUSY, bit 1 DONE, bit 2 ERROR"},
    {kIrqEnable, "IRQ_ENABLE", Access::kReadWrite, 0, "bit 0 DONE, bit 1 ERROR"},
    {kIrqStatus, "IRQ_STATUS", Access::kWriteOneToClear, 0, "bit 0 DONE, bit 1 ERROR"},
    {kErrorCode, "ERROR_CODE", Access::kReadOnly, 0,
     "0 none, 1 bad descriptor, 2 tile does not fit, 3 bus error"},
    {kErrorLayer, "ERROR_LAYER", Access::kReadOnly, 0, "index of the descriptor that failed"},
    {kDescriptorAddressLo, "DESCRIPTOR_ADDRESS_LO", Access::kReadWrite, 0,
     "address of the descriptor list, bits 31..0; a multiple of the bus width"},
    {kDescriptorAddressHi, "DESCRIPTOR_ADDRESS_HI", Access::kReadWrite, 0,
     "address of the descriptor list, bits 63..32"},
    {kDescriptorCount, "DESCRIPTOR_COUNT", Access::kReadWrite, 0, "descriptors to execute"},
}};

/// 64-bit counters, low word first, read-only, cleared by START.
inline constexpr std::array<Register, 12> kCounters{{
    {kCycles, "CYCLES", Access::kReadOnly, 0, "clock cycles from START to DONE"},
    {kMacs, "MACS", Access::kReadOnly, 0, "multiply-accumulates"},
    {kStallDescriptor, "STALL_DESCRIPTOR", Access::kReadOnly, 0, "cycles waiting for descriptors"},
    {kStallWeight, "STALL_WEIGHT", Access::kReadOnly, 0, "cycles the array waits for weights"},
    {kStallInput, "STALL_INPUT", Access::kReadOnly, 0, "cycles the array waits for inputs"},
    {kStallOutput, "STALL_OUTPUT", Access::kReadOnly, 0,
     "cycles waiting for the output buffer or the last write"},
    {kBytesDescriptor, "BYTES_DESCRIPTOR", Access::kReadOnly, 0, "descriptor bytes read"},
    {kBytesWeight, "BYTES_WEIGHT", Access::kReadOnly, 0, "weight bytes read"},
    {kBytesBias, "BYTES_BIAS", Access::kReadOnly, 0, "bias bytes read"},
    {kBytesInput, "BYTES_INPUT", Access::kReadOnly, 0, "input bytes read"},
    {kBytesOutput, "BYTES_OUTPUT", Access::kReadOnly, 0, "output bytes written"},
    {kOverflows, "OVERFLOWS", Access::kReadOnly, 0, "outputs whose accumulator lost the exact sum"},
}};

}  // namespace dcnsim::reg
