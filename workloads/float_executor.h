// SPDX-License-Identifier: Apache-2.0
// Runs a float network on one image. Sums are taken in a fixed order without fused multiply-add, so
// that results, and every format chosen from them, are equal on every machine.
#pragma once

#include <memory>
#include <vector>

#include "workloads/network.h"

namespace dcnsim {

class FloatExecutor {
 public:
  explicit FloatExecutor(const FloatNetwork& network);
  ~FloatExecutor();

  /// Outputs of every layer (HWC), valid until the next call. `image` holds values 0..255.
  const std::vector<std::vector<float>>& run(const CodeTensor& image);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dcnsim
