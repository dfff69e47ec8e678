// SPDX-License-Identifier: Apache-2.0
// Classifies the images of the boot table, each on the first accelerator of its task that has room:
// with two sets of maps the next job is queued while one runs, and its image copied before.
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
  uint32_t under_way[DCN_SETS_MAX];  ///< images, by set
  uint32_t begun, ended;             ///< jobs, which take the sets in turn
  uint32_t succeeded;                ///< of these, as the accelerator counts
  uint64_t total, waited;            ///< cycles since it was started when one last ended
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

static uint32_t set_of(const Worker* worker, uint32_t job) { return job % worker->job->set_count; }

/// Job `ended` is the only one then: it starts, also after one that has failed.
static DcnStatus submit(const Worker* worker, uint32_t job) {
  const uint32_t list = worker->job->sets[set_of(worker, job)].descriptors;
  const uint32_t count = worker->task->descriptor_count;
  return job == worker->ended ? dcn_start(&worker->port, list, count)
                              : dcn_queue(&worker->port, list, count);
}

/// Gives the worker the next image of its task; false if it has no room or there is none left.
static bool begin(Worker* worker) {
  const DcnTask* task = worker->task;
  const uint32_t set = set_of(worker, worker->begun);
  uint32_t* next = &next_image[worker->job->task];
  if (worker->begun - worker->ended == worker->job->set_count || *next == task->image_count) {
    return false;
  }
  memcpy(memory(worker->job->sets[set].input), memory(task->images + *next * task->input_bytes),
         task->input_bytes);
  if (worker->begun == worker->ended) worker->total = worker->waited = 0;
  if (submit(worker, worker->begun) != DCN_OK) return false;
  worker->under_way[set] = (*next)++;
  ++worker->begun;
  return true;
}

/// Cycles in which the array waited for memory since the accelerator was started.
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

/// What `counter` has gained since it was `before`; if the accelerator was started anew, all of it.
static uint64_t gained(uint64_t counter, uint64_t* before) {
  const uint64_t gain = counter < *before ? counter : counter - *before;
  *before = counter;
  return gain;
}

/// The oldest job of worker `k` has ended.
static void end(const DcnBootTable* table, uint32_t k, DcnResult job) {
  Worker* worker = &workers[k];
  const DcnTask* task = worker->task;
  const uint32_t set = set_of(worker, worker->ended++);
  const uint32_t image = worker->under_way[set];
  DcnImageResult* result = (DcnImageResult*)memory(task->results) + image;
  uint8_t* output = (uint8_t*)memory(task->outputs) + image * task->output_bytes;
  uint64_t cycles = 0;
  result->status = job.status;
  result->error_code = job.error_code;
  result->error_layer = job.error_layer;
  result->accelerator = k;
  print_task(table, worker->job->task);
  if (job.status != DCN_OK) {
    printf("image %" PRIu32 ": failed, error %" PRIu32 " at layer %" PRIu32 "\n", image,
           job.error_code, job.error_layer);
    return;
  }
  memcpy(output, memory(worker->job->sets[set].output), task->output_bytes);
  result->predicted = argmax(output, task);
  dcn_counter(&worker->port, DCN_REG_CYCLES, &cycles);
  result->cycles = gained(cycles, &worker->total);
  result->waited_cycles = (uint32_t)gained(waited_cycles(&worker->port), &worker->waited);
  worker->cycles += result->cycles;
  worker->waited_cycles += result->waited_cycles;
  ++worker->images;
  printf("image %" PRIu32 ": class %" PRIu32 ", %" PRIu64 " cycles", image, result->predicted,
         result->cycles);
  if (table->accelerators > 1) printf(" on accelerator %" PRIu32, k);
  printf("\n");
}

/// Takes the interrupt of worker `k`, which may stand for several jobs.
static void serve(const DcnBootTable* table, uint32_t k) {
  Worker* worker = &workers[k];
  const DcnResult result = dcn_finish(&worker->port);
  interrupts_complete(1u << worker->job->place.interrupt);
  if (result.status == DCN_RUNNING) return;
  const DcnResult right = {DCN_OK, 0, 0};
  uint32_t succeeded = worker->succeeded;
  dcn_jobs(&worker->port, &succeeded);
  for (; worker->succeeded != succeeded; ++worker->succeeded) end(table, k, right);
  if (result.status == DCN_OK) return;
  end(table, k, result);
  worker->total = worker->waited = 0;
  // It has taken those behind it along.
  for (uint32_t job = worker->ended; job != worker->begun; ++job) submit(worker, job);
}

/// Jobs that the worker has under way then.
static uint32_t fill(Worker* worker) {
  while (begin(worker)) continue;
  return worker->begun - worker->ended;
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

  for (;;) {
    uint32_t under_way = 0;
    for (uint32_t k = 0; k < table->accelerators; ++k) under_way += fill(&workers[k]);
    if (under_way == 0) break;
    const uint32_t arrived = interrupts_wait(sources);
    for (uint32_t k = 0; k < table->accelerators; ++k) {
      if ((arrived >> workers[k].job->place.interrupt & 1u) != 0) serve(table, k);
    }
  }
  return report(table);
}
