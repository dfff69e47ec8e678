// SPDX-License-Identifier: Apache-2.0
#include "platform/riscv/firmware/accelerator_port.h"

#include "platform/riscv/firmware/bus.h"
#include "platform/riscv/firmware/interrupts.h"

static const DcnPlace* of(void* context) { return (const DcnPlace*)context; }

static bool read32(void* context, uint32_t offset, uint32_t* value) {
  return bus_read32(of(context)->registers + offset, value);
}

static bool write32(void* context, uint32_t offset, uint32_t value) {
  return bus_write32(of(context)->registers + offset, value);
}

// The driver has acknowledged the interrupt before: it is completed here.
static void wait_for_accelerator(void* context) {
  const uint32_t source = 1u << of(context)->interrupt;
  interrupts_complete(source);
  interrupts_wait(source);
}

DcnPort accelerator_port_at(const DcnPlace* place) {
  const DcnPort port = {read32, write32, wait_for_accelerator, (void*)(uintptr_t)place};
  return port;
}

#define USUAL(i) \
  { DCN_MAP_ACCELERATOR(i), DCN_PLIC_ACCELERATOR(i) }

DcnPort accelerator_port(uint32_t accelerator) {
  static const DcnPlace places[DCN_ACCELERATORS_MAX] = {USUAL(0), USUAL(1), USUAL(2), USUAL(3),
                                                        USUAL(4), USUAL(5), USUAL(6), USUAL(7)};
  return accelerator_port_at(&places[accelerator]);
}
