// SPDX-License-Identifier: Apache-2.0
// The C library's standard output on the UART.
#include <stdio.h>

#include "platform/riscv/firmware/bus.h"
#include "platform/riscv/memory_map.h"

static int put(char character, FILE* file) {
  (void)file;
  bus_write32(DCN_MAP_UART + DCN_UART_TXDATA, (unsigned char)character);
  return (unsigned char)character;
}

static FILE uart = FDEV_SETUP_STREAM(put, NULL, NULL, _FDEV_SETUP_WRITE);
FILE* const stdout = &uart;
