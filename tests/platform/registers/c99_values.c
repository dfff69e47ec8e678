// SPDX-License-Identifier: Apache-2.0
#include "tests/platform/registers/c99_values.h"

#include "platform/driver/dcn_registers.h"

const uint32_t c99_commands = DCN_CONTROL_START | DCN_CONTROL_RESET;
const uint32_t c99_version_major =
    (DCN_VERSION_VALUE & DCN_VERSION_MAJOR_MASK) >> DCN_VERSION_MAJOR_SHIFT;

uint32_t c99_read(const volatile void* window, uint32_t offset) {
  return *(const volatile uint32_t*)((const volatile char*)window + offset);
}
