// SPDX-License-Identifier: Apache-2.0
#include "platform/riscv/firmware/bus.h"

#include "platform/riscv/memory_map.h"

static volatile bool failed;

void bus_error(void) { failed = true; }

// Functions of their own: a bus error traps before the next basic block, their return.
static __attribute__((noipa)) uint32_t load(uint32_t address) {
  return *(const volatile uint32_t*)address;
}

static __attribute__((noipa)) void store(uint32_t address, uint32_t value) {
  *(volatile uint32_t*)address = value;
}

bool bus_read32(uint32_t address, uint32_t* value) {
  failed = false;
  *value = load(address);
  return !failed;
}

bool bus_write32(uint32_t address, uint32_t value) {
  failed = false;
  store(address, value);
  return !failed;
}

void finish(int code) {
  const uint32_t command = code == 0 ? DCN_FINISHER_PASS : DCN_FINISHER_FAIL | (uint32_t)code << 16;
  for (;;) bus_write32(DCN_MAP_FINISHER, command);
}
