// SPDX-License-Identifier: Apache-2.0
// The driver's way to an accelerator from a process of Linux: registers and interrupt of a UIO
// device (uio_pdrv_genirq, or /dev/mem without an interrupt), memory of whatever can be mapped. The
// driver itself (driver.h, dcn_job.h) is the one that firmware has. C99 and POSIX.
//
//     DcnUio device;
//     if (!dcn_uio_open(&device, "/dev/uio0", 0)) ...        // errno says why
//     uint8_t* memory = dcn_uio_memory("/dev/udmabuf0", 0, job.bytes);
//     dcn_move(&job, memory, physical_address);              // job.bin was read to `memory`
//     const DcnPort port = dcn_uio_port(&device);
//     dcn_initialise(&port);
//     dcn_put_pixels(&job, memory + (job.input.address - job.base), pixels);
//     dcn_run(&port, job.descriptor_address, job.descriptor_count);
//
// The memory must be one that the accelerator reads past no cache of the processor: mapped
// uncached, as these do, or coherent.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/driver/driver.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct DcnUio {
  int file;
  volatile uint32_t* registers;
} DcnUio;

/// Maps the register window that begins at `offset` of the file: 0 for the first mapping of a UIO
/// device, the window's physical address for /dev/mem. False, and errno, if that fails.
bool dcn_uio_open(DcnUio* device, const char* path, uint64_t offset);
void dcn_uio_close(DcnUio* device);

/// `device` stays. Waiting lets the interrupt through and reads it, as UIO has it; where the file
/// knows no interrupts, it sleeps for a millisecond, and the driver polls.
DcnPort dcn_uio_port(DcnUio* device);

/// Memory that processor and accelerator share, for reading and writing; null, and errno, if that
/// fails. `offset` is a multiple of the page size: for /dev/mem the physical address.
uint8_t* dcn_uio_memory(const char* path, uint64_t offset, size_t bytes);

#ifdef __cplusplus
}
#endif
