// SPDX-License-Identifier: Apache-2.0
// Values that a C99 translation unit took from the driver's header.
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Register window as bare-metal firmware sees it, at any address. */
uint32_t c99_read(const volatile void* window, uint32_t offset);

extern const uint32_t c99_commands;
extern const uint32_t c99_version_major;

#ifdef __cplusplus
}
#endif
