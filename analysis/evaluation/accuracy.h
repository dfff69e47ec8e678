// SPDX-License-Identifier: Apache-2.0
// Top-1 accuracy by the reference executors, images shared out over processes.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "workloads/cifar10/dataset.h"
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
/// The same in float arithmetic with every layer's output held in a format, one a layer.
std::size_t count_correct(const FloatNetwork& network, const std::vector<Format>& outputs,
                          const Dataset& images, std::size_t jobs, const OnProgress& progress = {});

/// The same two in this process.
std::size_t count_correct(const FloatNetwork& network, const Dataset& images);
std::size_t count_correct(const FixedNetwork& network, const Dataset& images,
                          const Accumulator& accumulator);

}  // namespace dcnsim
