// SPDX-License-Identifier: Apache-2.0
// Where the RISC-V platform has what, for the platform and its firmware alike (C99 and C++).
// Devices that QEMU's "virt" machine has too lie where it has them.
#pragma once

#define DCN_MAP_FINISHER 0x00100000u /* writing ends the simulation */
#define DCN_MAP_FINISHER_BYTES 0x1000u
#define DCN_FINISHER_PASS 0x5555u
#define DCN_FINISHER_FAIL 0x3333u /* exit code in the upper half word */

#define DCN_MAP_TIMER 0x02000000u /* as SiFive's CLINT, one hart */
#define DCN_MAP_TIMER_BYTES 0x10000u
#define DCN_TIMER_MTIMECMP 0x4000u
#define DCN_TIMER_MTIME 0xBFF8u
#define DCN_TIMER_HZ 10000000u

#define DCN_MAP_PLIC 0x0C000000u /* as SiFive's PLIC, one context */
#define DCN_MAP_PLIC_BYTES 0x400000u
#define DCN_PLIC_PRIORITY 0x0u /* plus 4 times the source */
#define DCN_PLIC_PENDING 0x1000u
#define DCN_PLIC_ENABLE 0x2000u
#define DCN_PLIC_THRESHOLD 0x200000u
#define DCN_PLIC_CLAIM 0x200004u
#define DCN_PLIC_ACCELERATOR(i) (1u + (i)) /* interrupt source of accelerator i */

#define DCN_MAP_UART 0x10000000u /* as SiFive's UART, transmitter only */
#define DCN_MAP_UART_BYTES 0x1000u
#define DCN_UART_TXDATA 0x0u /* bit 31 reads 1 while full: never */

#define DCN_MAP_ACCELERATOR(i) (0x10100000u + 0x1000u * (i)) /* DCN_WINDOW_BYTES each */
#define DCN_ACCELERATORS_MAX 8u

#define DCN_MAP_RAM 0x20000000u /* the firmware's: code, data, stack */
#define DCN_MAP_RAM_BYTES 0x100000u

#define DCN_MAP_DRAM 0x80000000u /* shared by CPU and accelerators; size: dram.capacity_bytes */
#define DCN_MAP_DRAM_BYTES_MAX 0x80000000u
