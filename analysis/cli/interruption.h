// SPDX-License-Identifier: Apache-2.0
// ^C (SIGINT) and SIGTERM: answered at once, on standard error, with what happens next.
#pragma once

#include <string>

namespace dcnsim::cli {

/// From now on they end the process, once `program` has said what became of its outputs.
void end_on_interruption(const std::string& program);
/// From now on that says as well where `what` is found again.
void say_on_interruption_that_cache_keeps(const std::string& what);

/// As long as it lives, the first asks the work to stop and says `what_happens`, which outlives it;
/// the second ends the process.
class StopOnInterruption {
 public:
  explicit StopOnInterruption(const char* what_happens);
  ~StopOnInterruption();
  StopOnInterruption(const StopOnInterruption&) = delete;
  StopOnInterruption& operator=(const StopOnInterruption&) = delete;
};

/// Whether the work was asked to stop.
bool stop_was_asked_for();

}  // namespace dcnsim::cli
