// SPDX-License-Identifier: Apache-2.0
// Shares images out over worker processes. Each image is an independent inference, so results do
// not depend on the number of processes. Workers are forked before any simulation exists: SystemC
// elaborates once in a process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace dcnsim {

/// What a worker found out about one image.
struct ImageResult {
  std::int32_t predicted = -1;
  std::uint64_t overflows = 0;
  std::uint64_t signature = 0;  ///< equal for images whose runs the caller holds for equal
  std::string extra;            ///< anything else, for the caller
};

/// Runs in a worker: executes image `index`.
using ImageWorker = std::function<ImageResult(std::size_t index)>;

struct ImagePool {
  std::size_t images = 0;
  std::size_t jobs = 1;
  std::function<ImageWorker()> prepare;  ///< called once in every worker
  /// Called in the parent, in order of completion.
  std::function<void(std::size_t index, const ImageResult&)> on_result;
};

/// Results by image. A worker's exception becomes a std::runtime_error here with its text; a worker
/// that dies is an error too. Workers die with the parent.
std::vector<ImageResult> run(const ImagePool& pool);

}  // namespace dcnsim
