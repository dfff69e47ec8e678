// SPDX-License-Identifier: Apache-2.0
// Draws the commands of a DRAM into a TraceFile: open rows bank by bank, the data bus, its
// bandwidth and the refreshes channel by channel. Holds what is open only.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "analysis/trace/trace_counters.h"
#include "analysis/trace/trace_file.h"
#include "models/arch/accelerator_config.h"
#include "models/arch/dram_spec.h"
#include "models/perf/dram/command.h"

namespace dcnsim {

class DramTrace {
 public:
  /// `file` stays.
  DramTrace(TraceFile& file, const DramSpec& spec, const DramConfig& config);

  /// To be the DRAM's observer.
  void observe(const DramCommand& command);

  /// Nothing comes any more: what is open ends at `end_ps`.
  void finish(std::uint64_t end_ps);

 private:
  struct OpenRow {
    std::uint64_t row, since_ps;
  };
  /// Bursts that follow one another without a gap from one row.
  struct Data {
    DramCommand first;
    std::uint64_t from_ps, to_ps;
  };

  struct Bandwidth {
    BandwidthCounter reads, writes;
  };

  std::size_t bank_index(const DramCommand& command) const;
  int tracks_per_channel() const { return kBanksFrom + banks_; }
  void close_row(std::size_t bank, std::uint64_t at_ps);
  void add_data(const DramCommand& command);
  void end_data(std::size_t channel);

  static constexpr int kDataRow = 0, kReadsRow = 1, kWritesRow = 2, kRefreshRow = 3, kBanksFrom = 4;

  TraceFile& file_;
  const int banks_;  ///< of a channel
  const int bank_groups_;
  const std::uint64_t burst_bytes_, burst_ps_;
  std::vector<std::optional<OpenRow>> rows_;  ///< by channel and bank
  std::vector<std::optional<Data>> data_;     ///< by channel
  std::vector<Bandwidth> bandwidths_;         ///< by channel
};

}  // namespace dcnsim
