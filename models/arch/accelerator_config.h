// SPDX-License-Identifier: Apache-2.0
// The machine as plain data: everything an accelerator YAML file says, validated once.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "models/numeric/format.h"

namespace dcnsim {

enum class Dataflow : std::uint8_t { kWeightStationary, kOutputStationary };

/// How the array goes from one step of a schedule to the next.
enum class ArraySteps : std::uint8_t {
  kApart,       ///< the last sums leave before the next step's first operands enter
  kOverlapped,  ///< one fills while the other computes or drains; a bound, measured against no RTL
};

/// Which steps of a sum the array's feeder puts side by side into the rows (weight-stationary) or
/// the products of a PE (output-stationary).
enum class Reduction : std::uint8_t {
  kWindow,    ///< any: kernel positions are packed (im2col), as if the sum were one list
  kChannels,  ///< channels of one kernel position: rows that a position does not fill stay empty
};

/// When a weight-stationary array's weights enter it.
enum class WeightLoad : std::uint8_t {
  kHidden,   ///< into second registers while the pass before streams
  kExposed,  ///< into the PEs' own registers, once the pass before has streamed
};

/// What a PE multiplies with; models/perf/datapath says how many cycles each takes.
enum class DatapathFamily : std::uint8_t {
  kBitParallel,       ///< one multiplier of native width
  kActivationSerial,  ///< lanes of parallel weights, activations bit by bit (Stripes, MICRO 2016)
  kFullySerial,       ///< lanes of one weight bit, activations bit by bit (Loom, DAC 2018)
  kComposable,        ///< sixteen 2-bit bricks fused per layer (Bit Fusion, ISCA 2018)
};

constexpr std::string_view to_string(DatapathFamily family) {
  constexpr std::string_view names[] = {"bit-parallel", "activation-serial", "fully-serial",
                                        "composable"};
  return names[static_cast<int>(family)];
}

/// Widest operands a composable unit multiplies in one cycle: sixteen bricks of 2 x 2 bits.
inline constexpr int kComposableBits = 8;

/// Width of an operand of `bits` (1..8) as bricks are fused for it: 2, 4 or 8.
constexpr int fused_bits(int bits) { return bits <= 2 ? 2 : bits <= 4 ? 4 : kComposableBits; }

/// The PEs. A layer narrower than what the datapath does in one pass saves energy and traffic, and
/// cycles where the family says so; a wider one takes several passes.
struct ArrayConfig {
  int rows = 16;     ///< 1..256; reduction (weight-stationary) or pixels (output-stationary)
  int columns = 16;  ///< 1..256; output channels
  Dataflow dataflow = Dataflow::kWeightStationary;
  ArraySteps steps = ArraySteps::kApart;
  Reduction reduction = Reduction::kWindow;
  WeightLoad weight_load = WeightLoad::kHidden;  ///< output-stationary: kHidden
  DatapathFamily datapath = DatapathFamily::kBitParallel;
  /// Native weight width, 2..16: of the multiplier, of the weight registers of activation-serial
  /// lanes, or 8 for a composable unit. Fully serial lanes take any width.
  int weight_bits = 8;
  /// Native activation width, 2..16, likewise; serial lanes take any width. Post-processing is this
  /// wide.
  int activation_bits = 8;
  int lanes = 16;          ///< serial families: products a PE adds up side by side, 1..64
  int bits_per_cycle = 1;  ///< serial families: activation bits a lane takes in a cycle, 1, 2 or 4
  int brick_bits = 2;      ///< composable: operand width of a brick; only 2 is built
};

/// Time that a machine's control takes while no PE multiplies: what RTL pays beyond its array and
/// its memory, such as the instructions of a host processor.
struct OverheadConfig {
  int layer_cycles = 0;  ///< a layer, before its first step
  int tile_cycles = 0;   ///< a pass of the array (array_passes()), or a step of the vector unit
};

/// How accumulators become codes.
enum class RequantizerKind : std::uint8_t {
  kShift,       ///< by a shift: steps between codes are powers of two
  kMultiplier,  ///< by a multiplier and a shift of each channel, with zero points
};

/// On-chip SRAM of single-port banks, of which `banks` are used side by side: a cycle moves at most
/// banks * word_bits bits. Data lie packed at the layer's width, each feature-map row starting on a
/// word.
struct BufferConfig {
  std::int64_t capacity_bytes = 0;
  int word_bits = 64;  ///< of one bank
  int banks = 1;
  bool double_buffered = true;  ///< two halves: one fills (or drains) while the other is in use
  /// Each half has `banks` banks of its own; else both lie in the same ones, where the DMA and the
  /// array are in each other's way. No difference to a buffer without halves.
  bool separate_halves = false;

  /// Banks in all.
  int all_banks() const { return double_buffered && separate_halves ? 2 * banks : banks; }
};

bool operator==(const BufferConfig& a, const BufferConfig& b);
inline bool operator!=(const BufferConfig& a, const BufferConfig& b) { return !(a == b); }

/// Whose burst goes next. Descriptors and outputs, which free a buffer, come before loads.
enum class Arbitration : std::uint8_t {
  kNeededFirst,  ///< of weights and inputs, the tile of the earlier step
  kRoundRobin,
};

struct DmaConfig {
  int bus_bytes = 16;          ///< bytes a beat, one beat a cycle; power of two 1..64
  int max_burst_bytes = 1024;  ///< power of two, bus_bytes..4096; bursts never cross 4 KiB
  int outstanding = 8;         ///< requests in flight per direction, 1..64
  Arbitration arbitration = Arbitration::kNeededFirst;
};

/// Of a transaction through the interconnect: address decode and return register.
inline constexpr std::uint64_t kBusLatencyCycles = 2;

/// What the accelerator's port leads to.
enum class MemoryKind : std::uint8_t {
  kDram,   ///< DramConfig
  kIdeal,  ///< IdealConfig: a latency and a bandwidth
};

/// A memory that takes every access at once, all of them one behind the other.
struct IdealConfig {
  double latency_ns = 0;               ///< from the last byte's turn to the response
  std::optional<double> gbytes_per_s;  ///< reads and writes together; absent: no limit
  /// Of a byte read or written; absent: not known, and then energies are refused.
  std::optional<double> energy_pj_per_byte;
};

/// What happens to a row after an access.
enum class PagePolicy : std::uint8_t {
  kOpen,    ///< stays open until another row of the bank is needed, or a refresh
  kClosed,  ///< closes with the last burst that an access makes to it
};

/// Which waiting request a DRAM channel serves next.
enum class DramScheduler : std::uint8_t {
  kFrFcfs,  ///< open rows first, then the oldest; nobody is overtaken for ever
  kFcfs,    ///< the oldest
};

/// Memory and its controller; models/perf/dram/README.md says what each choice does.
struct DramConfig {
  std::string preset;  ///< row of dram.csv and dram_timing.csv
  std::int64_t capacity_bytes = std::int64_t{64} << 20;
  int channels = 1;  ///< independent, each with its own banks and buses
  /// From the highest address bits to the lowest (dram_mapping.h). The default streams at peak:
  /// bursts in a row rotate over channels and bank groups, pages over banks.
  std::string address_mapping = "row-bank-column-group-channel";
  PagePolicy page_policy = PagePolicy::kOpen;
  DramScheduler scheduler = DramScheduler::kFrFcfs;  ///< of requests that wait in its queue
  // Bursts that wait in the controller of a channel, 1..256, and writes of them: where reads have
  // to wait for writes, and for how many at a time.
  int queue_depth = 64;  ///< reads
  int write_queue_depth = 64;
  int write_high = 56;    ///< at most write_queue_depth: from so many on, they come before reads
  int write_low = 8;      ///< below write_high: until so many are left
  bool refreshes = true;  ///< without, a DRAM that forgets nothing: a bound, no device
};

/// What the compiler makes small when it chooses how layers are executed.
enum class Objective : std::uint8_t { kLatency, kEnergy, kTraffic };

constexpr std::string_view to_string(Objective objective) {
  constexpr std::string_view names[] = {"latency", "energy", "traffic"};
  return names[static_cast<int>(objective)];
}

struct MappingConfig {
  Objective objective = Objective::kLatency;
  /// Percent of the least first figure that a layer may give away for the least second one.
  double slack = 0;
  std::optional<Objective> second;  ///< absent: traffic after latency, latency after the others

  Objective then() const {
    return second.value_or(objective == Objective::kLatency ? Objective::kTraffic
                                                            : Objective::kLatency);
  }
  bool asks_for(Objective what) const { return objective == what || then() == what; }
};

/// Which tables energy and area come from, and factors that are printed with every result.
struct CostConfig {
  /// Folder of all tables of models/cost/tables, "": those. In a file relative to that file.
  std::string tables;
  std::string technology = "nangate45";   ///< library column of the logic tables
  std::string sram_device = "itrs-lstp";  ///< device_type column of sram.csv
  int sram_node_nm = 0;       ///< node_nm column of sram.csv; 0 takes the node of the technology
  double logic_factor = 1.0;  ///< calibration of logic switching energy, not of leakage
  double sram_factor = 1.0;   ///< calibration of SRAM access energy, not of leakage
  double clock_tree_factor = 1.0;  ///< clock tree and control on top of logic switching energy
  bool extrapolate = false;  ///< figures that no table covers by a rule, labelled, not refused
};

struct AcceleratorConfig {
  std::string name;
  double clock_mhz = 500.0;
  ArrayConfig array;
  OverheadConfig overhead;
  Accumulator accumulator;
  RequantizerKind requantizer = RequantizerKind::kShift;
  BufferConfig input_buffer;
  BufferConfig weight_buffer;
  BufferConfig output_buffer;
  /// One scratchpad in the place of the three, all of whose tiles lie side by side in the same
  /// banks; without capacity there is none. The three then are descriptions of it (share()).
  BufferConfig shared_buffer;
  /// Partial sums (accumulator width each) of weight-stationary arrays. The PEs of
  /// output-stationary arrays hold them, unless a reduction in chunks meets more pixels than rows.
  std::int64_t accumulator_buffer_bytes = 0;
  DmaConfig dma;
  MemoryKind memory = MemoryKind::kDram;
  IdealConfig ideal;
  /// Its bandwidth in place of ideal.gbytes_per_s: bytes in a cycle of clock_mhz.
  std::optional<double> memory_bytes_per_cycle;
  DramConfig dram;  ///< its capacity is that of an ideal memory too
  MappingConfig mapping;
  CostConfig cost;

  bool shares_buffer() const { return shared_buffer.capacity_bytes > 0; }
  void share(const BufferConfig& scratchpad);
};

/// A value that no accelerator can have; what() is "path: value, expected ...".
class InvalidField : public std::invalid_argument {
 public:
  InvalidField(const std::string& path, const std::string& problem)
      : std::invalid_argument(path + ": " + problem), path_(path) {}
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// Throws InvalidField: "array.rows: 0, expected an integer 1..256". Checks every field; the paths
/// are those of the YAML file. Names of technologies, devices and presets are checked where their
/// tables are read.
void validate(const AcceleratorConfig& config);

}  // namespace dcnsim
