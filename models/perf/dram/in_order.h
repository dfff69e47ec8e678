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
#include <deque>
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

  /// Reads of the rows of a run, up to a column command in cycle `last`.
  struct Reads {
    DramRun run;
    std::uint64_t last;
  };

  void append(const Posted& posted);
  void note_reads(std::uint64_t from, const DramRun& run);
  // A controller with a read queue writes before the reads that wait, and then opens their rows
  // again. Here these have been placed already, so that this is what is left to do.
  /// Reads wait for the first of these rows.
  void await_overtaken();
  /// The others open behind the columns of `next`, as far as it leaves their banks alone.
  void reopen_overtaken(const DramRun& next);
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
  bool draining_ = false;           ///< since there were write_high of them
  std::uint64_t last_write_ = 0;    ///< column command of the latest that was placed
  std::deque<Reads> reads_;         ///< placed, their column commands to come
  std::vector<DramRun> overtaken_;  ///< reads that waited when draining began
};

}  // namespace dcnsim
