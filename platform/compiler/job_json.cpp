// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "models/base/json/document.h"
#include "models/base/text/printable.h"
#include "platform/compiler/job_files.h"
#include "workloads/pixel_table.h"

namespace dcnsim {
namespace {

Json map_json(const JobMap& map) {
  const MapLayout layout = map.layout();
  Json planes = Json::array();
  for (int c = 0; c < map.shape.channels; c += layout.segment()) {
    const MapPlane plane = layout.plane(c);
    planes.push_back({{"channels", plane.channels()},
                      {"offset", plane.offset},
                      {"row_bytes", plane.row_pitch},
                      {"strip_bytes", plane.strip_pitch}});
  }
  return {{"address", map.address},
          {"bytes", map.bytes()},
          {"shape", {map.shape.height, map.shape.width, map.shape.channels}},
          {"bits", map.format.bits},
          {"signed", map.format.is_signed},
          {"fraction_bits", map.format.frac},
          {"zero_point", map.format.zero_point},
          {"scale", map.scale},
          {"strip_columns", layout.strip()},
          {"planes", std::move(planes)}};
}

Json pixels_json(const NetworkJob& job) {
  Json channels = Json::array();
  for (std::size_t i = 0; i < job.pixel_codes.size(); i += kPixelValues) {
    const auto from = job.pixel_codes.begin() + static_cast<std::ptrdiff_t>(i);
    channels.push_back(std::vector<std::int32_t>(from, from + kPixelValues));
  }
  return {{"convention", job.pixels},
          {"assumed", job.pixels_are_assumed},
          {"order", job.bgr ? "bgr" : "rgb"},
          {"codes", std::move(channels)}};
}

}  // namespace

std::string job_json(const NetworkJob& job, const std::string& version) {
  Json layers = Json::array();
  for (const std::string& layer : job.layers) layers.push_back(plain_text(layer));
  Json json = {{"schema", "dcnsim.job/1"},
               {"version", version},
               {"network", plain_text(job.network)},
               {"accelerator", plain_text(job.accelerator)},
               {"base", job.base},
               {"image_bytes", job.image.size()},
               {"bytes", job.bytes},
               {"descriptor_address", job.descriptor_address},
               {"descriptor_count", job.descriptor_count},
               {"layers", std::move(layers)},
               {"input", map_json(job.input)},
               {"output", map_json(job.output)}};
  json["input"]["pixels"] = pixels_json(job);
  return json.dump(2) + '\n';
}

}  // namespace dcnsim
