// SPDX-License-Identifier: Apache-2.0
// The accelerator's registers: the one table from which the register bank, the driver's C header,
// the reference page, IP-XACT, SystemRDL (platform/registers) and the tests take offsets, fields,
// access and reset values. All registers are 32 bits wide; counters are pairs of them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace dcnsim::reg {

enum class Access : std::uint8_t {
  kConstant,         ///< read-only, always the reset value
  kReadOnly,         ///< read-only, set by the accelerator
  kWriteOnly,        ///< a written 1 does something and is not stored
  kReadWrite,        ///< keeps what is written
  kWriteOneToClear,  ///< set by the accelerator, a written 1 clears the bit
};
constexpr bool readable(Access access) { return access != Access::kWriteOnly; }
constexpr bool writable(Access access) {
  return access != Access::kConstant && access != Access::kReadOnly;
}

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
  kJobs = 0x02C,
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
  kStallConflict = 0x0A0,
  kBytesParameter = 0x0A8,
};

inline constexpr std::uint32_t kWindowBytes = 0x1000;  ///< address window of the target socket
inline constexpr std::uint32_t kIdValue = 0x314E4344;  ///< "DCN1"
inline constexpr std::uint32_t kVersionMajor = 1;      ///< changes when software must change
inline constexpr std::uint32_t kVersionMinor = 2;      ///< changes when something is added
inline constexpr std::uint32_t kVersionValue = kVersionMajor << 16 | kVersionMinor;

inline constexpr std::uint32_t kControlStart = 1u << 0;
inline constexpr std::uint32_t kControlReset = 1u << 1;
inline constexpr std::uint32_t kControlQueue = 1u << 2;
inline constexpr std::uint32_t kStatusBusy = 1u << 0;
inline constexpr std::uint32_t kStatusDone = 1u << 1;
inline constexpr std::uint32_t kStatusError = 1u << 2;
inline constexpr std::uint32_t kStatusQueued = 1u << 3;
inline constexpr std::uint32_t kIrqDone = 1u << 0;
inline constexpr std::uint32_t kIrqError = 1u << 1;

/// Values of kErrorCode.
enum ErrorCode : std::uint32_t {
  kNone = 0,
  kBadDescriptor = 1,
  kDoesNotFit = 2,
  kBusError = 3,
};

/// A constexpr view of a table.
template <typename T>
class List {
 public:
  constexpr List() = default;
  template <std::size_t N>
  constexpr List(const T (&items)[N]) : begin_(items), size_(N) {}
  constexpr const T* begin() const { return begin_; }
  constexpr const T* end() const { return begin_ + size_; }
  constexpr std::size_t size() const { return size_; }
  constexpr bool empty() const { return size_ == 0; }

 private:
  const T* begin_ = nullptr;
  std::size_t size_ = 0;
};

struct EnumeratedValue {
  std::uint32_t value;
  std::string_view name;
  std::string_view description;
};

/// Bits of a register; bits without a field read 0 and ignore what is written.
struct Field {
  std::uint32_t mask;  ///< contiguous
  std::string_view name;
  std::string_view description;
  List<EnumeratedValue> values = {};

  constexpr unsigned low() const {
    unsigned bit = 0;
    while ((mask >> bit & 1u) == 0) ++bit;
    return bit;
  }
  constexpr unsigned bits() const {
    unsigned n = 0;
    for (std::uint32_t rest = mask >> low(); rest != 0; rest >>= 1) ++n;
    return n;
  }
};

struct Register {
  std::uint32_t offset;
  std::string_view name;
  Access access;
  std::uint32_t reset;
  std::string_view description;
  List<Field> fields;

  /// Bits that have a field.
  constexpr std::uint32_t mask() const {
    std::uint32_t all = 0;
    for (const Field& field : fields) all |= field.mask;
    return all;
  }
};

inline constexpr EnumeratedValue kErrorCodes[] = {
    {kNone, "NONE", "no error"},
    {kBadDescriptor, "BAD_DESCRIPTOR",
     "a field is invalid, the list is empty or its address is not a multiple of the bus width"},
    {kDoesNotFit, "DOES_NOT_FIT", "a tile exceeds a buffer"},
    {kBusError, "BUS_ERROR", "the memory answered with an error response"},
};

inline constexpr Field kIdFields[] = {{0xFFFFFFFF, "VALUE", "the ASCII characters \"DCN1\""}};
inline constexpr Field kVersionFields[] = {
    {0x0000FFFF, "MINOR", "grows when something is added"},
    {0xFFFF0000, "MAJOR", "grows when software has to change"}};
inline constexpr Field kControlFields[] = {
    {kControlStart, "START",
     "1 runs the descriptors, sets BUSY and clears DONE, ERROR, ERROR_CODE, ERROR_LAYER and the "
     "counters; ignored while BUSY or together with RESET"},
    {kControlReset, "RESET",
     "1 abandons the job and gives every register and counter its reset value, as the reset input "
     "does"},
    {kControlQueue, "QUEUE",
     "1 runs the descriptors when the job that runs has succeeded, or as START does if none runs; "
     "the counters go on; ignored while QUEUED or ERROR and together with RESET"}};
inline constexpr Field kStatusFields[] = {{kStatusBusy, "BUSY", "a job runs"},
                                          {kStatusDone, "DONE", "the last job succeeded"},
                                          {kStatusError, "ERROR", "the last job failed"},
                                          {kStatusQueued, "QUEUED",
                                           "a job waits for the one that runs, and is forgotten if "
                                           "that fails"}};
inline constexpr Field kIrqEnableFields[] = {
    {kIrqDone, "DONE", "the interrupt line follows IRQ_STATUS.DONE"},
    {kIrqError, "ERROR", "the interrupt line follows IRQ_STATUS.ERROR"}};
inline constexpr Field kIrqStatusFields[] = {
    {kIrqDone, "DONE", "a job succeeded and all it wrote is in memory; writing 1 acknowledges"},
    {kIrqError, "ERROR", "a job failed; writing 1 acknowledges"}};
inline constexpr Field kErrorCodeFields[] = {
    {0xFFFFFFFF, "CODE", "why the last job failed", kErrorCodes}};
inline constexpr Field kErrorLayerFields[] = {
    {0xFFFFFFFF, "INDEX", "position in the list, from 0, of the descriptor that failed"}};
inline constexpr Field kDescriptorAddressLoFields[] = {{0xFFFFFFFF, "ADDRESS", "bits 31..0"}};
inline constexpr Field kDescriptorAddressHiFields[] = {{0xFFFFFFFF, "ADDRESS", "bits 63..32"}};
inline constexpr Field kDescriptorCountFields[] = {{0xFFFFFFFF, "COUNT", "descriptors, from 1"}};
inline constexpr Field kJobsFields[] = {{0xFFFFFFFF, "COUNT", "jobs, modulo 2^32"}};

inline constexpr std::array<Register, 12> kRegisters{{
    {kId, "ID", Access::kConstant, kIdValue, "identifies the accelerator", kIdFields},
    {kVersion, "VERSION", Access::kConstant, kVersionValue, "version of this interface",
     kVersionFields},
    {kControl, "CONTROL", Access::kWriteOnly, 0, "commands", kControlFields},
    {kStatus, "STATUS", Access::kReadOnly, 0, "state of the accelerator", kStatusFields},
    {kIrqEnable, "IRQ_ENABLE", Access::kReadWrite, 0, "causes that raise the interrupt line",
     kIrqEnableFields},
    {kIrqStatus, "IRQ_STATUS", Access::kWriteOneToClear, 0,
     "causes pending, whether enabled or not", kIrqStatusFields},
    {kErrorCode, "ERROR_CODE", Access::kReadOnly, 0, "kind of failure of the last job",
     kErrorCodeFields},
    {kErrorLayer, "ERROR_LAYER", Access::kReadOnly, 0, "place of the failure of the last job",
     kErrorLayerFields},
    {kDescriptorAddressLo, "DESCRIPTOR_ADDRESS_LO", Access::kReadWrite, 0,
     "address of the descriptor list, a multiple of the bus width; taken at START and QUEUE",
     kDescriptorAddressLoFields},
    {kDescriptorAddressHi, "DESCRIPTOR_ADDRESS_HI", Access::kReadWrite, 0,
     "address of the descriptor list; taken at START and QUEUE", kDescriptorAddressHiFields},
    {kDescriptorCount, "DESCRIPTOR_COUNT", Access::kReadWrite, 0,
     "length of the descriptor list; taken at START and QUEUE", kDescriptorCountFields},
    {kJobs, "JOBS", Access::kReadOnly, 0, "jobs that have succeeded since RESET", kJobsFields},
}};

/// A counter of 64 bits, read-only, low word first. It advances when a descriptor has been
/// executed, is cleared by START, and stands still while the accelerator is not busy.
struct Counter {
  std::uint32_t offset;
  std::string_view name;
  std::string_view shows;  ///< a counter by its full name (models/perf/counter_fields.h)
  std::string_view description;
};

inline constexpr std::array<Counter, 14> kCounters{{
    {kCycles, "CYCLES", "cycles", "clock cycles from START to the last DONE"},
    {kMacs, "MACS", "macs", "multiply-accumulates"},
    {kStallDescriptor, "STALL_DESCRIPTOR", "stall_cycles.descriptor",
     "cycles waiting for descriptors"},
    {kStallWeight, "STALL_WEIGHT", "stall_cycles.weight", "cycles the array waits for weights"},
    {kStallInput, "STALL_INPUT", "stall_cycles.input", "cycles the array waits for inputs"},
    {kStallOutput, "STALL_OUTPUT", "stall_cycles.output",
     "cycles waiting for the output buffer or the last write"},
    {kBytesDescriptor, "BYTES_DESCRIPTOR", "stream_bytes.descriptor", "descriptor bytes read"},
    {kBytesWeight, "BYTES_WEIGHT", "stream_bytes.weight", "weight bytes read"},
    {kBytesBias, "BYTES_BIAS", "stream_bytes.bias", "bias bytes read"},
    {kBytesInput, "BYTES_INPUT", "stream_bytes.input", "input bytes read"},
    {kBytesOutput, "BYTES_OUTPUT", "stream_bytes.output", "output bytes written"},
    {kOverflows, "OVERFLOWS", "overflows", "outputs whose accumulator lost the exact sum"},
    {kStallConflict, "STALL_CONFLICT", "stall_cycles.conflict",
     "cycles the array waits for banks that the DMA uses"},
    {kBytesParameter, "BYTES_PARAMETER", "stream_bytes.parameter",
     "bytes read of multipliers and shifts, or of thresholds"},
}};

}  // namespace dcnsim::reg
