// SPDX-License-Identifier: Apache-2.0
#include "tests/platform/registers/c99_descriptor.h"

#include "platform/driver/dcn_descriptor.h"

void c99_pool(uint8_t* descriptor, uint64_t input_address, uint64_t output_address) {
  dcn_descriptor_clear(descriptor);
  DCN_DESCRIPTOR_SET(descriptor, KIND, DCN_DESCRIPTOR_KIND_POOL);
  DCN_DESCRIPTOR_SET(descriptor, POOL_KIND, DCN_DESCRIPTOR_POOL_KIND_AVERAGE);
  DCN_DESCRIPTOR_SET(descriptor, IN_HEIGHT, 8);
  DCN_DESCRIPTOR_SET(descriptor, IN_WIDTH, 6);
  DCN_DESCRIPTOR_SET(descriptor, IN_CHANNELS, 16);
  DCN_DESCRIPTOR_SET(descriptor, KERNEL_H, 2);
  DCN_DESCRIPTOR_SET(descriptor, KERNEL_W, 2);
  DCN_DESCRIPTOR_SET(descriptor, STRIDE_H, 2);
  DCN_DESCRIPTOR_SET(descriptor, STRIDE_W, 2);
  DCN_DESCRIPTOR_SET(descriptor, ROUNDING, DCN_DESCRIPTOR_ROUNDING_HALF_UP);
  DCN_DESCRIPTOR_SET(descriptor, SHIFT, (uint64_t)-3);
  DCN_DESCRIPTOR_SET(descriptor, INPUT_BITS, 8);
  DCN_DESCRIPTOR_SET(descriptor, INPUT_FRAC, 4);
  DCN_DESCRIPTOR_SET(descriptor, OUTPUT_BITS, 12);
  DCN_DESCRIPTOR_SET(descriptor, OUTPUT_FRAC, 7);
  DCN_DESCRIPTOR_SET(descriptor, OUTPUT_SIGNED, 1);
  DCN_DESCRIPTOR_SET(descriptor, TILE_H, 4);
  DCN_DESCRIPTOR_SET(descriptor, TILE_W, 3);
  DCN_DESCRIPTOR_SET(descriptor, INPUT_ADDRESS, input_address);
  DCN_DESCRIPTOR_SET(descriptor, OUTPUT_ADDRESS, output_address);
}
