// SPDX-License-Identifier: Apache-2.0
// Interrupts of devices and of the timer. The handler only claims; whoever waits for a source
// silences the device and completes it then, so that a level is taken once.
#pragma once

#include <stdbool.h>
#include <stdint.h>

/// Sources are bits, as in the interrupt controller: 1 << DCN_PLIC_ACCELERATOR(i).
void interrupts_enable(uint32_t sources);

/// Sleeps until one of `sources` has interrupted; returns and forgets which have.
uint32_t interrupts_wait(uint32_t sources);

/// The devices of `sources` are silent: they may interrupt again.
void interrupts_complete(uint32_t sources);

uint64_t timer_now(void);  ///< ticks of DCN_TIMER_HZ
/// Sleeps until then.
void timer_wait_until(uint64_t ticks);
