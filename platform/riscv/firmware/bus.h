// SPDX-License-Identifier: Apache-2.0
// Accesses to devices that report a bus error instead of trapping, and the end of the simulation.
#pragma once

#include <stdbool.h>
#include <stdint.h>

bool bus_read32(uint32_t address, uint32_t* value);
bool bus_write32(uint32_t address, uint32_t value);

/// Of the access that trapped; called by the trap handler.
void bus_error(void);

/// Ends the simulation; 0 is success.
void finish(int code);
