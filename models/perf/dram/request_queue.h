// SPDX-License-Identifier: Apache-2.0
// A memory controller's queue in front of a DramDevice: at most queue_depth requests between
// acceptance and last beat, served burst by burst as the scheduler chooses, each channel by itself.
// Bursts of one request keep their order within a channel. Driven by its owner's clock: call
// advance() at next_ps().
#pragma once

#include <cstdint>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

#include "models/arch/accelerator_config.h"
#include "models/perf/dram/device.h"
#include "models/perf/dram/scheduler.h"

namespace dcnsim {

class RequestQueue {
 public:
  static constexpr std::uint64_t kNever = UINT64_MAX;
  /// `done_ps` is when the last beat of the request's data was on the pins.
  using OnDone = std::function<void(std::uint64_t id, std::uint64_t done_ps)>;

  /// `device` must outlive the queue.
  RequestQueue(DramDevice& device, const DramConfig& config);

  /// Forgets all requests.
  void reset();

  bool full() const { return in_queue_ == requests_.size(); }
  bool empty() const { return in_queue_ == 0; }

  /// Takes a request; must not be full. Times must not decrease from call to call.
  void enqueue(std::uint64_t now_ps, std::uint64_t id, std::uint64_t address, std::uint64_t bytes,
               bool is_write);

  /// When advance() has something to do next, kNever if nothing waits.
  std::uint64_t next_ps() const;

  /// Takes all decisions and reports all completions up to `now_ps`, in order of time. `on_done`
  /// may enqueue.
  void advance(std::uint64_t now_ps, const OnDone& on_done);

 private:
  struct Request {
    std::uint64_t id = 0, arrival_ps = 0;
    std::uint64_t data_end = 0;  ///< cycle, of the bursts placed so far
    std::size_t runs_left = 0;
    bool is_write = false;
  };
  /// A run of a request that waits at its channel.
  struct Waiting {
    std::size_t request;
    std::uint64_t arrival;  ///< cycle
    DramRun run;
    std::uint64_t next = 0;  ///< burst of the run
    std::uint64_t overtaken = 0;
  };
  struct Completion {
    std::uint64_t done_ps, order;
    std::size_t request;
    bool operator>(const Completion& other) const {
      return done_ps != other.done_ps ? done_ps > other.done_ps : order > other.order;
    }
  };

  std::uint64_t decision_cycle(std::size_t channel) const;
  /// Channel whose next decision is the earliest, and when (kNever if none waits).
  std::pair<std::size_t, std::uint64_t> next_decision() const;
  void decide(std::size_t channel, std::uint64_t cycle);
  DramChannel::Burst burst_of(const Waiting& waiting) const;
  class Candidates;
  void place(std::size_t channel, std::size_t index, std::uint64_t cycle);

  DramDevice& device_;
  const DramScheduler scheduler_;
  std::vector<Request> requests_;    ///< one a place in the queue
  std::vector<std::size_t> vacant_;  ///< indices of unused ones
  std::size_t in_queue_ = 0;
  std::vector<std::vector<Waiting>> waiting_;  ///< by channel, in order of age
  std::vector<std::uint64_t> postponed_;       ///< cycle of the next decision, by channel, if later
  std::priority_queue<Completion, std::vector<Completion>, std::greater<>> completions_;
  std::uint64_t order_ = 0;
  std::vector<std::size_t> candidates_;  ///< scratch of decide(): indices into waiting_
};

}  // namespace dcnsim
