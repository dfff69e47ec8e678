// SPDX-License-Identifier: Apache-2.0
// Top-1 accuracy by the reference executors, images shared out over processes.
#pragma once

#include <cstddef>
#include <functional>

#include "workloads/cifar10/dataset.h"
#include "workloads/fixed_point.h"
#include "workloads/network.h"

namespace dcnsim {

/// Called with the number of images (or other items) done so far.
using OnProgress = std::function<void(std::size_t done)>;

/// Images whose largest output is their label's. Throws std::invalid_argument if the network's
/// input is not a CIFAR-10 image.
std::size_t count_correct(const FloatNetwork& network, const Dataset& images, std::size_t jobs,
                          const OnProgress& progress = {});
/// The same in fixed point.
std::size_t count_correct(const FixedNetwork& network, const Dataset& images, std::size_t jobs,
                          const OnProgress& progress = {}, const Accumulator& accumulator = {});
/// The same in `formats`: in fixed point, bit for bit, if nothing is left in float, else in float
/// arithmetic on values held in their formats.
std::size_t count_correct(const FloatNetwork& network, const NetworkFormats& formats,
                          LeftInFloat in_float, const Dataset& images, std::size_t jobs,
                          const OnProgress& progress = {}, const Accumulator& accumulator = {});

/// `network` with its weights, unless they are left in float, as their formats hold them.
FloatNetwork held_weights(const FloatNetwork& network, const NetworkFormats& formats,
                          LeftInFloat in_float);

/// The same two in this process.
std::size_t count_correct(const FloatNetwork& network, const Dataset& images);
std::size_t count_correct(const FixedNetwork& network, const Dataset& images,
                          const Accumulator& accumulator);

}  // namespace dcnsim
