// SPDX-License-Identifier: Apache-2.0
// The driver's way to the accelerators of this platform.
#pragma once

#include "platform/driver/driver.h"
#include "platform/riscv/boot_table.h"

/// Of accelerator 0..DCN_ACCELERATORS_MAX - 1 at its usual place.
DcnPort accelerator_port(uint32_t accelerator);

/// `place` stays.
DcnPort accelerator_port_at(const DcnPlace* place);
