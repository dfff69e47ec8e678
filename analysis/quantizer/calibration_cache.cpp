// SPDX-License-Identifier: Apache-2.0
#include "analysis/quantizer/calibration_cache.h"

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <utility>

#include "models/base/file/atomic_file.h"
#include "models/base/file/program.h"
#include "models/base/file/sealed_file.h"
#include "models/base/file/sha256.h"
#include "models/base/json/document.h"

namespace dcnsim {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{64} << 20;

std::string hash_of(const Dataset& images) {
  const auto hash = [](const auto& numbers) {
    return sha256_hex(
        {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(numbers[0])});
  };
  return to_string(images.shape) + ' ' + hash(images.pixels) + ' ' + hash(images.values) + ' ' +
         hash(images.labels);
}

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

/// Nothing where the file is none of this kind, or of another number of layers.
std::optional<Calibration> load(const std::string& path, const std::string& kind,
                                std::size_t layers) {
  try {
    const Json json = parse_json(read_sealed_file(path, kind, "a calibration", kMaxBytes), path);
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

void save(const std::string& path, const std::string& kind, const Calibration& calibration) {
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
  try {
    write_file_atomically(path, sealed(kind, text_of(calibration)), AtomicFile::OnDisk::kLater);
  } catch (const std::runtime_error&) {
    // The next run calibrates again.
  }
}

}  // namespace

Calibration kept_calibration(const CalibrationPlace& place, const FloatNetwork& network,
                             const Dataset& images,
                             const std::function<void(std::size_t done)>& progress) {
  const std::string program = place.folder.empty() ? "" : program_sha256();
  if (program.empty()) return calibrate(network, images, progress);
  std::string key = program + '\n' + place.network + '\n' + hash_of(images);
  if (const auto& pixels = network.convention.pixels) key += "\npixels " + to_string(*pixels);
  const std::string hash = sha256_hex(key);
  const std::string kind = "dcnsim calibration " + hash;
  const std::string path = place.folder + "/calibration-" + hash.substr(0, 16);
  if (auto known = load(path, kind, network.layers.size())) return std::move(*known);
  Calibration made = calibrate(network, images, progress);
  save(path, kind, made);
  return made;
}

}  // namespace dcnsim
