// SPDX-License-Identifier: Apache-2.0
#include "analysis/quantizer/calibration_cache.h"

#include <optional>
#include <stdexcept>
#include <utility>

#include "models/base/json/document.h"

namespace dcnsim {
namespace {

Json to_json(const Histogram& histogram) {
  const Histogram::Contents contents = histogram.contents();
  Json counts = Json::array();
  for (const auto& [bin, count] : contents.counts) {
    counts.push_back(bin);
    counts.push_back(count);
  }
  return {{"zeros", contents.zeros},
          {"signal", contents.signal},
          {"fourth", contents.fourth},
          {"largest", contents.largest},
          {"counts", std::move(counts)}};
}

/// Throws nlohmann's exceptions or std::invalid_argument where it is none.
Histogram histogram(const Json& json) {
  Histogram::Contents contents;
  contents.zeros = json.at("zeros").get<std::uint64_t>();
  contents.signal = json.at("signal").get<double>();
  contents.fourth = json.at("fourth").get<double>();
  contents.largest = json.at("largest").get<double>();
  const Json& counts = json.at("counts");
  for (std::size_t i = 0; i + 1 < counts.size(); i += 2) {
    contents.counts.emplace_back(counts.at(i).get<std::uint32_t>(),
                                 counts.at(i + 1).get<std::uint64_t>());
  }
  return Histogram(contents);
}

std::string text_of(const Calibration& calibration) {
  Json outputs = Json::array();
  for (const Histogram& output : calibration.outputs) outputs.push_back(to_json(output));
  return Json{{"images", calibration.images},
              {"raw_pixels", calibration.has_raw_pixels},
              {"top1", calibration.top1 ? Json(*calibration.top1) : Json()},
              {"input", to_json(calibration.input)},
              {"outputs", std::move(outputs)}}
      .dump();
}

/// Nothing where it is none of so many layers.
std::optional<Calibration> calibration(const std::string& text, std::size_t layers) {
  try {
    const Json json = parse_json(text, "a calibration");
    Calibration calibration;
    calibration.images = json.at("images").get<std::size_t>();
    calibration.has_raw_pixels = json.at("raw_pixels").get<bool>();
    if (!json.at("top1").is_null()) calibration.top1 = json.at("top1").get<double>();
    calibration.input = histogram(json.at("input"));
    for (const Json& output : json.at("outputs")) calibration.outputs.push_back(histogram(output));
    if (calibration.outputs.size() != layers) return {};
    return calibration;
  } catch (const Json::exception&) {
  } catch (const std::invalid_argument&) {
  } catch (const std::runtime_error&) {
  }
  return {};
}

}  // namespace

Calibration kept_calibration(const CachePlace& place, const FloatNetwork& network,
                             const Dataset& images,
                             const std::function<void(std::size_t done)>& progress) {
  const KeptResult kept(place, "calibration", network, images);
  if (const auto text = kept.find()) {
    if (auto known = calibration(*text, network.layers.size())) return std::move(*known);
  }
  Calibration made = calibrate(network, images, progress);
  kept.keep(text_of(made));
  return made;
}

}  // namespace dcnsim
