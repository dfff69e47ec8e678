// SPDX-License-Identifier: Apache-2.0
// Addresses to channel, bank group, bank, row and column, in the order that the configuration says.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "models/arch/accelerator_config.h"
#include "models/arch/dram_mapping.h"
#include "models/arch/dram_spec.h"
#include "models/base/enum_array.h"

namespace dcnsim {

/// Consecutive bursts of an access that one channel serves from one row of one bank index.
struct DramRun {
  std::uint32_t channel = 0, group = 0, bank = 0;  ///< of the first burst; bank within its group
  std::uint32_t rotation = 1;                      ///< bank groups the bursts rotate over; 1: none
  std::uint64_t row = 0;
  std::uint64_t bursts = 0;
  std::uint64_t number = 0;  ///< of the first burst among its channel's; the others follow

  std::uint32_t group_of(std::uint64_t burst) const {
    return rotation == 1 ? group : static_cast<std::uint32_t>((group + burst) & (rotation - 1));
  }
  /// Whether the rows of `other` are the same.
  bool goes_on_in(const DramRun& other) const {
    return bank == other.bank && row == other.row && rotation == other.rotation &&
           channel == other.channel && (rotation > 1 || group == other.group);
  }
  /// True for the run's last burst in its bank.
  bool ends_bank(std::uint64_t burst) const { return burst + rotation >= bursts; }
};

class AddressMap {
 public:
  /// Throws std::invalid_argument if the mapping is none, or a size of the organisation is not a
  /// power of two.
  AddressMap(const DramSpec& spec, const DramConfig& config);

  /// Calls visit(DramRun) for an access, the runs of each channel in ascending address order.
  template <typename Visitor>
  void visit_runs(std::uint64_t address, std::uint64_t bytes, Visitor&& visit) const {
    const std::uint64_t end = address + std::max<std::uint64_t>(bytes, 1);
    std::uint64_t burst = address >> burst_shift_;
    const std::uint64_t stop = ((end - 1) >> burst_shift_) + 1;
    while (burst < stop) {
      const std::uint64_t block_end = std::min(stop, ((burst >> run_bits_) + 1) << run_bits_);
      DramRun run;
      run.bank = static_cast<std::uint32_t>(field(AddressPart::kBank, burst));
      run.row = field(AddressPart::kRow, burst);
      run.rotation = rotation_;
      if (channels_rotate_) {
        visit_channels(run, burst, block_end, visit);
      } else {
        run.channel = static_cast<std::uint32_t>(field(AddressPart::kChannel, burst));
        run.group = static_cast<std::uint32_t>(field(AddressPart::kGroup, burst));
        run.bursts = block_end - burst;
        run.number = burst;
        visit(run);
      }
      burst = block_end;
    }
  }

  /// Whether an access covers all bytes of its bursts.
  bool is_whole(std::uint64_t address, std::uint64_t bytes) const {
    return ((address | (address + bytes)) & (burst_bytes() - 1)) == 0;
  }

  std::uint64_t burst_bytes() const { return std::uint64_t{1} << burst_shift_; }

 private:
  struct Field {
    unsigned shift = 0;
    std::uint64_t mask = 0;
  };

  std::uint64_t field(AddressPart part, std::uint64_t burst) const {
    const Field& f = fields_[part];
    return (burst >> f.shift) & f.mask;
  }

  /// A block whose bursts rotate over channels: one run for each channel.
  template <typename Visitor>
  void visit_channels(DramRun run, std::uint64_t first, std::uint64_t stop, Visitor& visit) const {
    const Field& channel = fields_[AddressPart::kChannel];
    for (std::uint64_t c = 0; c <= channel.mask; ++c) {
      const std::uint64_t from = bursts_before(first, c, channel);
      run.bursts = bursts_before(stop, c, channel) - from;
      run.number = from;
      if (run.bursts == 0) continue;
      run.channel = static_cast<std::uint32_t>(c);
      run.group = static_cast<std::uint32_t>(rotation_ == 1 ? field(AddressPart::kGroup, first)
                                                            : from & (rotation_ - 1));
      visit(run);
    }
  }

  /// Bursts below `burst` that belong to channel `c`.
  static std::uint64_t bursts_before(std::uint64_t burst, std::uint64_t c, const Field& channel) {
    const std::uint64_t low = std::uint64_t{1} << channel.shift;
    const std::uint64_t period = low * (channel.mask + 1);
    const std::uint64_t within = burst & (period - 1);
    const std::uint64_t begin = c * low;
    const std::uint64_t part = within <= begin ? 0 : std::min(within - begin, low);
    return burst / period * low + part;
  }

  EnumArray<AddressPart, Field, kAddressParts> fields_;
  unsigned burst_shift_ = 0;
  unsigned run_bits_ = 0;         ///< low bits of a burst's number that vary within a run
  bool channels_rotate_ = false;  ///< the channel is among them
  std::uint32_t rotation_ = 1;
};

}  // namespace dcnsim
