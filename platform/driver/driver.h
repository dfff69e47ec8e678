// SPDX-License-Identifier: Apache-2.0
// The accelerator's driver: programs it through its registers only. Freestanding C99 (no
// allocation, no I/O), so that the same source runs in a host thread of a simulation, on a
// processor of a virtual platform and on hardware.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// How the driver reaches one accelerator; every function gets `context`.
typedef struct DcnPort {
  /// False on a bus error. `offset` is relative to the accelerator's register window.
  bool (*read32)(void* context, uint32_t offset, uint32_t* value);
  bool (*write32)(void* context, uint32_t offset, uint32_t value);
  /// Sleeps until the interrupt line is up; may return too early, never too late.
  void (*wait_for_interrupt)(void* context);
  void* context;
} DcnPort;

typedef enum DcnStatus {
  DCN_OK,
  DCN_RUNNING,  ///< no interrupt yet, or no room in the queue
  DCN_NO_DEVICE,
  DCN_BUS_ERROR,  ///< of the registers
  DCN_JOB_FAILED
} DcnStatus;

typedef struct DcnResult {
  DcnStatus status;
  uint32_t error_code;   ///< DCN_ERROR_CODE_... after DCN_JOB_FAILED
  uint32_t error_layer;  ///< descriptor that failed
} DcnResult;

/// Checks ID and major version, resets the accelerator and enables both interrupts.
DcnStatus dcn_initialise(const DcnPort* port);

/// Starts a list of descriptors and returns.
DcnStatus dcn_start(const DcnPort* port, uint64_t descriptor_address, uint32_t descriptor_count);

/// Starts a list of descriptors behind the one that runs, if any, and returns. Nothing is done
/// while another one waits, DCN_RUNNING, and after a job that has failed, DCN_JOB_FAILED:
/// dcn_start() goes on from there. One that fails meanwhile takes the list along.
DcnStatus dcn_queue(const DcnPort* port, uint64_t descriptor_address, uint32_t descriptor_count);

/// Jobs that have succeeded since dcn_initialise(), modulo 2^32: of several that were queued, one
/// interrupt may stand for more than one.
DcnStatus dcn_jobs(const DcnPort* port, uint32_t* count);

/// Sleeps until `jobs` have succeeded since dcn_initialise(), so that a caller who counts what it
/// has queued waits for a given one, or one has failed: what was queued behind that is forgotten,
/// and neither is counted.
DcnResult dcn_wait(const DcnPort* port, uint32_t jobs);

/// What has become of the job; acknowledges the interrupt if there is one.
DcnResult dcn_finish(const DcnPort* port);

/// Start, sleep, finish.
DcnResult dcn_run(const DcnPort* port, uint64_t descriptor_address, uint32_t descriptor_count);

/// A 64-bit counter (DCN_REG_CYCLES ...); `value` is 0 unless DCN_OK is returned.
DcnStatus dcn_counter(const DcnPort* port, uint32_t offset, uint64_t* value);

#ifdef __cplusplus
}
#endif
