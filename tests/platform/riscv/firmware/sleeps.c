// SPDX-License-Identifier: Apache-2.0
// Measures what a sleep of a millisecond is by the timer, then sleeps for ever.
#include <inttypes.h>
#include <stdio.h>

#include "platform/riscv/firmware/interrupts.h"
#include "platform/riscv/memory_map.h"

int firmware_main(uint32_t argument) {
  interrupts_enable(0);
  const uint64_t before = timer_now();
  timer_wait_until(before + DCN_TIMER_HZ / 1000);
  printf("argument %" PRIu32 ", slept %" PRIu64 " us\n", argument,
         (timer_now() - before) / (DCN_TIMER_HZ / 1000000));
  interrupts_wait(0);
  return 0;
}
