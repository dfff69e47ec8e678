// SPDX-License-Identifier: Apache-2.0
// What a channel tells whoever watches it: a trace, or a test that checks the timing rules.
#pragma once

#include <cstdint>
#include <functional>

namespace dcnsim {

struct DramCommand {
  enum class Kind : std::uint8_t {
    kActivate,       ///< ends when the row is open
    kPrecharge,      ///< ends when the bank is closed
    kPrechargeAll,   ///< all banks of the channel, before a refresh
    kAutoPrecharge,  ///< comes with a read or write and takes no command of its own
    kRead,           ///< ends with its last beat of data
    kWrite,          ///< likewise
    kRefresh,        ///< all banks of the channel
  };
  Kind kind;
  std::uint32_t channel, group, bank;  ///< group and bank are 0 where a command means all banks
  std::uint64_t row;
  std::uint64_t start_ps;  ///< of its first clock cycle
  std::uint64_t acts_ps;   ///< start of its last clock cycle, from which the timing rules count
  std::uint64_t end_ps;
};

/// Called in the order of decisions; start times of row commands may run backwards.
using DramObserver = std::function<void(const DramCommand&)>;

}  // namespace dcnsim
