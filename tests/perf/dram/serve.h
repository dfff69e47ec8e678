// SPDX-License-Identifier: Apache-2.0
// Traffic through a controller's queue, and through the calls of a device.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "models/perf/dram/request_queue.h"
#include "tests/perf/dram/dram_support.h"

namespace dcnsim {

struct Served {
  std::vector<std::uint64_t> accepted_ps, done_ps;  ///< by access
  std::uint64_t last_ps = 0;  ///< the end of all data, that of writes included
  DramEvents events;
};

inline constexpr std::size_t kAny = std::numeric_limits<std::size_t>::max();

/// What `recorder` has seen after the accesses, and all writes have been written.
inline void finish(Served& served, DramDevice& device, const Recorder& recorder) {
  device.run_until(served.last_ps + 100'000'000);
  for (const std::uint64_t ps : served.done_ps) served.last_ps = std::max(served.last_ps, ps);
  served.last_ps = std::max(served.last_ps, recorder.end_of(DramCommand::Kind::kWrite));
  served.events = device.events(served.last_ps);
}

/// Every access enters as soon as it has arrived, the one before is accepted, and fewer than
/// `outstanding` of its direction are under way. `every_ps`: the queue is asked that often, beside
/// when it wants to be.
inline Served serve(const DramSpec& spec, const DramConfig& config,
                    const std::vector<Access>& traffic, std::size_t outstanding = kAny,
                    std::uint64_t every_ps = 0) {
  using Event = RequestQueue::Event;
  DramDevice device(spec, config);
  Recorder recorder(device);
  RequestQueue queue(device, config);
  Served served;
  served.accepted_ps.resize(traffic.size());
  served.done_ps.resize(traffic.size());
  std::size_t under_way[2] = {0, 0};
  const auto told = [&](Event event, std::uint64_t id, std::uint64_t at_ps) {
    if (event == Event::kAccepted) served.accepted_ps[id] = at_ps;
    if ((event == Event::kAccepted) != traffic[id].is_write) return;
    served.done_ps[id] = at_ps;
    --under_way[traffic[id].is_write];
  };
  std::uint64_t now = 0;
  const auto wait = [&](std::uint64_t until_ps) {
    const std::uint64_t next = std::min(queue.next_ps(), until_ps);
    now = every_ps == 0 ? std::max(now, next) : std::min(std::max(now, next), now + every_ps);
    queue.advance(now, told);
  };
  for (std::size_t i = 0; i < traffic.size(); ++i) {
    const Access& a = traffic[i];
    while (now < a.at_ps) wait(a.at_ps);
    while (queue.is_entering() || under_way[a.is_write] >= outstanding) {
      wait(RequestQueue::kNever);
    }
    ++under_way[a.is_write];
    if (queue.enqueue(now, i, a.address, a.bytes, a.is_write)) {
      served.accepted_ps[i] = now;
      if (a.is_write) told(Event::kAccepted, i, now);
    }
  }
  while (!queue.idle()) wait(RequestQueue::kNever);
  served.last_ps = now;
  queue.run_until(now + 100'000'000);
  finish(served, device, recorder);
  return served;
}

/// Likewise, by calls.
inline Served call(const DramSpec& spec, const DramConfig& config,
                   const std::vector<Access>& traffic, std::size_t outstanding = kAny) {
  DramDevice device(spec, config);
  Recorder recorder(device);
  Served served;
  std::vector<std::uint64_t> under_way[2];  // when the latest `outstanding` are done
  std::uint64_t now = 0;
  for (const Access& a : traffic) {
    now = std::max(now, a.at_ps);
    std::vector<std::uint64_t>& others = under_way[a.is_write];
    if (others.size() >= outstanding) {
      const auto first = std::min_element(others.begin(), others.end());
      now = std::max(now, *first);
      others.erase(first);
    }
    const DramDevice::Served s = device.serve(now, a.address, a.bytes, a.is_write);
    now = std::max(now, s.accepted_ps);
    if (outstanding != kAny) others.push_back(s.done_ps);
    served.accepted_ps.push_back(s.accepted_ps);
    served.done_ps.push_back(s.done_ps);
  }
  served.last_ps = now;
  finish(served, device, recorder);
  return served;
}

}  // namespace dcnsim
