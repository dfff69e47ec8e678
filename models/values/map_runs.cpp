// SPDX-License-Identifier: Apache-2.0
#include "models/values/map_runs.h"

#include <cstring>
#include <vector>

#include "models/numeric/bitpack.h"

namespace dcnsim {
namespace {

/// A row of a run in packed form, and its place in bytes of host form.
struct RunRow {
  std::size_t packed_begin, skip_bits;
  std::size_t codes, pixels;
  std::size_t begin;
  std::size_t pixel_bytes;   ///< of the run's channels
  std::size_t pixel_stride;  ///< of all of the tile's
  bool side_by_side() const { return pixel_bytes == pixel_stride; }
};

/// Calls visit(row) for the rows of the run at `place`, which moves on.
template <class Visit>
void for_each_row(const Part& run, const CodeTensor& tile, RunPlace& place, const Visit& visit) {
  const auto unit = static_cast<std::size_t>(tile.format().host_bytes());
  const auto channels = static_cast<std::size_t>(tile.shape().channels);
  const std::size_t codes = run.codes / run.rows;
  const std::size_t pixels = codes / run.channels;
  for (std::size_t row = 0; row < run.rows; ++row) {
    visit(RunRow{row * (run.bytes / run.rows), run.skip_bits, codes, pixels,
                 (place.pixel * channels + place.channel) * unit, run.channels * unit,
                 channels * unit});
    place.pixel += pixels;
  }
  if (place.pixel == tile.size() / channels) place = {0, place.channel + run.channels};
}

}  // namespace

void unpack_run(const Part& run, const std::uint8_t* packed, RunPlace& place, CodeTensor& tile) {
  std::vector<std::uint8_t> codes;
  for_each_row(run, tile, place, [&](const RunRow& row) {
    const std::uint8_t* from = packed + row.packed_begin;
    std::uint8_t* to = tile.data() + row.begin;
    if (row.side_by_side()) {
      unpack_codes(from, row.skip_bits, tile.format(), row.codes, to);
      return;
    }
    codes.resize(row.pixels * row.pixel_bytes);
    unpack_codes(from, row.skip_bits, tile.format(), row.codes, codes.data());
    for (std::size_t i = 0; i < row.pixels; ++i) {
      std::memcpy(to + i * row.pixel_stride, codes.data() + i * row.pixel_bytes, row.pixel_bytes);
    }
  });
}

void pack_run(const Part& run, const CodeTensor& tile, RunPlace& place, std::uint8_t* packed) {
  std::vector<std::uint8_t> codes;
  for_each_row(run, tile, place, [&](const RunRow& row) {
    const std::uint8_t* from = tile.data() + row.begin;
    std::uint8_t* to = packed + row.packed_begin;
    if (row.side_by_side()) {
      pack_codes(from, tile.format(), row.codes, to, row.skip_bits);
      return;
    }
    codes.resize(row.pixels * row.pixel_bytes);
    for (std::size_t i = 0; i < row.pixels; ++i) {
      std::memcpy(codes.data() + i * row.pixel_bytes, from + i * row.pixel_stride, row.pixel_bytes);
    }
    pack_codes(codes.data(), tile.format(), row.codes, to, row.skip_bits);
  });
}

}  // namespace dcnsim
