// SPDX-License-Identifier: Apache-2.0
#include "platform/compiler/mapper/layer_work.h"

#include <cstddef>
#include <utility>

#include "models/perf/buffer_need.h"

namespace dcnsim {

LayerPlaces layer_places(const Descriptor& d) {
  return {d.input_on_chip,  d.output_on_chip, d.input_segment, d.input2_segment,
          d.output_segment, d.input_strip,    d.input2_strip,  d.output_strip};
}

std::string execution_key(const Descriptor& placed, const AcceleratorConfig& config) {
  const DescriptorBytes bytes = encode(placed);
  std::string key(bytes.begin(), bytes.end());
  for (const std::size_t slots :
       {input_slots(placed, config), weight_slots(placed, config), output_slots(placed, config)}) {
    key += static_cast<char>(slots);
  }
  return key;
}

PlacedWork::PlacedWork(const Descriptor& layer, const AcceleratorConfig& config,
                       const MappingRequest& request, std::shared_ptr<Predictor::Work> predicted)
    : sizes(std::make_shared<CandidateSizes>(candidate_sizes(layer, config, request))),
      predictor(layer, config, std::move(predicted)),
      pixels(sizes->pixel_tiles, layer, config, predictor),
      rests(sizes->weight_tiles.size()) {}

std::shared_ptr<PlacedWork> LayerWork::placed(const std::shared_ptr<LayerWork>& self,
                                              const Descriptor& layer,
                                              const MappingRequest& request) {
  const std::shared_ptr<Predictor::Work> predicted(self, &self->predicted_);
  if (request.fixes_tiling()) {
    return std::make_shared<PlacedWork>(layer, self->config_, request, predicted);
  }
  std::unique_ptr<PlacedWork>& known = self->placed_[{layer.proved, layer_places(layer)}];
  // What it shares is of the same owner, which need not own itself.
  if (!known) {
    known = std::make_unique<PlacedWork>(
        layer, self->config_, request,
        std::shared_ptr<Predictor::Work>(std::shared_ptr<void>(), &self->predicted_));
  }
  return {self, known.get()};
}

}  // namespace dcnsim
