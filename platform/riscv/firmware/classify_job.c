// SPDX-License-Identifier: Apache-2.0
// Firmware for one network that is linked in, as `dcnsim compile` wrote it, with images
// (job_data.S): needs no boot table.
#include <inttypes.h>
#include <stdio.h>

#include "job.h"
#include "platform/driver/dcn_job.h"
#include "platform/driver/driver.h"
#include "platform/riscv/firmware/accelerator_port.h"
#include "platform/riscv/firmware/interrupts.h"
#include "platform/riscv/memory_map.h"

#define IMAGE_BYTES (JOB_INPUT_HEIGHT * JOB_INPUT_WIDTH * JOB_INPUT_CHANNELS)

/// A label and the planes of pixels each.
extern const uint8_t images[], images_end[];

int firmware_main(void) {
  static const DcnJob job = JOB_INIT;
  uint8_t* const input = (uint8_t*)(uintptr_t)job.input.address;
  const uint8_t* const output = (const uint8_t*)(uintptr_t)job.output.address;
  const DcnPort port = accelerator_port(0);
  if (dcn_initialise(&port) != DCN_OK) return 1;
  interrupts_enable(1u << DCN_PLIC_ACCELERATOR(0));
  for (const uint8_t* image = images; image < images_end; image += 1 + IMAGE_BYTES) {
    dcn_put_pixels(&job, input, image + 1);
    const DcnResult result = dcn_run(&port, job.descriptor_address, job.descriptor_count);
    if (result.status != DCN_OK) return 1;
    printf("labelled %u: class %" PRIu32 "\n", image[0], dcn_largest(&job.output, output));
  }
  return 0;
}
