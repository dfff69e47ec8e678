// SPDX-License-Identifier: Apache-2.0
// Control and status registers of the hart, and sleep.
#pragma once

#include <stdint.h>

#define CSR_READ(csr)                                     \
  __extension__({                                         \
    uint32_t csr_value;                                   \
    __asm__ volatile("csrr %0, " #csr : "=r"(csr_value)); \
    csr_value;                                            \
  })
#define CSR_SET(csr, bits) __asm__ volatile("csrs " #csr ", %0" ::"r"(bits) : "memory")
#define CSR_CLEAR(csr, bits) __asm__ volatile("csrc " #csr ", %0" ::"r"(bits) : "memory")

#define MSTATUS_MIE (1u << 3)
#define MIE_TIMER (1u << 7)
#define MIE_EXTERNAL (1u << 11)

static inline void wait_for_interrupt(void) { __asm__ volatile("wfi" ::: "memory"); }
