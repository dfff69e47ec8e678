// SPDX-License-Identifier: Apache-2.0
// Classifies the images of the boot table, each on the first accelerator that is free.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "platform/driver/dcn_registers.h"
#include "platform/riscv/boot_table.h"
#include "platform/riscv/firmware/accelerator_port.h"
#include "platform/riscv/firmware/bus.h"
#include "platform/riscv/firmware/interrupts.h"

typedef struct Worker {
  DcnPort port;
  uint32_t image;  ///< being classified
  uint32_t images;
  uint64_t cycles, waited_cycles;
} Worker;

static void* memory(uint32_t address) { return (void*)(uintptr_t)address; }

static int32_t code(const uint8_t* packed, uint32_t index, const DcnBootTable* table) {
  uint32_t value = 0;
  for (uint32_t i = 0; i < table->code_bits; ++i) {
    const uint32_t bit = index * table->code_bits + i;
    value |= (packed[bit / 8] >> bit % 8 & 1u) << i;
  }
  const uint32_t sign = 1u << (table->code_bits - 1);
  return table->code_signed != 0 ? (int32_t)(value ^ sign) - (int32_t)sign : (int32_t)value;
}

/// The first of the largest codes.
static uint32_t argmax(const uint8_t* packed, const DcnBootTable* table) {
  uint32_t best = 0;
  for (uint32_t i = 1; i < table->classes; ++i) {
    if (code(packed, i, table) > code(packed, best, table)) best = i;
  }
  return best;
}

static bool begin(const DcnBootTable* table, uint32_t k, Worker* worker, uint32_t image) {
  const DcnJobMemory* job = &table->jobs[k];
  worker->image = image;
  memcpy(memory(job->input), memory(table->images + image * table->input_bytes),
         table->input_bytes);
  return dcn_start(&worker->port, job->descriptors, table->descriptor_count) == DCN_OK;
}

/// Cycles in which the array waited for memory in the last job.
static uint64_t waited_cycles(const DcnPort* port) {
  static const uint32_t counters[] = {DCN_REG_STALL_DESCRIPTOR, DCN_REG_STALL_WEIGHT,
                                      DCN_REG_STALL_INPUT, DCN_REG_STALL_OUTPUT,
                                      DCN_REG_STALL_CONFLICT};
  uint64_t sum = 0;
  for (uint32_t i = 0; i < sizeof counters / sizeof *counters; ++i) {
    uint64_t cycles = 0;
    dcn_counter(port, counters[i], &cycles);
    sum += cycles;
  }
  return sum;
}

/// Takes the interrupt of worker `k`; false if there is none yet.
static bool end(const DcnBootTable* table, uint32_t k, Worker* worker) {
  const DcnResult job = dcn_finish(&worker->port);
  interrupts_complete(1u << DCN_PLIC_ACCELERATOR(k));
  if (job.status == DCN_RUNNING) return false;
  DcnImageResult* result = (DcnImageResult*)memory(table->results) + worker->image;
  uint8_t* output = (uint8_t*)memory(table->outputs) + worker->image * table->output_bytes;
  result->status = job.status;
  result->error_code = job.error_code;
  result->error_layer = job.error_layer;
  result->accelerator = k;
  if (job.status != DCN_OK) {
    printf("image %" PRIu32 ": failed, error %" PRIu32 " at layer %" PRIu32 "\n", worker->image,
           job.error_code, job.error_layer);
    return true;
  }
  memcpy(output, memory(table->jobs[k].output), table->output_bytes);
  result->predicted = argmax(output, table);
  dcn_counter(&worker->port, DCN_REG_CYCLES, &result->cycles);
  result->waited_cycles = (uint32_t)waited_cycles(&worker->port);
  worker->cycles += result->cycles;
  worker->waited_cycles += result->waited_cycles;
  ++worker->images;
  printf("image %" PRIu32 ": class %" PRIu32 ", %" PRIu64 " cycles", worker->image,
         result->predicted, result->cycles);
  if (table->accelerators > 1) printf(" on accelerator %" PRIu32, k);
  printf("\n");
  return true;
}

static int report(const DcnBootTable* table, const Worker* workers) {
  const DcnImageResult* results = (const DcnImageResult*)memory(table->results);
  const uint8_t* labels = (const uint8_t*)memory(table->labels);
  uint32_t right = 0, failed = 0;
  for (uint32_t i = 0; i < table->image_count; ++i) {
    failed += results[i].status != DCN_OK;
    right += results[i].status == DCN_OK && results[i].predicted == labels[i];
  }
  for (uint32_t k = 0; k < table->accelerators; ++k) {
    printf("accelerator %" PRIu32 ": %" PRIu32 " images, %" PRIu64 " cycles, %" PRIu64
           " of them waiting for memory\n",
           k, workers[k].images, workers[k].cycles, workers[k].waited_cycles);
  }
  printf("%" PRIu32 " of %" PRIu32 " images right\n", right, table->image_count);
  return failed == 0 ? 0 : 1;
}

int firmware_main(const DcnBootTable* table) {
  static Worker workers[DCN_ACCELERATORS_MAX];
  if (table == NULL || table->magic != DCN_BOOT_MAGIC) {
    printf("no boot table at address %p\n", (const void*)table);
    return 2;
  }
  uint32_t sources = 0;
  for (uint32_t k = 0; k < table->accelerators; ++k) {
    workers[k].port = accelerator_port(k);
    const DcnStatus status = dcn_initialise(&workers[k].port);
    if (status != DCN_OK) {
      printf("accelerator %" PRIu32 ": not usable, status %d\n", k, (int)status);
      return 2;
    }
    sources |= 1u << DCN_PLIC_ACCELERATOR(k);
  }
  interrupts_enable(sources);

  uint32_t next = 0, running = 0;
  for (uint32_t k = 0; k < table->accelerators && next < table->image_count; ++k) {
    running += begin(table, k, &workers[k], next++);
  }
  while (running > 0) {
    const uint32_t arrived = interrupts_wait(sources);
    for (uint32_t k = 0; k < table->accelerators; ++k) {
      if ((arrived >> DCN_PLIC_ACCELERATOR(k) & 1u) == 0) continue;
      if (!end(table, k, &workers[k])) continue;
      --running;
      if (next < table->image_count) running += begin(table, k, &workers[k], next++);
    }
  }
  return report(table, workers);
}
