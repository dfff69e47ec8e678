// SPDX-License-Identifier: Apache-2.0
#include "platform/driver/dcn_job.h"

#include "platform/driver/dcn_descriptor.h"

/// Of a code, from the start of the map.
static uint64_t first_bit(const DcnMap* map, uint32_t row, uint32_t column, uint32_t channel) {
  const uint32_t plane = channel / map->segment;
  const uint32_t channel0 = plane * map->segment;
  const uint32_t left = map->channels - channel0;
  const bool is_whole = left >= map->segment;
  const uint32_t channels = is_whole ? map->segment : left;
  const uint64_t bytes = (uint64_t)plane * map->plane_bytes +
                         (uint64_t)row * map->row_bytes[is_whole ? 0 : 1] +
                         (uint64_t)(column / map->strip) * map->strip_bytes[is_whole ? 0 : 1];
  return 8 * bytes +
         ((uint64_t)(column % map->strip) * channels + (channel - channel0)) * map->bits;
}

void dcn_put_code(const DcnMap* map, uint8_t* map_bytes, uint32_t row, uint32_t column,
                  uint32_t channel, uint32_t code) {
  const uint64_t first = first_bit(map, row, column, channel);
  uint8_t* at = map_bytes + first / 8;
  uint32_t shift = first % 8;
  for (uint32_t left = map->bits; left > 0; shift = 0, ++at) {
    const uint32_t count = left < 8 - shift ? left : 8 - shift;
    const uint32_t mask = ((1u << count) - 1) << shift;
    *at = (uint8_t)((*at & ~mask) | (code << shift & mask));
    code >>= count;
    left -= count;
  }
}

int32_t dcn_get_code(const DcnMap* map, const uint8_t* map_bytes, uint32_t row, uint32_t column,
                     uint32_t channel) {
  const uint64_t first = first_bit(map, row, column, channel);
  uint32_t code = 0;
  for (uint32_t i = 0; i < map->bits; ++i) {
    const uint64_t bit = first + i;
    code |= (uint32_t)(map_bytes[bit / 8] >> bit % 8 & 1) << i;
  }
  const uint32_t sign = 1u << (map->bits - 1);
  return map->is_signed ? (int32_t)(code ^ sign) - (int32_t)sign : (int32_t)code;
}

void dcn_put_pixels(const DcnJob* job, uint8_t* map_bytes, const uint8_t* pixels) {
  const DcnMap* map = &job->input;
  for (uint32_t i = 0; i < map->bytes; ++i) map_bytes[i] = 0;
  for (uint32_t plane = 0; plane < map->channels; ++plane) {
    const uint32_t channel = job->bgr ? map->channels - 1 - plane : plane;
    const uint16_t* codes = job->pixel_codes + (uint64_t)channel * 256;
    for (uint32_t row = 0; row < map->height; ++row) {
      for (uint32_t column = 0; column < map->width; ++column) {
        dcn_put_code(map, map_bytes, row, column, channel, codes[*pixels++]);
      }
    }
  }
}

uint32_t dcn_largest(const DcnMap* map, const uint8_t* map_bytes) {
  uint32_t place = 0, best = 0;
  int32_t largest = INT32_MIN;
  for (uint32_t row = 0; row < map->height; ++row) {
    for (uint32_t column = 0; column < map->width; ++column) {
      for (uint32_t channel = 0; channel < map->channels; ++channel, ++place) {
        const int32_t code = dcn_get_code(map, map_bytes, row, column, channel);
        if (code <= largest) continue;
        largest = code;
        best = place;
      }
    }
  }
  return best;
}

static uint64_t get(const uint8_t* field, uint32_t bytes) {
  uint64_t value = 0;
  for (uint32_t i = bytes; i > 0; --i) value = value << 8 | field[i - 1];
  return value;
}

#define GET(descriptor, FIELD) \
  get((descriptor) + DCN_DESCRIPTOR_##FIELD##_OFFSET, DCN_DESCRIPTOR_##FIELD##_BYTES)
#define MOVE(descriptor, FIELD, distance) \
  DCN_DESCRIPTOR_SET(descriptor, FIELD, GET(descriptor, FIELD) + (distance))

void dcn_move(DcnJob* job, uint8_t* image, uint64_t base) {
  const uint64_t distance = base - job->base;
  uint8_t* descriptor = image + (job->descriptor_address - job->base);
  for (uint32_t i = 0; i < job->descriptor_count; ++i, descriptor += DCN_DESCRIPTOR_BYTES) {
    const uint64_t kind = GET(descriptor, KIND);
    if (GET(descriptor, INPUT_ON_CHIP) == 0) MOVE(descriptor, INPUT_ADDRESS, distance);
    if (GET(descriptor, OUTPUT_ON_CHIP) == 0) MOVE(descriptor, OUTPUT_ADDRESS, distance);
    if (kind == DCN_DESCRIPTOR_KIND_ADD) MOVE(descriptor, INPUT2_ADDRESS, distance);
    if (kind == DCN_DESCRIPTOR_KIND_CONV ||
        GET(descriptor, POOL_KIND) == DCN_DESCRIPTOR_POOL_KIND_TABLE) {
      MOVE(descriptor, WEIGHT_ADDRESS, distance);
    }
  }
  job->base = base;
  job->descriptor_address += distance;
  job->input.address += distance;
  job->output.address += distance;
}
