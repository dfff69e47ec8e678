// SPDX-License-Identifier: Apache-2.0
// Top-1 accuracy by the reference executors, images shared out over processes.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "workloads/fixed_point.h"
#include "workloads/images/dataset.h"
#include "workloads/network.h"

namespace dcnsim {

/// Called with the number of images (or other items) done so far.
using OnProgress = std::function<void(std::size_t done)>;

/// Makes a listener for a piece of work: what it is, and how many items it has.
using ProgressFactory = std::function<OnProgress(const std::string& what, std::size_t total)>;

/// Why a network with this output has no accuracy on these images, in words: no labels, an output
/// that is not one value a class. "" if it has one. Throws std::invalid_argument for a label beyond
/// the classes.
std::string why_no_accuracy(const Shape& output, const Dataset& images);
/// Throws std::invalid_argument with that reason, unless there are no images.
void require_accuracy(const Shape& output, const Dataset& images);

/// Images whose largest output is their label's. Throws std::invalid_argument if there is no
/// accuracy, and for images of another shape than the network's input.
std::size_t count_correct(const FloatNetwork& network, const Dataset& images, std::size_t jobs,
                          const OnProgress& progress = {});
/// The same in fixed point.
std::size_t count_correct(const FixedNetwork& network, const Dataset& images, std::size_t jobs,
                          const OnProgress& progress = {}, const Accumulator& accumulator = {});
/// Which images it has right: '1' for each that it has, else '0', in their order.
std::string right_images(const FixedNetwork& network, const Dataset& images, std::size_t jobs,
                         const OnProgress& progress = {}, const Accumulator& accumulator = {});
/// The number in `formats`: in fixed point, bit for bit, if nothing is left in float, else in float
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
