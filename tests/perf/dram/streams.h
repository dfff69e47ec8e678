// SPDX-License-Identifier: Apache-2.0
// Streams as DMAs make them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/arch/dram_spec.h"
#include "tests/perf/dram/dram_support.h"

namespace dcnsim {

enum class Flow : std::uint8_t {
  kReads,   ///< in address order
  kWrites,  ///< likewise
  kTiles,   ///< reads of 256 bytes of every 1024, or more if requests are larger
  kTurns,   ///< a read and a write by turns, each in address order, in rows of the same bank
  kTurnsElsewhere,  ///< likewise, in other banks
  kCopy,            ///< a KiB read and a KiB written by turns, in rows of the same bank
};

inline bool is_mixed(Flow flow) {
  return flow == Flow::kTurns || flow == Flow::kTurnsElsewhere || flow == Flow::kCopy;
}

inline std::vector<Access> stream_of(Flow flow, const DramSpec& spec, std::uint64_t request_bytes,
                                     std::uint64_t bursts) {
  const std::uint64_t banks =
      static_cast<std::uint64_t>(spec.page_bytes) * static_cast<std::uint64_t>(spec.banks);
  const std::uint64_t elsewhere = (1 << 26) + (flow == Flow::kTurnsElsewhere ? banks / 2 : 0);
  const std::uint64_t turn =
      flow == Flow::kCopy ? std::max<std::uint64_t>(1024, request_bytes) : request_bytes;
  const std::uint64_t total = bursts * static_cast<std::uint64_t>(spec.burst_bytes());
  std::vector<Access> stream;
  for (std::uint64_t at = 0; at < total; at += request_bytes) {
    Access access{0, at, request_bytes, flow == Flow::kWrites};
    if (flow == Flow::kTiles) {
      const std::uint64_t line = std::max<std::uint64_t>(256, request_bytes);
      access.address = at / line * std::max<std::uint64_t>(1024, line) + at % line;
    }
    if (is_mixed(flow)) {
      access.is_write = at / turn % 2 == 1;
      access.address = at / turn / 2 * turn + at % turn + (access.is_write ? elsewhere : 0);
    }
    stream.push_back(access);
  }
  return stream;
}

}  // namespace dcnsim
