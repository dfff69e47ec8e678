// SPDX-License-Identifier: Apache-2.0
#include "platform/compiler/mapper/layer_work.h"

#include <utility>

namespace dcnsim {

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
  std::unique_ptr<PlacedWork>& known =
      self->placed_[{layer.proved, layer.input_on_chip, layer.output_on_chip, layer.input_segment,
                     layer.input2_segment, layer.output_segment, layer.input_strip,
                     layer.input2_strip, layer.output_strip}];
  // What it shares is of the same owner, which need not own itself.
  if (!known) {
    known = std::make_unique<PlacedWork>(
        layer, self->config_, request,
        std::shared_ptr<Predictor::Work>(std::shared_ptr<void>(), &self->predicted_));
  }
  return {self, known.get()};
}

}  // namespace dcnsim
