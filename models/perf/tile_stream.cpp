// SPDX-License-Identifier: Apache-2.0
#include "models/perf/tile_stream.h"

#include <algorithm>

namespace dcnsim {
namespace {

/// The largest power of two that divides `address` and is at most `bytes` and `limit`, itself a
/// power of two. A burst of that size is naturally aligned, so it cannot cross a 4 KiB boundary as
/// long as limit <= 4096.
std::uint32_t burst_bytes(std::uint64_t address, std::uint64_t bytes, std::uint32_t limit) {
  const std::uint64_t aligned = address & (~address + 1);  // 0 of address 0
  std::uint64_t size = aligned == 0 ? limit : std::min<std::uint64_t>(limit, aligned);
  while (size > bytes) size /= 2;
  return static_cast<std::uint32_t>(size);
}

}  // namespace

void TileStream::take(std::uint32_t limit, Burst& burst) {
  const Part& part = parts_[part_];
  burst.address = part.address + offset_;
  burst.bytes = burst_bytes(burst.address, part.bytes - offset_, limit);
  burst.stream = part.stream;
  burst.tile = newest();
  burst.offset = begin_ + offset_;
  ++tiles_.back().in_flight;
  offset_ += burst.bytes;
  if (offset_ == part.bytes) {
    begin_ += part.bytes;
    offset_ = 0;
    ++part_;
  }
}

}  // namespace dcnsim
