// SPDX-License-Identifier: Apache-2.0
// The driver's way to the accelerators of this platform.
#pragma once

#include "platform/driver/driver.h"

DcnPort accelerator_port(uint32_t accelerator);
