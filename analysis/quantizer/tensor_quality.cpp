// SPDX-License-Identifier: Apache-2.0
#include "analysis/quantizer/tensor_quality.h"

#include <algorithm>
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

void add_distribution(const Histogram& histogram, bool is_signed, double scale,
                      TensorQuality& quality) {
  quality.range = value_range(quality.choice.format, scale);
  quality.values = distribution(histogram, quality.range);
  quality.kurtosis = histogram.kurtosis();
  const FormatChoice& choice = quality.choice;
  quality.clipping =
      choice.noise == 0 ? 0 : histogram.clipping(choice.format, choice.step) / choice.noise;
  if (histogram.count() > 0) quality.fit = fit_density(histogram, is_signed);
}

}  // namespace

std::vector<TensorQuality> tensor_qualities(NetworkQuantizer& quantizer,
                                            const std::vector<LayerFormats>& formats,
                                            Scales scales) {
  const FloatNetwork& network = quantizer.network();
  std::vector<TensorQuality> qualities;
  for (std::size_t layer = 0; layer < formats.size(); ++layer) {
    const LayerNode& node = network.layers[layer].node;
    if (node.kind == LayerKind::kConv) {
      TensorQuality quality;
      quality.name = node.name + ".weight";
      quality.choice = formats[layer].weight;
      const std::vector<float>& weights = network.layers[layer].weights;
      quality.paper = choose_format(FormatRule::kPaper, weights, quality.choice.format.bits, true);
      Histogram histogram;
      histogram.add(weights);
      const std::vector<double> steps = formats[layer].scales_of_weights();
      add_distribution(histogram, true, *std::max_element(steps.begin(), steps.end()), quality);
      quality.kappa = kappa([&](int bits) -> const FormatChoice& {
        return quantizer.weight(layer, bits, scales).weight;
      });
      qualities.push_back(std::move(quality));
    }
    TensorQuality quality;
    quality.name = node.name + ".output";
    quality.choice = formats[layer].output;
    const Histogram& histogram = quantizer.calibration().outputs[layer];
    const bool is_signed = quality.choice.format.is_signed;
    quality.paper =
        choose_format(FormatRule::kPaper, histogram, quality.choice.format.bits, is_signed);
    add_distribution(histogram, is_signed, quality.choice.scale(), quality);
    quality.kappa = kappa([&](int bits) -> const FormatChoice& {
      return quantizer.output(layer, bits, scales).output;
    });
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
