// SPDX-License-Identifier: Apache-2.0
#include "platform/riscv/firmware/interrupts.h"

#include <stdio.h>

#include "platform/riscv/firmware/bus.h"
#include "platform/riscv/firmware/csr.h"
#include "platform/riscv/memory_map.h"

#define CAUSE_INTERRUPT (1u << 31)
#define CAUSE_TIMER (CAUSE_INTERRUPT | 7u)
#define CAUSE_EXTERNAL (CAUSE_INTERRUPT | 11u)
#define CAUSE_LOAD_FAULT 5u
#define CAUSE_STORE_FAULT 7u

static volatile uint32_t claimed;
static volatile bool timer_expired;

static void set_timer(uint64_t ticks) {
  // Never an earlier time in between (privileged specification, 3.2.1).
  bus_write32(DCN_MAP_TIMER + DCN_TIMER_MTIMECMP + 4, UINT32_MAX);
  bus_write32(DCN_MAP_TIMER + DCN_TIMER_MTIMECMP, (uint32_t)ticks);
  bus_write32(DCN_MAP_TIMER + DCN_TIMER_MTIMECMP + 4, (uint32_t)(ticks >> 32));
}

void trap_handler(void) __attribute__((interrupt("machine"), aligned(4)));
void trap_handler(void) {
  const uint32_t cause = CSR_READ(mcause);
  uint32_t source = 0;
  switch (cause) {
    case CAUSE_EXTERNAL:
      if (bus_read32(DCN_MAP_PLIC + DCN_PLIC_CLAIM, &source)) claimed |= 1u << source;
      break;
    case CAUSE_TIMER:
      timer_expired = true;
      set_timer(UINT64_MAX);
      break;
    case CAUSE_LOAD_FAULT:
    case CAUSE_STORE_FAULT:
      bus_error();
      break;
    default:
      printf("trap: cause %08lx at %08lx\n", (unsigned long)cause, (unsigned long)CSR_READ(mepc));
      finish(255);
  }
}

void interrupts_enable(uint32_t sources) {
  for (uint32_t i = 1; i < 32; ++i) {
    if ((sources >> i & 1u) != 0) bus_write32(DCN_MAP_PLIC + DCN_PLIC_PRIORITY + 4 * i, 1);
  }
  bus_write32(DCN_MAP_PLIC + DCN_PLIC_ENABLE, sources);
  CSR_SET(mie, MIE_EXTERNAL | MIE_TIMER);
  CSR_SET(mstatus, MSTATUS_MIE);
}

// With interrupts off between the look and the sleep, no interrupt is missed: WFI wakes all the
// same, and the handler runs when they are on again.
uint32_t interrupts_wait(uint32_t sources) {
  for (;;) {
    CSR_CLEAR(mstatus, MSTATUS_MIE);
    const uint32_t arrived = claimed & sources;
    claimed &= ~arrived;
    if (arrived == 0) wait_for_interrupt();
    CSR_SET(mstatus, MSTATUS_MIE);
    if (arrived != 0) return arrived;
  }
}

void interrupts_complete(uint32_t sources) {
  for (uint32_t i = 1; i < 32; ++i) {
    if ((sources >> i & 1u) != 0) bus_write32(DCN_MAP_PLIC + DCN_PLIC_CLAIM, i);
  }
}

uint64_t timer_now(void) {
  uint32_t high = 0, low = 0, again = 0;
  do {
    bus_read32(DCN_MAP_TIMER + DCN_TIMER_MTIME + 4, &high);
    bus_read32(DCN_MAP_TIMER + DCN_TIMER_MTIME, &low);
    bus_read32(DCN_MAP_TIMER + DCN_TIMER_MTIME + 4, &again);
  } while (high != again);
  return (uint64_t)high << 32 | low;
}

void timer_wait_until(uint64_t ticks) {
  timer_expired = false;
  set_timer(ticks);
  bool expired = false;
  while (!expired) {
    CSR_CLEAR(mstatus, MSTATUS_MIE);
    expired = timer_expired;
    if (!expired) wait_for_interrupt();
    CSR_SET(mstatus, MSTATUS_MIE);
  }
}
