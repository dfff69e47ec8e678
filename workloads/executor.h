// SPDX-License-Identifier: Apache-2.0
// The reference: executes a fixed-point network on one image with models/numeric, layer by layer.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "models/numeric/tensor.h"
#include "workloads/network.h"

namespace dcnsim {

/// Codes of every layer's output for one image, in layer order.
struct Activations {
  std::vector<CodeTensor> layers;
  std::uint64_t overflows = 0;  ///< outputs whose accumulator lost the exact sum, all layers
};

/// Prepares the weights once; `run` may then be called for any number of images. Not thread-safe.
class Executor {
 public:
  /// Throws what validate(network) and with_multipliers_of(network) throw.
  Executor(const FixedNetwork& network, const Accumulator& accumulator);
  ~Executor();
  Executor(Executor&&) noexcept;

  /// `image` has the network's input shape and format. The result is valid until the next call.
  const Activations& run(const CodeTensor& image);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Index of the largest code; the first of equals.
int argmax(const CodeTensor& logits);

}  // namespace dcnsim
