// SPDX-License-Identifier: Apache-2.0
// Classifies the images of the boot table, each on the first accelerator of its task that is free.
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
  const DcnJobMemory* job;
  const DcnTask* task;
  uint32_t image;  ///< being classified
  uint32_t images;
  uint64_t cycles, waited_cycles;
} Worker;

static Worker workers[DCN_ACCELERATORS_MAX];
static uint32_t next_image[DCN_ACCELERATORS_MAX];  ///< by task

static void* memory(uint32_t address) { return (void*)(uintptr_t)address; }

static int32_t code(const uint8_t* packed, uint32_t index, const DcnTask* task) {
  uint32_t value = 0;
  for (uint32_t i = 0; i < task->code_bits; ++i) {
    const uint32_t bit = index * task->code_bits + i;
    value |= (packed[bit / 8] >> bit % 8 & 1u) << i;
  }
  const uint32_t sign = 1u << (task->code_bits - 1);
  return task->code_signed != 0 ? (int32_t)(value ^ sign) - (int32_t)sign : (int32_t)value;
}

/// The first of the largest codes.
static uint32_t argmax(const uint8_t* packed, const DcnTask* task) {
  uint32_t best = 0;
  for (uint32_t i = 1; i < task->classes; ++i) {
    if (code(packed, i, task) > code(packed, best, task)) best = i;
  }
  return best;
}

/// Gives the worker the next image of its task; false if there is none left.
static bool begin(Worker* worker) {
  const DcnTask* task = worker->task;
  const DcnJobMemory* job = worker->job;
  if (next_image[job->task] == task->image_count) return false;
  worker->image = next_image[job->task]++;
  memcpy(memory(job->input), memory(task->images + worker->image * task->input_bytes),
         task->input_bytes);
  return dcn_start(&worker->port, job->descriptors, task->descriptor_count) == DCN_OK;
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

static void print_task(const DcnBootTable* table, uint32_t task) {
  if (table->task_count > 1) printf("network %" PRIu32 ", ", task);
}

/// Takes the interrupt of worker `k`; false if there is none yet.
static bool end(const DcnBootTable* table, uint32_t k) {
  Worker* worker = &workers[k];
  const DcnTask* task = worker->task;
  const DcnResult job = dcn_finish(&worker->port);
  interrupts_complete(1u << worker->job->place.interrupt);
  if (job.status == DCN_RUNNING) return false;
  DcnImageResult* result = (DcnImageResult*)memory(task->results) + worker->image;
  uint8_t* output = (uint8_t*)memory(task->outputs) + worker->image * task->output_bytes;
  result->status = job.status;
  result->error_code = job.error_code;
  result->error_layer = job.error_layer;
  result->accelerator = k;
  print_task(table, worker->job->task);
  if (job.status != DCN_OK) {
    printf("image %" PRIu32 ": failed, error %" PRIu32 " at layer %" PRIu32 "\n", worker->image,
           job.error_code, job.error_layer);
    return true;
  }
  memcpy(output, memory(worker->job->output), task->output_bytes);
  result->predicted = argmax(output, task);
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

/// How many failed.
static uint32_t report_task(const DcnBootTable* table, uint32_t index) {
  const DcnTask* task = &table->tasks[index];
  const DcnImageResult* results = (const DcnImageResult*)memory(task->results);
  const uint32_t* labels = (const uint32_t*)memory(task->labels);
  uint32_t right = 0, failed = 0;
  for (uint32_t i = 0; i < task->image_count; ++i) {
    failed += results[i].status != DCN_OK;
    right += results[i].status == DCN_OK && labels != NULL && results[i].predicted == labels[i];
  }
  print_task(table, index);
  if (labels != NULL) {
    printf("%" PRIu32 " of %" PRIu32 " images right\n", right, task->image_count);
  } else {
    printf("%" PRIu32 " images without labels\n", task->image_count);
  }
  return failed;
}

static int report(const DcnBootTable* table) {
  uint32_t failed = 0;
  for (uint32_t k = 0; k < table->accelerators; ++k) {
    printf("accelerator %" PRIu32 ": %" PRIu32 " images, %" PRIu64 " cycles, %" PRIu64
           " of them waiting for memory\n",
           k, workers[k].images, workers[k].cycles, workers[k].waited_cycles);
  }
  for (uint32_t i = 0; i < table->task_count; ++i) failed += report_task(table, i);
  return failed == 0 ? 0 : 1;
}

int firmware_main(const DcnBootTable* table) {
  if (table == NULL || table->magic != DCN_BOOT_MAGIC) {
    printf("no boot table at address %p\n", (const void*)table);
    return 2;
  }
  uint32_t sources = 0;
  for (uint32_t k = 0; k < table->accelerators; ++k) {
    Worker* worker = &workers[k];
    worker->job = &table->jobs[k];
    worker->task = &table->tasks[worker->job->task];
    worker->port = accelerator_port_at(&worker->job->place);
    const DcnStatus status = dcn_initialise(&worker->port);
    if (status != DCN_OK) {
      printf("accelerator %" PRIu32 ": not usable, status %d\n", k, (int)status);
      return 2;
    }
    sources |= 1u << worker->job->place.interrupt;
  }
  interrupts_enable(sources);

  uint32_t running = 0;
  for (uint32_t k = 0; k < table->accelerators; ++k) running += begin(&workers[k]);
  while (running > 0) {
    const uint32_t arrived = interrupts_wait(sources);
    for (uint32_t k = 0; k < table->accelerators; ++k) {
      if ((arrived >> workers[k].job->place.interrupt & 1u) == 0) continue;
      if (!end(table, k)) continue;
      --running;
      running += begin(&workers[k]);
    }
  }
  return report(table);
}
