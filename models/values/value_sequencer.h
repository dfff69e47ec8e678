// SPDX-License-Identifier: Apache-2.0
// Descriptor lists executed for their values alone: the tiles that the accelerator moves and
// computes with, one after the other and whole, without bursts or time; all output channels of a
// pixel tile at once where nothing comes between them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "models/values/tile_values.h"

namespace dcnsim {

/// What a memory holds, from address 0 on.
struct MemoryBytes {
  std::uint8_t* data = nullptr;
  std::uint64_t size = 0;
};

class ValueSequencer {
 public:
  /// Told of a layer that is done, and of what it left on chip, one map an image, if it did.
  using LayerDone = std::function<void(std::size_t layer, const std::vector<CodeTensor>& kept)>;

  /// `config` is validated and stays.
  explicit ValueSequencer(const AcceleratorConfig& config)
      : config_(config), values_(config, TileValues::Weights::kStay) {}

  /// Executes the `count` descriptors at `address`; returns, by layer, what counters depend on data
  /// (overflows, zeros), the others being 0. Descriptors are kept for the next call with the same
  /// list, weights in `kept`: whoever calls knows that these bytes are as they were. Throws
  /// std::runtime_error for a descriptor that the accelerator would refuse, and for tiles beyond
  /// the memory.
  std::vector<LayerCounters> run(MemoryBytes memory, std::uint64_t address, std::uint32_t count,
                                 KeptWeights& kept, const LayerDone& done);

 private:
  struct Layer {
    Descriptor descriptor;
    std::vector<Step> steps;
  };

  void fetch(MemoryBytes memory, std::uint64_t address, std::uint32_t count);
  void execute(MemoryBytes memory, Layer& layer);
  void load(MemoryBytes memory, TileKind kind, std::uint32_t number, const Step& step);
  void store(MemoryBytes memory, std::uint32_t number, const Step& step);

  const AcceleratorConfig& config_;
  TileValues values_;
  std::uint64_t address_ = 0;
  std::vector<Layer> layers_;
  Parts parts_;
};

}  // namespace dcnsim
