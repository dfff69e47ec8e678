// SPDX-License-Identifier: Apache-2.0
// Serves a channel in the order of the calls, each of which learns at once when it is done,
// whatever comes later. Reads are placed one behind the other. Writes are posted: they are done
// when they have found room in the write queue, which is emptied in time that no read wants, or,
// once it has filled up to write_high bursts, down to write_low before the next read, open rows
// first.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/arch/accelerator_config.h"
#include "models/perf/dram/address_map.h"
#include "models/perf/dram/channel.h"

namespace dcnsim {

class InOrder {
 public:
  /// `channel` stays.
  InOrder(DramChannel& channel, const DramConfig& config);

  void reset();

  /// Cycles in which the last burst has found room in the controller, and is done.
  struct Served {
    std::uint64_t accepted, done;
  };

  /// The bursts of a run, no command before `from`, which does not decrease from call to call.
  Served read(std::uint64_t from, const DramRun& run);
  /// Likewise. `whole`: they cover all bytes of their bursts.
  Served write(std::uint64_t from, const DramRun& run, bool whole);

  /// Performs the writes for which there is time before `cycle`.
  void idle_until(std::uint64_t cycle);

  std::vector<DramChannel::Burst> queued_writes() const;

 private:
  /// Bursts [first, last) of a run.
  struct Posted {
    DramRun run;
    std::uint64_t first, last;
    std::uint64_t entered;  ///< cycle
    bool whole;

    std::uint64_t number() const { return run.number + first; }
    std::uint64_t end_number() const { return run.number + last; }
    std::uint64_t groups() const { return std::min<std::uint64_t>(last - first, run.rotation); }
    DramChannel::Burst burst(std::uint64_t i) const {
      return {run.group_of(i), run.bank, run.row, true, run.ends_bank(i)};
    }
  };

  /// Reads that follow each other as fast as they can, the last of them in cycle `last`.
  struct Reads {
    DramRun run;
    std::uint64_t last;
  };

  void append(const Posted& posted);
  void begin_drain(std::uint64_t now);
  /// Returns the cycle in which the last burst has found room.
  std::uint64_t note_reads(std::uint64_t from, const DramRun& run);
  /// A controller with a read queue writes before the reads that wait, and then opens their rows
  /// again. Here these have been placed already: what is left is to open the rows, those that can
  /// be soonest first, behind the columns of what follows, and to wait for the first unless one is
  /// open. The rows of `next` open with them.
  void reopen_overtaken(std::uint64_t from, const DramRun& next);
  /// The oldest of those whose row is open, or of all.
  std::size_t choose() const;
  bool row_is_open(const Posted& posted, std::uint64_t burst) const;
  /// Whether no burst has to wait for a row.
  bool streams(const Posted& posted) const;
  void place(std::size_t index, std::uint64_t most);

  DramChannel& channel_;
  const std::uint64_t read_depth_, write_depth_, high_, low_;
  const bool joins_;            ///< accesses, whose last bursts are like all others
  std::vector<Posted> posted_;  ///< by age
  std::uint64_t queued_ = 0;
  bool draining_ = false;          ///< since there were write_high of them
  std::uint64_t drain_begin_ = 0;  ///< column command of the last read before it
  /// How many are to be left: write_low, less those that come meanwhile. A controller answers the
  /// reads whose data is under way, and who waited for that has more to write.
  std::uint64_t drain_low_ = 0;
  std::uint64_t last_write_ = 0;  ///< column command of the latest that was placed

  std::vector<Reads> reads_;                ///< by age
  std::size_t first_read_ = 0;              ///< of the latest of read_depth_ bursts and more
  std::uint64_t noted_ = 0;                 ///< bursts from there on
  std::uint64_t next_read_ = 0;             ///< number of the burst behind the latest
  std::vector<DramRun> overtaken_;          ///< reads that waited when draining began
  std::vector<DramChannel::Burst> closed_;  ///< of their rows: to be opened, by age
};

}  // namespace dcnsim
