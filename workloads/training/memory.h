// SPDX-License-Identifier: Apache-2.0
// Whether training fits into memory, asked before it begins.
#pragma once

#include <cstdint>

#include "workloads/network.h"

namespace dcnsim {

/// What a step on `batch` images takes, about, in bytes: each layer's sums, what is left of them
/// after pool and activation, gradients of both; weights with gradient, momentum and step.
std::uint64_t step_memory_bytes(const FloatNetwork& network, std::int64_t batch);

/// Throws std::runtime_error, with both figures, if less is available.
void require_memory(const FloatNetwork& network, std::int64_t batch);

}  // namespace dcnsim
