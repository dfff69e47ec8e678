// SPDX-License-Identifier: Apache-2.0
// What the platform tells the firmware `classify`: where the accelerators are, and where in memory
// their program images, the images and the room for results. Register a1 has the table's address
// when the firmware starts. C99 and C++; all numbers little-endian, all addresses the CPU's.
#pragma once

#include <stdint.h>

#include "platform/riscv/memory_map.h"

#define DCN_BOOT_MAGIC 0x4254424Du

/// Where an accelerator is.
typedef struct DcnPlace {
  uint32_t registers;  ///< address of its window
  uint32_t interrupt;  ///< source at the interrupt controller, 1..31
} DcnPlace;

/// Jobs of an accelerator that may be under way at once: one runs, one waits behind it.
#define DCN_SETS_MAX 2

/// The maps of one job, and the list that works on them.
typedef struct DcnSet {
  uint32_t descriptors;  ///< address of the list
  uint32_t input;        ///< where the image has to be
  uint32_t output;       ///< where the last layer's codes will be
} DcnSet;

/// One accelerator with its own part of memory; those of one task share the weights.
typedef struct DcnJobMemory {
  DcnPlace place;
  uint32_t task;
  uint32_t set_count;  ///< 1..DCN_SETS_MAX: so many jobs under way
  DcnSet sets[DCN_SETS_MAX];
} DcnJobMemory;

/// A network with its images, which one accelerator or several work on.
typedef struct DcnTask {
  uint32_t descriptor_count;
  uint32_t image_count;
  uint32_t images;   ///< input_bytes each, packed as the input layer wants them
  uint32_t labels;   ///< four bytes each; 0: unknown
  uint32_t results;  ///< DcnImageResult each
  uint32_t outputs;  ///< output_bytes each, a copy of the last layer's packed codes
  uint32_t input_bytes;
  uint32_t output_bytes;
  uint32_t classes;      ///< codes of an output, one after the other
  uint32_t code_bits;    ///< 1..16
  uint32_t code_signed;  ///< 1: two's complement
} DcnTask;

typedef struct DcnBootTable {
  uint32_t magic;
  uint32_t accelerators;
  uint32_t task_count;
  DcnJobMemory jobs[DCN_ACCELERATORS_MAX];  ///< by accelerator
  DcnTask tasks[DCN_ACCELERATORS_MAX];
} DcnBootTable;

/// Filled in by the firmware.
typedef struct DcnImageResult {
  uint32_t status;  ///< DcnStatus
  uint32_t error_code;
  uint32_t error_layer;
  uint32_t accelerator;
  uint32_t predicted;
  uint32_t waited_cycles;  ///< of `cycles`, those in which the array waited for memory
  uint64_t cycles;         ///< of the job; where jobs are queued, since the one before it ended
} DcnImageResult;
