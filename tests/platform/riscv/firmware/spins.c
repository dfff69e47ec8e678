// SPDX-License-Identifier: Apache-2.0
// Computes for a while: for the speed of the processor. The checksum keeps it honest.
#include "tests/platform/riscv/firmware/spins.h"

#include <inttypes.h>
#include <stdio.h>

int firmware_main(uint32_t argument) {
  static uint8_t bytes[4096];
  const uint32_t rounds = argument & ~SPINS_STORING;
  uint32_t checksum = 1;
  for (uint32_t round = 0; round < rounds; ++round) {
    for (uint32_t i = 0; i < sizeof bytes; ++i) {
      checksum = checksum * 1664525u + 1013904223u + bytes[i];
      if ((argument & SPINS_STORING) != 0) bytes[i] = (uint8_t)(checksum >> 24);
    }
  }
  printf("checksum %" PRIu32 "\n", checksum);
  return 0;
}
