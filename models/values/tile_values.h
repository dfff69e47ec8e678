// SPDX-License-Identifier: Apache-2.0
// The values behind a Pipeline: the bytes of tiles in transit, unpacked into the buffers when a
// tile has arrived, computed with when a step starts, packed when an output tile is complete.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "models/base/enum_array.h"
#include "models/perf/pipeline.h"
#include "models/values/kept_weights.h"
#include "models/values/tile_compute.h"

namespace dcnsim {

class TileValues : public PipelineClient {
 public:
  /// Whether weights that are kept may differ from those in memory now.
  enum class Weights : std::uint8_t { kMayChange, kStay };

  /// `config` stays.
  explicit TileValues(const AcceleratorConfig& config, Weights weights = Weights::kMayChange);

  /// Forgets everything, also what was kept on chip.
  void reset();

  /// Before Pipeline::execute(); overflows and zeros are counted in `counters`. False if the
  /// layer's input should be on chip but nothing of its shape and format is.
  /// `kept` must stay until the next begin(): what an execution of the same layer has left there
  /// serves again where a tile has the same bytes.
  bool begin(const Descriptor& descriptor, LayerCounters& counters, KeptWeights::Layer& kept);
  /// Whether a step's weights are kept. If its caller knows that memory is as it was, its weight
  /// tile need not be moved: it is taken as it is.
  bool has_weights(const Step& step) const { return compute_.has_weights(step); }

  /// Where the data of a burst come from or go to.
  std::uint8_t* data(const Burst& burst) { return bytes(burst.kind, burst.tile) + burst.offset; }
  /// Likewise of a whole tile, part after part.
  std::uint8_t* bytes(TileKind kind, std::uint32_t number) {
    return staged(kind, number).bytes.data();
  }
  /// The outputs that the last layer left on chip, one an image, if it did: for inspection.
  const std::vector<CodeTensor>& kept() const { return kept_; }

  /// The bytes of the descriptor fetched last.
  const DescriptorBytes& descriptor_bytes() const { return descriptor_bytes_; }

  void tile_begun(TileKind kind, std::uint32_t number, const Step& step, const Parts& parts,
                  std::uint64_t cycle) override;
  void tile_moved(TileKind kind, std::uint32_t number, const Step& step,
                  std::uint64_t cycle) override;
  void step_started(const RunningStep& running) override;
  void step_finished(const RunningStep& running) override;

 private:
  struct Staged {
    std::vector<std::uint8_t> bytes;
    Parts parts;
    bool is_new = false;  ///< moved, and not taken yet
  };
  /// A buffer has two tiles at most, of consecutive numbers.
  Staged& staged(TileKind kind, std::uint32_t number) { return staged_[kind][number % 2]; }

  void take_weights(const Step& step, Staged& from);
  void unpack_weights(const KeptWeights::Chunk& from, WeightTile& tile) const;
  void unpack_input(const Step& step, const Staged& from, InputTile& tile);
  void count_input_zeros(const CodeTensor& input);
  void pack_output(const OutputTile& tile, Staged& to) const;

  const AcceleratorConfig& config_;
  const Weights in_memory_;
  Descriptor descriptor_;
  LayerCounters* counters_ = nullptr;
  EnumArray<TileKind, std::array<Staged, 2>, kTileKinds> staged_;
  WeightTile weights_;
  KeptWeights::Layer* kept_weights_ = nullptr;
  std::array<InputTile, 2> inputs_;
  std::array<OutputTile, 2> outputs_;  ///< complete ones, by number
  std::uint32_t stored_ = 0;           ///< output tiles completed
  OutputTile output_;                  ///< being filled
  bool output_open_ = false;
  std::vector<CodeTensor> resident_;  ///< inputs that the layer before left on chip, by image
  std::vector<CodeTensor> kept_;      ///< outputs, if they stay there
  TileCompute compute_;
  DescriptorBytes descriptor_bytes_{};
};

}  // namespace dcnsim
