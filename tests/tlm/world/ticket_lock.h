// SPDX-License-Identifier: Apache-2.0
// A lock as people write it in b_transport: whoever is unwound while holding it keeps it for ever.
#pragma once

#include <cstdint>
#include <systemc>

namespace dcnsim::world {

class TicketLock {
 public:
  void take() {
    const std::uint64_t ticket = next_++;
    while (ticket != served_) sc_core::wait(freed_);
  }
  void give_back() {
    ++served_;
    freed_.notify();
  }

 private:
  std::uint64_t next_ = 0, served_ = 0;
  sc_core::sc_event freed_;
};

}  // namespace dcnsim::world
