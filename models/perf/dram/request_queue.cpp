// SPDX-License-Identifier: Apache-2.0
#include "models/perf/dram/request_queue.h"

#include <algorithm>
#include <cassert>

namespace dcnsim {

/// What the scheduler chooses from: the first unfinished run of every request that has arrived.
class RequestQueue::Candidates : public WaitingBursts {
 public:
  Candidates(const RequestQueue& queue, std::size_t channel, std::uint64_t cycle)
      : queue_(queue),
        dram_(queue.device_.channels()[channel]),
        waiting_(queue.waiting_[channel]),
        cycle_(cycle) {}
  std::size_t size() const override { return queue_.candidates_.size(); }
  bool row_hit(std::size_t i) const override { return dram_.row_is_open(burst(i)); }
  std::uint64_t column(std::size_t i) const override {
    return dram_.column_cycle(cycle_, burst(i));
  }
  std::uint64_t overtaken(std::size_t i) const override { return waiting(i).overtaken; }
  std::uint64_t soonest_column() const override { return dram_.soonest_column(cycle_); }

 private:
  const Waiting& waiting(std::size_t i) const { return waiting_[queue_.candidates_[i]]; }
  DramChannel::Burst burst(std::size_t i) const { return queue_.burst_of(waiting(i)); }

  const RequestQueue& queue_;
  const DramChannel& dram_;
  const std::vector<Waiting>& waiting_;
  const std::uint64_t cycle_;
};

RequestQueue::RequestQueue(DramDevice& device, const DramConfig& config)
    : device_(device),
      scheduler_(config.scheduler),
      requests_(static_cast<std::size_t>(config.queue_depth)),
      waiting_(static_cast<std::size_t>(config.channels)),
      postponed_(waiting_.size()) {
  reset();
}

void RequestQueue::reset() {
  vacant_.clear();
  for (std::size_t i = requests_.size(); i > 0; --i) vacant_.push_back(i - 1);
  in_queue_ = 0;
  for (std::vector<Waiting>& channel : waiting_) channel.clear();
  std::fill(postponed_.begin(), postponed_.end(), 0);
  completions_ = {};
  order_ = 0;
}

void RequestQueue::enqueue(std::uint64_t now_ps, std::uint64_t id, std::uint64_t address,
                           std::uint64_t bytes, bool is_write) {
  assert(!full());
  const std::size_t index = vacant_.back();
  vacant_.pop_back();
  ++in_queue_;
  Request& request = requests_[index];
  request = {id, now_ps, 0, 0, is_write};
  const std::uint64_t arrival = device_.cycle_at_or_after(now_ps);
  device_.map().visit_runs(address, bytes, [&](const DramRun& run) {
    waiting_[run.channel].push_back({index, arrival, run});
    postponed_[run.channel] = 0;
    ++request.runs_left;
  });
}

std::uint64_t RequestQueue::next_ps() const {
  const std::uint64_t decision = next_decision().second;
  return std::min(decision, completions_.empty() ? kNever : completions_.top().done_ps);
}

void RequestQueue::advance(std::uint64_t now_ps, const OnDone& on_done) {
  for (;;) {
    const auto [channel, decision_ps] = next_decision();
    const std::uint64_t done_ps = completions_.empty() ? kNever : completions_.top().done_ps;
    if (std::min(decision_ps, done_ps) > now_ps) return;
    if (decision_ps < done_ps) {
      decide(channel, decision_cycle(channel));
      continue;
    }
    const std::size_t index = completions_.top().request;
    completions_.pop();
    vacant_.push_back(index);
    --in_queue_;
    on_done(requests_[index].id, done_ps);
  }
}

std::uint64_t RequestQueue::decision_cycle(std::size_t channel) const {
  return std::max({waiting_[channel].front().arrival, postponed_[channel],
                   device_.channels()[channel].decision_cycle()});
}

std::pair<std::size_t, std::uint64_t> RequestQueue::next_decision() const {
  std::pair<std::size_t, std::uint64_t> next{0, kNever};
  for (std::size_t channel = 0; channel < waiting_.size(); ++channel) {
    if (waiting_[channel].empty()) continue;
    const std::uint64_t at_ps = device_.to_ps(decision_cycle(channel));
    if (at_ps < next.second) next = {channel, at_ps};
  }
  return next;
}

// A burst that has to wait for its bank binds nobody yet: whoever arrives meanwhile may be sooner.
void RequestQueue::decide(std::size_t channel, std::uint64_t cycle) {
  DramChannel& dram = device_.channels()[channel];
  dram.refresh_until(cycle);
  const std::vector<Waiting>& waiting = waiting_[channel];
  candidates_.clear();
  for (std::size_t i = 0; i < waiting.size() && waiting[i].arrival <= cycle; ++i) {
    if (i == 0 || waiting[i - 1].request != waiting[i].request) candidates_.push_back(i);
  }
  const std::size_t chosen = candidates_[pick(scheduler_, Candidates(*this, channel, cycle))];
  const std::uint64_t row_cycle = dram.row_cycle(cycle, burst_of(waiting[chosen]));
  if (row_cycle > cycle) {
    postponed_[channel] = row_cycle;
  } else {
    place(channel, chosen, cycle);
  }
}

DramChannel::Burst RequestQueue::burst_of(const Waiting& waiting) const {
  return {waiting.run.group_of(waiting.next), waiting.run.bank, waiting.run.row,
          requests_[waiting.request].is_write, waiting.run.ends_bank(waiting.next)};
}

void RequestQueue::place(std::size_t channel, std::size_t index, std::uint64_t cycle) {
  std::vector<Waiting>& waiting = waiting_[channel];
  for (std::size_t older = 0; older < index; ++older) ++waiting[older].overtaken;
  Waiting& chosen = waiting[index];
  Request& request = requests_[chosen.request];
  request.data_end =
      std::max(request.data_end, device_.channels()[channel].place(cycle, burst_of(chosen)));
  device_.note_access(request.arrival_ps, device_.to_ps(request.data_end));
  if (++chosen.next < chosen.run.bursts) return;
  if (--request.runs_left == 0) {
    completions_.push({device_.to_ps(request.data_end), order_++, chosen.request});
  }
  waiting.erase(waiting.begin() + static_cast<std::ptrdiff_t>(index));
}

}  // namespace dcnsim
