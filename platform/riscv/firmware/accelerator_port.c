// SPDX-License-Identifier: Apache-2.0
#include "platform/riscv/firmware/accelerator_port.h"

#include "platform/riscv/firmware/bus.h"
#include "platform/riscv/firmware/interrupts.h"
#include "platform/riscv/memory_map.h"

static bool read32(void* context, uint32_t offset, uint32_t* value) {
  return bus_read32(DCN_MAP_ACCELERATOR((uint32_t)(uintptr_t)context) + offset, value);
}

static bool write32(void* context, uint32_t offset, uint32_t value) {
  return bus_write32(DCN_MAP_ACCELERATOR((uint32_t)(uintptr_t)context) + offset, value);
}

// The driver has acknowledged the interrupt before: it is completed here.
static void wait_for_accelerator(void* context) {
  const uint32_t source = 1u << DCN_PLIC_ACCELERATOR((uint32_t)(uintptr_t)context);
  interrupts_complete(source);
  interrupts_wait(source);
}

DcnPort accelerator_port(uint32_t accelerator) {
  const DcnPort port = {read32, write32, wait_for_accelerator, (void*)(uintptr_t)accelerator};
  return port;
}
