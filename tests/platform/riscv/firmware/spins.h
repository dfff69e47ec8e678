// SPDX-License-Identifier: Apache-2.0
// The argument of the firmware `spins`: rounds of 4096 steps, and whether each step stores a byte.
#pragma once

#define SPINS_STORING 0x80000000u
