// SPDX-License-Identifier: Apache-2.0
#define _POSIX_C_SOURCE 200809L
#define _FILE_OFFSET_BITS 64

#include "platform/driver/linux/uio.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "platform/driver/dcn_registers.h"

/// What was written to memory before START is there, what is read after the interrupt is new.
static void fence(void) { __atomic_thread_fence(__ATOMIC_SEQ_CST); }

static bool read32(void* context, uint32_t offset, uint32_t* value) {
  const DcnUio* device = context;
  *value = device->registers[offset / 4];
  fence();
  return true;
}

static bool write32(void* context, uint32_t offset, uint32_t value) {
  const DcnUio* device = context;
  fence();
  device->registers[offset / 4] = value;
  return true;
}

static void wait_for_interrupt(void* context) {
  const DcnUio* device = context;
  // The kernel masks the level when it arrives; it is let through again here.
  const uint32_t unmask = 1;
  uint32_t count = 0;
  if (write(device->file, &unmask, sizeof unmask) == (ssize_t)sizeof unmask &&
      read(device->file, &count, sizeof count) == (ssize_t)sizeof count) {
    return;
  }
  const struct timespec millisecond = {0, 1000000};
  nanosleep(&millisecond, NULL);
}

/// Opens the file and maps part of it; null, errno and no open file if that fails.
static void* map(const char* path, uint64_t offset, size_t bytes, int* file) {
  *file = open(path, O_RDWR | O_SYNC | O_CLOEXEC);
  if (*file < 0) return NULL;
  void* memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, *file, (off_t)offset);
  if (memory != MAP_FAILED) return memory;
  const int error = errno;
  close(*file);
  errno = error;
  return NULL;
}

bool dcn_uio_open(DcnUio* device, const char* path, uint64_t offset) {
  device->registers = map(path, offset, DCN_WINDOW_BYTES, &device->file);
  return device->registers != NULL;
}

void dcn_uio_close(DcnUio* device) {
  munmap((void*)(uintptr_t)device->registers, DCN_WINDOW_BYTES);
  close(device->file);
}

DcnPort dcn_uio_port(DcnUio* device) {
  const DcnPort port = {read32, write32, wait_for_interrupt, device};
  return port;
}

uint8_t* dcn_uio_memory(const char* path, uint64_t offset, size_t bytes) {
  int file = -1;
  uint8_t* memory = map(path, offset, bytes, &file);
  if (memory != NULL) close(file);  // the mapping stays
  return memory;
}
