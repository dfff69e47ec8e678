# SPDX-License-Identifier: Apache-2.0
# What classify_job.c runs: job.bin for its base, where -Wl,--section-start=.job=BASE puts it, and
# images.bin.
  .section .job, "awR"  # R: nothing refers to it, and the linker would leave it out
  .incbin "job.bin"

  .section .rodata
  .globl images, images_end
images:
  .incbin "images.bin"
images_end:
