// SPDX-License-Identifier: Apache-2.0
// A DRAM with its controller, over integer picoseconds: channels, address mapping, counts. Serves
// accesses in the order of the calls and says when each completes; RequestQueue serves them as a
// controller that reorders does. No SystemC.
#pragma once

#include <cstdint>
#include <vector>

#include "models/arch/accelerator_config.h"
#include "models/arch/dram_spec.h"
#include "models/perf/counters.h"
#include "models/perf/dram/address_map.h"
#include "models/perf/dram/channel.h"
#include "models/perf/dram/in_order.h"
#include "models/perf/dram/recent_intervals.h"
#include "models/perf/dram/timing.h"
#include "models/perf/memory_meter.h"

namespace dcnsim {

class DramDevice {
 public:
  /// Throws std::invalid_argument if the preset or the configuration is impossible.
  DramDevice(const DramSpec& spec, const DramConfig& config);
  DramDevice(const DramDevice&) = delete;
  DramDevice& operator=(const DramDevice&) = delete;

  /// Closes all rows and restarts clock and refresh interval at `now_ps`; counts become 0.
  void reset(std::uint64_t now_ps);

  /// When an access has found room in the controller, and when it is done: a read with its last
  /// beat of data on the pins, a write, which is posted, as soon as it has found room.
  struct Served {
    std::uint64_t accepted_ps, done_ps;
  };

  /// Access of `bytes` at `address` that arrives at `now_ps`, accepted after all before it. Whole
  /// bursts move even if only part is asked for. Arrivals in the past of an earlier one count as
  /// coming with it.
  Served serve(std::uint64_t now_ps, std::uint64_t address, std::uint64_t bytes, bool is_write);
  /// Likewise; when it is done.
  std::uint64_t access(std::uint64_t now_ps, std::uint64_t address, std::uint64_t bytes,
                       bool is_write) {
    return serve(now_ps, address, bytes, is_write).done_ps;
  }

  /// Performs the writes for which there is time by `now_ps` and the refreshes that are due:
  /// accesses that come later go after them.
  void run_until(std::uint64_t now_ps);

  /// Counts since reset, over all channels: active_ps + precharged_ps is the time times the
  /// channels. Background time and refreshes up to `now_ps`. Queued writes count as written, with
  /// the activates that they still need.
  DramEvents events(std::uint64_t now_ps);

  /// How [from_ps, to_ps), if it is recent, was spent on the accesses and refreshes that there are.
  DramTime time_between(std::uint64_t from_ps, std::uint64_t to_ps) const;

  double peak_bytes_per_s() const { return peak_bytes_per_s_; }

  /// Tells `observer` every command from now on; pass nullptr to stop.
  void observe(const DramObserver& observer);

  // For RequestQueue.
  std::vector<DramChannel>& channels() { return channels_; }
  const AddressMap& map() const { return map_; }
  std::uint64_t cycle_at_or_after(std::uint64_t now_ps) const {
    return now_ps <= epoch_ps_ ? 0 : (now_ps - epoch_ps_ + period_ps_ - 1) / period_ps_;
  }
  std::uint64_t to_ps(std::uint64_t cycle) const { return epoch_ps_ + cycle * period_ps_; }
  void note_access(std::uint64_t from_ps, std::uint64_t to_ps) { busy_.add(from_ps, to_ps); }

 private:
  const std::uint64_t period_ps_;
  const double peak_bytes_per_s_;
  AddressMap map_;
  std::vector<DramChannel> channels_;
  std::vector<InOrder> in_order_;  ///< by channel
  std::uint64_t epoch_ps_ = 0;
  std::uint64_t last_arrival_ps_ = 0;
  std::uint64_t accepted_ = 0;  ///< cycle, of the latest access
  RecentIntervals busy_;
};

}  // namespace dcnsim
