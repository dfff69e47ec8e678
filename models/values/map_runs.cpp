// SPDX-License-Identifier: Apache-2.0
#include "models/values/map_runs.h"

#include <cstring>
#include <vector>

#include "models/numeric/bitpack.h"

namespace dcnsim {
namespace {

/// A run's place in bytes of host form.
struct HostRun {
  std::size_t begin, pixels;
  std::size_t pixel_bytes;   ///< of the run's channels
  std::size_t pixel_stride;  ///< of all of the tile's
  bool side_by_side() const { return pixel_bytes == pixel_stride; }
};

/// Of the run at `place`, which moves on.
HostRun next_run(const Part& run, const CodeTensor& tile, RunPlace& place) {
  const auto unit = static_cast<std::size_t>(tile.format().host_bytes());
  const auto channels = static_cast<std::size_t>(tile.shape().channels);
  const HostRun host{(place.pixel * channels + place.channel) * unit, run.codes / run.channels,
                     run.channels * unit, channels * unit};
  place.pixel += host.pixels;
  if (place.pixel == tile.size() / channels) place = {0, place.channel + run.channels};
  return host;
}

}  // namespace

void unpack_run(const Part& run, const std::uint8_t* packed, RunPlace& place, CodeTensor& tile) {
  const HostRun host = next_run(run, tile, place);
  std::uint8_t* to = tile.data() + host.begin;
  if (host.side_by_side()) {
    unpack_codes(packed, run.skip_bits, tile.format(), run.codes, to);
    return;
  }
  std::vector<std::uint8_t> codes(host.pixels * host.pixel_bytes);
  unpack_codes(packed, run.skip_bits, tile.format(), run.codes, codes.data());
  for (std::size_t i = 0; i < host.pixels; ++i) {
    std::memcpy(to + i * host.pixel_stride, codes.data() + i * host.pixel_bytes, host.pixel_bytes);
  }
}

void pack_run(const Part& run, const CodeTensor& tile, RunPlace& place, std::uint8_t* packed) {
  const HostRun host = next_run(run, tile, place);
  const std::uint8_t* from = tile.data() + host.begin;
  if (host.side_by_side()) {
    pack_codes(from, tile.format(), run.codes, packed, run.skip_bits);
    return;
  }
  std::vector<std::uint8_t> codes(host.pixels * host.pixel_bytes);
  for (std::size_t i = 0; i < host.pixels; ++i) {
    std::memcpy(codes.data() + i * host.pixel_bytes, from + i * host.pixel_stride,
                host.pixel_bytes);
  }
  pack_codes(codes.data(), tile.format(), run.codes, packed, run.skip_bits);
}

}  // namespace dcnsim
