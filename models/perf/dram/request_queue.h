// SPDX-License-Identifier: Apache-2.0
// A memory controller in front of a DramDevice, for requests that come as time passes: served by a
// queue a channel (channel_queue.h), or first come, first served, as the device serves calls. A
// request enters burst by burst as there is room, one request after the other. Lazy: commands are
// issued when somebody asks what has come of them. Driven by its owner's clock: call advance() at
// next_ps().
#pragma once

#include <cstdint>
#include <functional>
#include <queue>
#include <vector>

#include "models/arch/accelerator_config.h"
#include "models/perf/dram/channel_queue.h"
#include "models/perf/dram/device.h"

namespace dcnsim {

class RequestQueue {
 public:
  static constexpr std::uint64_t kNever = UINT64_MAX;

  enum class Event : std::uint8_t {
    kAccepted,  ///< all bursts of the request have found room; a write, which is posted, is done
    kRead,      ///< the last beat of the request's data was on the pins, or a queued write answered
  };
  using OnEvent = std::function<void(Event event, std::uint64_t id, std::uint64_t at_ps)>;

  /// `device` must outlive the queue.
  RequestQueue(DramDevice& device, const DramConfig& config);

  /// Forgets all requests.
  void reset();

  /// Whether the latest request has not found room yet: none may follow.
  bool is_entering() const { return is_entering_; }
  /// Whether nothing will be told. Posted writes may wait.
  bool idle() const { return !is_entering_ && waiting_ == 0 && told_.empty(); }

  /// Takes a request. Returns whether it is accepted at once; else it is told later. Times must not
  /// decrease from call to call.
  bool enqueue(std::uint64_t now_ps, std::uint64_t id, std::uint64_t address, std::uint64_t bytes,
               bool is_write);

  /// No earlier has advance() something to tell; kNever if there is nothing to wait for.
  std::uint64_t next_ps();

  /// Tells all that has happened up to `now_ps`, in order of time. `on_event` may enqueue.
  void advance(std::uint64_t now_ps, const OnEvent& on_event);

  /// Issues the commands that begin before `now_ps`, and tells nobody.
  void run_until(std::uint64_t now_ps);

  /// Of the device, with the writes that wait here; DramDevice::events() says how.
  DramEvents events(std::uint64_t now_ps);

 private:
  struct Read {
    std::uint64_t id = 0, arrival_ps = 0;
    std::uint64_t bursts = 0;  ///< that wait; none: the place is vacant
    std::uint64_t done = 0;    ///< cycle, of the other ones
  };
  struct Entering {
    std::uint64_t id = 0, arrival_ps = 0;
    bool is_write = false, whole = false;
    std::uint64_t bursts = 0;  ///< that have found no room yet
    std::size_t read = 0;      ///< of reads_
    std::uint64_t last = 0;    ///< cycle in which a burst entered last
    /// Whether queued writes may answer some of those that have found no room.
    bool may_be_answered = false;
  };
  struct EnteringRun {
    DramRun run;
    std::uint64_t next = 0;  ///< burst
  };
  struct Told {
    std::uint64_t at_ps, order;
    Event event;
    std::uint64_t id;
    bool operator>(const Told& other) const {
      return at_ps != other.at_ps ? at_ps > other.at_ps : order > other.order;
    }
  };

  std::size_t new_read(const Entering& request);
  /// Lets bursts enter a channel, as many as there is room for.
  void enter(std::size_t channel, std::uint64_t cycle);
  bool may_be_answered() const;
  void burst_done(std::size_t read, std::uint64_t cycle);
  void tell(std::uint64_t at_ps, Event event, std::uint64_t id) {
    told_.push({at_ps, order_++, event, id});
  }
  std::uint64_t soonest_room_ps();
  std::uint64_t soonest_read_ps();

  DramDevice& device_;
  const bool in_order_;
  std::vector<ChannelQueue> channels_;
  std::vector<Read> reads_;                     ///< places
  std::size_t waiting_ = 0;                     ///< of them that are taken
  Entering entering_;                           ///< the latest request
  std::vector<std::vector<EnteringRun>> runs_;  ///< of the request that enters, by channel
  bool is_entering_ = false;
  std::priority_queue<Told, std::vector<Told>, std::greater<>> told_;
  std::uint64_t order_ = 0;
};

}  // namespace dcnsim
