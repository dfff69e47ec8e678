// SPDX-License-Identifier: Apache-2.0
#include "analysis/quantizer/tensor_quality.h"

#include <functional>
#include <stdexcept>

namespace dcnsim {
namespace {

std::optional<SqnrLine> kappa(const std::function<const FormatChoice&(int bits)>& at_width) {
  std::vector<std::pair<int, double>> points;
  for (int bits = kKappaLowest; bits <= kKappaHighest; ++bits) {
    points.emplace_back(bits, at_width(bits).sqnr_db());
  }
  try {
    return fit_line(points);
  } catch (const std::invalid_argument&) {
    return {};
  }
}

void add_shape(const Histogram& histogram, bool is_signed, TensorQuality& quality) {
  quality.kurtosis = histogram.kurtosis();
  if (histogram.count() > 0) quality.fit = fit_density(histogram, is_signed);
}

}  // namespace

std::vector<TensorQuality> tensor_qualities(NetworkQuantizer& quantizer,
                                            const std::vector<LayerFormats>& formats,
                                            Scales scales) {
  std::vector<TensorQuality> qualities;
  for (std::size_t i = 0; i < formats.size(); ++i) {
    const FloatLayer& layer = quantizer.network().layers[i];
    if (layer.node.kind == LayerKind::kConv) {
      Histogram histogram;
      histogram.add(layer.weights);
      TensorQuality quality{weight_range(layer, formats[i], histogram)};
      quality.paper =
          choose_format(FormatRule::kPaper, layer.weights, quality.choice.format.bits, true);
      add_shape(histogram, true, quality);
      quality.kappa = kappa([&](int bits) -> const FormatChoice& {
        return quantizer.weight(i, bits, scales).weight;
      });
      qualities.push_back(std::move(quality));
    }
    const Histogram& histogram = quantizer.calibration().outputs[i];
    TensorQuality quality{output_range(layer, formats[i], histogram)};
    const Format& format = quality.choice.format;
    quality.paper = choose_format(FormatRule::kPaper, histogram, format.bits, format.is_signed);
    add_shape(histogram, format.is_signed, quality);
    quality.kappa = kappa(
        [&](int bits) -> const FormatChoice& { return quantizer.output(i, bits, scales).output; });
    qualities.push_back(std::move(quality));
  }
  return qualities;
}

PerTensor tensor_noise(const FloatNetwork& network, const std::vector<LayerFormats>& formats) {
  PerTensor noise;
  for (std::size_t layer = 0; layer < formats.size(); ++layer) {
    const LayerNode& node = network.layers[layer].node;
    const bool is_conv = node.kind == LayerKind::kConv;
    const bool is_max = node.kind == LayerKind::kPool && node.pool.kind == PoolKind::kMax;
    noise.weights.push_back(is_conv ? formats[layer].weight.noise_to_signal() : 0);
    noise.outputs.push_back(is_max ? 0 : formats[layer].output.noise_to_signal());
  }
  return noise;
}

}  // namespace dcnsim
