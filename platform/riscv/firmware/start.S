# SPDX-License-Identifier: Apache-2.0
# From reset to firmware_main(a1), and from its result to the end of the simulation.
  .section .text.start
  .globl _start
_start:
  .option push
  .option norelax
  la gp, __global_pointer$
  .option pop
  la sp, __stack
  la tp, __tls_start
  la t0, __bss_start
  la t1, __bss_end
  j 2f
1:
  sw zero, 0(t0)
  addi t0, t0, 4
2:
  bltu t0, t1, 1b
  la t0, trap_handler
  csrw mtvec, t0
  mv a0, a1
  call firmware_main
  call finish
