// SPDX-License-Identifier: Apache-2.0
// Does to the accelerator and the bus what firmware should not, and prints what came of it. After
// each fault the next job has to be right.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "platform/driver/dcn_registers.h"
#include "platform/riscv/boot_table.h"
#include "platform/riscv/firmware/accelerator_port.h"
#include "platform/riscv/firmware/bus.h"
#include "platform/riscv/firmware/interrupts.h"

#define HOLE 0x70000000u
#define DESCRIPTOR_BYTES 256u
#define WEIGHT_ADDRESS 96u /* in a descriptor */
#define TICKS_PER_MS (DCN_TIMER_HZ / 1000u)

static DcnPort port;
static const DcnBootTable* table;
static const DcnTask* task;

static void* memory(uint32_t address) { return (void*)(uintptr_t)address; }

static uint32_t reg(uint32_t offset) {
  uint32_t value = 0;
  port.read32(port.context, offset, &value);
  return value;
}

static void show(const char* what, DcnResult result) {
  printf("%s: status %d, error %" PRIu32 " at layer %" PRIu32 "\n", what, (int)result.status,
         result.error_code, result.error_layer);
}

static DcnResult run(void) {
  memset(memory(table->jobs[0].sets[0].output), 0xAA, task->output_bytes);
  return dcn_run(&port, table->jobs[0].sets[0].descriptors, task->descriptor_count);
}

/// A job as it should be: its output is that of the first one.
static void run_well(void) {
  static uint8_t first[64];
  static bool known = false;
  const DcnResult result = run();
  const uint8_t* output = memory(table->jobs[0].sets[0].output);
  if (!known) memcpy(first, output, task->output_bytes);
  known = true;
  printf("  next job: %s\n",
         result.status == DCN_OK && memcmp(first, output, task->output_bytes) == 0 ? "right"
                                                                                   : "wrong");
}

static void bus_faults(void) {
  uint32_t value = 0;
  printf("read of a hole: %s\n", bus_read32(HOLE, &value) ? "taken" : "bus error");
  printf("write to a hole: %s\n", bus_write32(HOLE, 0) ? "taken" : "bus error");
  printf("write to ID: %s\n",
         bus_write32(DCN_MAP_ACCELERATOR(0) + DCN_REG_ID, 0) ? "taken" : "bus error");
  printf("read of CONTROL: %s\n",
         bus_read32(DCN_MAP_ACCELERATOR(0) + DCN_REG_CONTROL, &value) ? "taken" : "bus error");
  run_well();
}

static void descriptor_faults(void) {
  uint8_t* second = (uint8_t*)memory(table->jobs[0].sets[0].descriptors) + DESCRIPTOR_BYTES;
  second[0] ^= 1;
  show("corrupt descriptor", run());
  second[0] ^= 1;
  run_well();

  uint32_t address = 0;
  const uint32_t outside = HOLE;
  memcpy(&address, second + WEIGHT_ADDRESS, sizeof address);
  memcpy(second + WEIGHT_ADDRESS, &outside, sizeof outside);
  show("weights outside memory", run());
  memcpy(second + WEIGHT_ADDRESS, &address, sizeof address);
  run_well();

  show("list outside memory", dcn_run(&port, HOLE, task->descriptor_count));
  run_well();
}

static void reset_in_mid_job(void) {
  dcn_start(&port, table->jobs[0].sets[0].descriptors, task->descriptor_count);
  timer_wait_until(timer_now() + TICKS_PER_MS / 2);
  printf("half a millisecond into a job: status register %" PRIu32 "\n", reg(DCN_REG_STATUS));
  port.write32(port.context, DCN_REG_CONTROL, DCN_CONTROL_RESET);
  printf("after a reset: status register %" PRIu32 ", cycles %" PRIu32 "\n", reg(DCN_REG_STATUS),
         reg(DCN_REG_CYCLES));
  timer_wait_until(timer_now() + 20 * TICKS_PER_MS);
  show("long after", dcn_finish(&port));
  dcn_initialise(&port);
  run_well();
}

static void access_while_busy(void) {
  dcn_start(&port, table->jobs[0].sets[0].descriptors, task->descriptor_count);
  dcn_start(&port, HOLE, 1);
  DcnResult result = {DCN_RUNNING, 0, 0};
  while (result.status == DCN_RUNNING) {
    port.wait_for_interrupt(port.context);
    result = dcn_finish(&port);
  }
  show("started twice", result);
  run_well();
}

static void late_acknowledge(void) {
  dcn_start(&port, table->jobs[0].sets[0].descriptors, task->descriptor_count);
  port.wait_for_interrupt(port.context);
  timer_wait_until(timer_now() + 10 * TICKS_PER_MS);
  printf("acknowledged late: interrupt status %" PRIu32 "\n", reg(DCN_REG_IRQ_STATUS));
  show("  then", dcn_finish(&port));
  run_well();
}

/// A list of no descriptors fails when its turn has come: the job before it does not.
static void fault_in_the_queue(void) {
  dcn_initialise(&port);
  dcn_queue(&port, table->jobs[0].sets[0].descriptors, task->descriptor_count);
  dcn_queue(&port, table->jobs[0].sets[0].descriptors, 0);
  show("queued, the first", dcn_wait(&port, 1));
  show("queued, the second", dcn_wait(&port, 2));
  run_well();
}

int firmware_main(const DcnBootTable* boot_table) {
  table = boot_table;
  task = &table->tasks[0];
  port = accelerator_port(0);
  memcpy(memory(table->jobs[0].sets[0].input), memory(task->images), task->input_bytes);
  if (dcn_initialise(&port) != DCN_OK) return 2;
  interrupts_enable(1u << DCN_PLIC_ACCELERATOR(0));
  run_well();
  bus_faults();
  descriptor_faults();
  reset_in_mid_job();
  access_while_busy();
  late_acknowledge();
  fault_in_the_queue();
  return 0;
}
