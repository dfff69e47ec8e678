// SPDX-License-Identifier: Apache-2.0
#include "models/values/map_runs.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "models/numeric/bitpack.h"

namespace dcnsim {
namespace {

/// Codes of a run that lie side by side, and their place in bytes of host form.
struct Stretch {
  std::size_t first_bit;  ///< from the start of the run
  std::size_t codes, pixels;
  std::size_t begin;
  std::size_t pixel_bytes;   ///< of the run's channels
  std::size_t pixel_stride;  ///< of all of the tile's
  bool side_by_side() const { return pixel_bytes == pixel_stride; }
};

/// Calls visit(stretch) for the strips of the rows of the run at `place`, which moves on.
template <class Visit>
void for_each_stretch(const Part& run, const CodeTensor& tile, RunPlace& place,
                      const Visit& visit) {
  const auto unit = static_cast<std::size_t>(tile.format().host_bytes());
  const auto channels = static_cast<std::size_t>(tile.shape().channels);
  const std::size_t row_pixels = run.codes / run.rows / run.channels;
  // Strips but the first begin on a bus word; those of several have all channels of their plane.
  const std::size_t pixel_bits =
      static_cast<std::size_t>(run.channels) * static_cast<std::size_t>(tile.format().bits);
  const std::size_t strip_bits = std::size_t{8} * run.strip_bytes;
  const std::size_t first_bits = run.strip_pixel * pixel_bits;  // of the strip, in front of the run
  for (std::size_t row = 0; row < run.rows; ++row) {
    const std::size_t row_bit = row * 8 * (run.bytes / run.rows) + run.skip_bits;
    for (std::size_t done = 0; done < row_pixels;) {
      const std::size_t at = run.strip_pixel + done * run.pixel_step;
      const std::size_t in_strip = at % run.strip;
      const std::size_t pixels =
          run.pixel_step > 1 ? 1 : std::min(row_pixels - done, run.strip - in_strip);
      const std::size_t bit =
          row_bit + at / run.strip * strip_bits + in_strip * pixel_bits - first_bits;
      visit(Stretch{bit, pixels * run.channels, pixels,
                    (place.pixel * channels + place.channel) * unit, run.channels * unit,
                    channels * unit});
      place.pixel += pixels;
      done += pixels;
    }
  }
  if (place.pixel == tile.size() / channels) place = {0, place.channel + run.channels};
}

}  // namespace

void unpack_run(const Part& run, const std::uint8_t* packed, RunPlace& place, CodeTensor& tile) {
  std::vector<std::uint8_t> codes;
  for_each_stretch(run, tile, place, [&](const Stretch& s) {
    std::uint8_t* to = tile.data() + s.begin;
    if (s.side_by_side()) {
      unpack_codes(packed, s.first_bit, tile.format(), s.codes, to);
      return;
    }
    codes.resize(s.pixels * s.pixel_bytes);
    unpack_codes(packed, s.first_bit, tile.format(), s.codes, codes.data());
    for (std::size_t i = 0; i < s.pixels; ++i) {
      std::memcpy(to + i * s.pixel_stride, codes.data() + i * s.pixel_bytes, s.pixel_bytes);
    }
  });
}

void pack_run(const Part& run, const CodeTensor& tile, RunPlace& place, std::uint8_t* packed) {
  std::vector<std::uint8_t> codes;
  for_each_stretch(run, tile, place, [&](const Stretch& s) {
    const std::uint8_t* from = tile.data() + s.begin;
    if (s.side_by_side()) {
      pack_codes(from, tile.format(), s.codes, packed, s.first_bit);
      return;
    }
    codes.resize(s.pixels * s.pixel_bytes);
    for (std::size_t i = 0; i < s.pixels; ++i) {
      std::memcpy(codes.data() + i * s.pixel_bytes, from + i * s.pixel_stride, s.pixel_bytes);
    }
    pack_codes(codes.data(), tile.format(), s.codes, packed, s.first_bit);
  });
}

}  // namespace dcnsim
