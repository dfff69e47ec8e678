// SPDX-License-Identifier: Apache-2.0
// The driver's way to the accelerators of this platform.
#pragma once

#include "platform/driver/driver.h"
#include "platform/riscv/boot_table.h"

/// `place` stays.
DcnPort accelerator_port(const DcnPlace* place);
