// SPDX-License-Identifier: Apache-2.0
// Computes for a while: for the speed of the processor. The checksum keeps it honest.
#include <inttypes.h>
#include <stdio.h>

int firmware_main(uint32_t rounds) {
  static uint8_t bytes[4096];
  uint32_t checksum = 1;
  for (uint32_t round = 0; round < rounds; ++round) {
    for (uint32_t i = 0; i < sizeof bytes; ++i) {
      checksum = checksum * 1664525u + 1013904223u;
      bytes[i] = (uint8_t)(bytes[i] + (checksum >> 24));
    }
  }
  printf("checksum %" PRIu32 "\n", checksum + bytes[0]);
  return 0;
}
