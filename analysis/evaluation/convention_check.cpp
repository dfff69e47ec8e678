// SPDX-License-Identifier: Apache-2.0
#include "analysis/evaluation/convention_check.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "models/numeric/rounding.h"
#include "workloads/images/network_input.h"

namespace dcnsim {
namespace {

constexpr std::size_t kTrialImages = 200;
constexpr double kGoodEnough = 0.9;
constexpr double kFarBetter = 0.1;
constexpr std::size_t kPixels = 256;
constexpr std::size_t kMostBeyond = kPixels / 4;

struct NamedConvention {
  std::string name;
  PixelConvention convention;
};

/// Named conventions that can be one of a network with so many channels. CIFAR-10's statistics are
/// left out: no accuracy tells them from ImageNet's.
std::vector<NamedConvention> candidates(int channels) {
  std::vector<NamedConvention> list;
  for (const auto& [name, convention] : named_conventions()) {
    const bool fits =
        convention.mean.size() <= 1 || convention.mean.size() == static_cast<std::size_t>(channels);
    if (fits && name != "cifar10") list.push_back({name, convention});
  }
  return list;
}

/// Of the pixels of a channel, at most, those more than a step beyond the format.
std::size_t beyond(const FixedNetwork& network) {
  const Format& format = network.input_format;
  const double step = std::ldexp(network.input_step, -format.frac);
  const double low = network.number(kNetworkInput, format.min_code()) - step;
  const double high = network.number(kNetworkInput, format.max_code()) + step;
  const std::vector<double> table = pixel_table(network);
  std::size_t most = 0;
  for (std::size_t channel = 0; channel < table.size(); channel += kPixels) {
    std::size_t count = 0;
    for (std::size_t pixel = 0; pixel < kPixels; ++pixel) {
      const double value = table[channel + pixel];
      count += value < low || value > high ? 1 : 0;
    }
    most = std::max(most, count);
  }
  return most;
}

/// Conventions whose pixels the input format holds, in the words of --pixels.
std::string fitting(FixedNetwork network) {
  std::vector<NamedConvention> tried = candidates(network.input.channels);
  const int whole_bits = network.input_format.bits - network.input_format.frac -
                         (network.input_format.is_signed ? 1 : 0);
  PixelConvention scaled;
  scaled.numerator = 1;
  scaled.denominator = std::ldexp(1, 8 - whole_bits);
  if (scaled.denominator != 1) tried.push_back({to_string(scaled), scaled});
  std::string names;
  for (const NamedConvention& candidate : tried) {
    network.convention.pixels = candidate.convention;
    if (beyond(network) == 0) names += (names.empty() ? "" : " or ") + candidate.name;
  }
  return names;
}

std::string percent(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f %%", 100 * share);
  return text;
}

double top1_of(const FloatNetwork& network, const Dataset& images) {
  return static_cast<double>(count_correct(network, images)) / static_cast<double>(images.size());
}

double top1_of(const FixedNetwork& network, const Dataset& images) {
  return static_cast<double>(count_correct(network, images, Accumulator{})) /
         static_cast<double>(images.size());
}

bool can_classify(const Shape& output, const Dataset& images) {
  return images.has_labels() && output.height == 1 && output.width == 1 &&
         *std::max_element(images.labels.begin(), images.labels.end()) < output.channels;
}

/// Where a convention comes from that nothing backs, as the end of a sentence.
std::string_view origin(const PixelStatement& statement) {
  if (statement.contradicts_file) return "asked for against its file";
  if (statement.source == PixelStatement::Source::kAssumed) return "assumed";
  return "asked for although nodes of its graph change pixels too";
}

template <class Network>
void try_all(const Network& network, const Dataset& images, std::optional<double> top1,
             PixelStatement& statement, const OnProgress& progress) {
  if (statement.is_backed() || !images.has_pixels() || top1.value_or(0) > kGoodEnough ||
      !can_classify(network.layers.back().node.output_shape(), images)) {
    return;
  }
  const Dataset few = first_images(images, kTrialImages);
  const double stated = top1_of(network, few);
  if (stated > kGoodEnough) return;
  Network other = network;
  double best = stated;
  std::string name;
  const auto consider = [&](const NamedConvention& candidate) {
    other.convention.pixels = candidate.convention;
    const double found = top1_of(other, few);
    if (found <= best) return;
    best = found;
    name = candidate.name;
  };
  std::size_t done = 0;
  for (const NamedConvention& candidate : candidates(network.input.channels)) {
    if (candidate.convention != network.convention.pixels.value_or(PixelConvention{})) {
      consider(candidate);
    }
    if (progress) progress(++done);
  }
  if (network.input.channels == 3) {
    NamedConvention reversed{"", parse_convention(name.empty() ? statement.convention : name)};
    reversed.convention.bgr = !reversed.convention.bgr;
    reversed.name = to_string(reversed.convention);
    consider(reversed);
  }
  if (best < stated + kFarBetter) return;
  statement.warnings.push_back("with --pixels " + name + " the network has " + percent(best) +
                               " of " + std::to_string(few.size()) +
                               " labelled calibration images right, with " + statement.convention +
                               ", which was " + std::string(origin(statement)) + ", " +
                               percent(stated));
}

}  // namespace

void require_pixels_fit(const FixedNetwork& network, const PixelStatement& statement) {
  const std::size_t count = beyond(network);
  if (count <= kMostBeyond) return;
  const Format& format = network.input_format;
  char range[64];
  std::snprintf(range, sizeof range, "%g to %g", network.number(kNetworkInput, format.min_code()),
                network.number(kNetworkInput, format.max_code()));
  const std::string others = fitting(network);
  throw std::invalid_argument("the network's input format " + to_string(format) + " holds " +
                              range + ", and " + std::to_string(count) +
                              " of 256 pixels are beyond it with " + statement.text() +
                              (others.empty() ? "" : "; they are not with --pixels " + others));
}

void require_images_fit(const FixedNetwork& network, const Dataset& images,
                        const PixelStatement& statement) {
  require_input_format(network, images);
  if (images.has_pixels()) require_pixels_fit(network, statement);
}

void try_conventions(const FloatNetwork& network, const Dataset& images, std::optional<double> top1,
                     PixelStatement& statement, const OnProgress& progress) {
  try_all(network, images, top1, statement, progress);
}

void try_conventions(const FixedNetwork& network, const Dataset& images, std::optional<double> top1,
                     PixelStatement& statement, const OnProgress& progress) {
  try_all(network, images, top1, statement, progress);
}

}  // namespace dcnsim
