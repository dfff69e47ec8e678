// SPDX-License-Identifier: Apache-2.0
// What C99 makes of the driver's descriptor header.
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A 2 x 2 average pool of an 8 x 6 map of 16 channels, shifted left by 3.
void c99_pool(uint8_t* descriptor, uint64_t input_address, uint64_t output_address);

#ifdef __cplusplus
}
#endif
