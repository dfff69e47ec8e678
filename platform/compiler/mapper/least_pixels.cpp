// SPDX-License-Identifier: Apache-2.0
#include "platform/compiler/mapper/least_pixels.h"

#include <algorithm>

#include "models/arch/accelerator_config.h"
#include "models/base/integer.h"
#include "models/perf/array_cycles.h"
#include "models/perf/prediction.h"
#include "models/perf/tile_cuts.h"

namespace dcnsim {

LeastPixels LeastPixels::of(const Descriptor& tiled, const AcceleratorConfig& config,
                            Predictor& predictor) {
  const Shape out = tiled.output_shape();
  const int pool = tiled.kind == LayerKind::kConv ? tiled.fused_pool : 1;
  const int unit = unit_pixels(config.array);
  const TileSizes rows = equal_tiles(out.height, tiled.tiling.tile_h);
  const TileSizes columns = equal_tiles(out.width, tiled.tiling.tile_w);
  LeastPixels least;
  for_pixel_tiles(out, tiled.tiling.tile_h, tiled.tiling.tile_w,
                  [&](int outputs, std::uint64_t count) {
                    least.units += count * u64(ceil_div(outputs * pool * pool, unit));
                  });
  least.units *= u64(tiled.images());
  least.input_bytes = predictor.input_bytes(tiled.tiling.tile_h, tiled.tiling.tile_w);
  least.first_inputs = predictor.first_inputs(tiled.tiling.tile_h, tiled.tiling.tile_w);
  least.last_outputs = u64(rows.back().size) * u64(columns.back().size);
  return least;
}

LeastPixels LeastPixels::with(const LeastPixels& other) const {
  return {std::min(units, other.units), std::min(input_bytes, other.input_bytes),
          std::min(first_inputs, other.first_inputs), std::min(last_outputs, other.last_outputs)};
}

LeastOfPixelTiles::LeastOfPixelTiles(const std::vector<PixelTileSize>& tiles,
                                     const Descriptor& layer, const AcceleratorConfig& config,
                                     Predictor& predictor)
    : tiles_(tiles), of_the_fewest_(tiles.size()) {
  Descriptor tiled = layer;
  for (const PixelTileSize& tile : tiles) {
    tiled.tiling.tile_h = tile.height;
    tiled.tiling.tile_w = tile.width;
    of_each_.push_back(LeastPixels::of(tiled, config, predictor));
  }
  of_rest_ = of_each_;
  for (std::size_t i = of_rest_.size(); i-- > 1;) {
    of_rest_[i - 1] = of_rest_[i - 1].with(of_rest_[i]);
  }
}

const LeastPixels& LeastOfPixelTiles::of_the_fewest(const TilingGroup& group) {
  std::optional<LeastPixels>& least = of_the_fewest_[group.first];
  if (!least) {
    least = of_each_[group.first];
    const std::size_t end = end_of_the_fewest(tiles_, group.first);
    for (std::size_t i = group.first + 1; i < end; ++i) least = least->with(of_each_[i]);
  }
  return *least;
}

}  // namespace dcnsim
