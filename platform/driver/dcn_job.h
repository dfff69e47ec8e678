// SPDX-License-Identifier: Apache-2.0
// A compiled network as the processor sees it: where its maps are and how codes lie in them. What
// `dcnsim compile --header job.h` writes initialises these: `DcnJob job = JOB_INIT;`. Freestanding
// C99, as the driver.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A feature map in memory: planes of `segment` channels, one behind the other, the last of what is
/// left; of a plane a row after the other; of a row strips of `strip` columns, the last of what is
/// left. In a strip codes lie side by side, from the least significant bit on, the channels of a
/// pixel next to one another.
typedef struct DcnMap {
  uint64_t address;  ///< on the accelerator's memory port
  uint32_t bytes;
  uint32_t height, width, channels;
  uint32_t bits;  ///< of a code, 1..16
  bool is_signed;
  int32_t fraction_bits;  ///< scale = 2^-fraction_bits, if it is a power of two
  uint32_t segment, strip;
  uint32_t plane_bytes;  ///< from one plane to the next
  uint32_t row_bytes[2],
      strip_bytes[2];  ///< from one to the next, in whole planes and in what is left
  int32_t zero_point;  ///< value = (code - zero_point) * scale
  double scale;
} DcnMap;

typedef struct DcnJob {
  uint64_t base, bytes;  ///< what is its own
  uint32_t image_bytes;  ///< of these, from `base` on: what has to be loaded
  uint64_t descriptor_address;
  uint32_t descriptor_count;
  DcnMap input, output;
  const uint16_t* pixel_codes;  ///< of pixels 0..255, 256 a channel; two's complement where signed
  bool bgr;                     ///< channel 0 is the last plane of an image
} DcnJob;

/// `map_bytes` is where a map lies for the processor. `code` is cut to the map's width.
void dcn_put_code(const DcnMap* map, uint8_t* map_bytes, uint32_t row, uint32_t column,
                  uint32_t channel, uint32_t code);
int32_t dcn_get_code(const DcnMap* map, const uint8_t* map_bytes, uint32_t row, uint32_t column,
                     uint32_t channel);

/// Writes the whole input map. `pixels`: a plane of 8-bit pixels a channel, row by row, red first.
void dcn_put_pixels(const DcnJob* job, uint8_t* map_bytes, const uint8_t* pixels);

/// The class: the place of the largest code of the output, the first of equals.
uint32_t dcn_largest(const DcnMap* map, const uint8_t* map_bytes);

/// Moves a job whose image lies at `image` for the processor to `base`, a multiple of 64, before it
/// is run: descriptors have addresses.
void dcn_move(DcnJob* job, uint8_t* image, uint64_t base);

#ifdef __cplusplus
}
#endif
