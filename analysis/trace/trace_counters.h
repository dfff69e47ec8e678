// SPDX-License-Identifier: Apache-2.0
// Counters of a timeline: what there is at each moment, and bandwidths as means over windows. Both
// write a value only where it changes.
#pragma once

#include <cstdint>

#include "analysis/trace/trace_file.h"

namespace dcnsim {

/// Something of which there is more or less at a time; the last value of a moment counts.
class LevelCounter {
 public:
  /// `file` stays.
  LevelCounter(TraceFile& file, const Track& track) : file_(file), track_(track) {}

  /// In the order of time.
  void add(std::int64_t more, std::uint64_t at_ps) {
    if (at_ps != at_ps_) write();
    at_ps_ = at_ps;
    value_ += static_cast<std::uint64_t>(more);
  }
  /// Nothing comes any more.
  void finish() { write(); }

 private:
  void write() {
    if (value_ != written_) file_.count(track_, at_ps_, value_);
    written_ = value_;
  }

  TraceFile& file_;
  const Track track_;
  std::uint64_t value_ = 0, written_ = 0;
  std::uint64_t at_ps_ = 0;
};

/// Bytes in each microsecond, which are megabytes per second: summed up, what has passed.
class BandwidthCounter {
 public:
  static constexpr std::uint64_t kWindowPs = 1'000'000;

  /// `file` stays.
  BandwidthCounter(TraceFile& file, const Track& track) : file_(file), track_(track) {}

  /// `bytes` pass evenly in [from, to), which is not before those added before.
  void add(std::uint64_t bytes, std::uint64_t from_ps, std::uint64_t to_ps) {
    std::uint64_t passed = 0;
    while (from_ps / kWindowPs > window_) write();
    for (std::uint64_t end = (window_ + 1) * kWindowPs; end < to_ps; end += kWindowPs) {
      const std::uint64_t until_end = bytes * (end - from_ps) / (to_ps - from_ps);
      value_ += until_end - passed;
      passed = until_end;
      write();
    }
    value_ += bytes - passed;
  }
  /// Nothing comes any more.
  void finish() {
    write();
    write();
  }

 private:
  /// The window is over.
  void write() {
    if (value_ != written_) file_.count(track_, window_ * kWindowPs, value_);
    written_ = value_;
    value_ = 0;
    ++window_;
  }

  TraceFile& file_;
  const Track track_;
  std::uint64_t window_ = 0;  ///< the present one's number
  std::uint64_t value_ = 0, written_ = 0;
};

}  // namespace dcnsim
