// SPDX-License-Identifier: Apache-2.0
#include "analysis/inference/format_cache.h"

#include <cmath>
#include <exception>
#include <filesystem>
#include <stdexcept>

#include "models/base/file/atomic_file.h"
#include "models/base/file/sha256.h"
#include "models/base/file/text_file.h"
#include "models/base/json/document.h"
#include "models/base/json/fields.h"

namespace dcnsim {
namespace {

Json format_json(const Format& format) {
  return {{"bits", format.bits},
          {"frac", format.frac},
          {"signed", format.is_signed},
          {"narrow", format.narrow},
          {"zero_point", format.zero_point}};
}

Format format_of(const Fields& json) {
  Format format;
  format.bits = json.integer("/bits", kMinBits, kMaxBits);
  format.frac = json.integer("/frac", -kMaxFrac, kMaxFrac);
  format.is_signed = json.flag("/signed");
  format.narrow = json.flag("/narrow");
  format.zero_point = json.integer("/zero_point", -(1 << kMaxBits), 1 << kMaxBits);
  validate(format);
  return format;
}

TensorFormats layer_of(const Fields& json) {
  TensorFormats layer;
  layer.weight = format_of(json.object("/weight"));
  layer.output = format_of(json.object("/output"));
  layer.rounding = json.flag("/half_even") ? Rounding::kHalfEven : Rounding::kHalfUp;
  layer.weight_scales = json.numbers("/weight_scales", json.list_size("/weight_scales"));
  layer.output_step = json.positive("/output_step");
  return layer;
}

}  // namespace

FormatCache::FormatCache(const std::string& folder, std::string key) : key_(std::move(key)) {
  if (!folder.empty()) file_ = folder + "/formats-" + sha256_hex(key_).substr(0, 16) + ".json";
}

std::optional<KnownFormats> FormatCache::find(std::size_t layers) const {
  if (file_.empty()) return {};
  try {
    const Json document = parse_json(read_text_file(file_, kMaxJsonBytes), file_);
    return read_fields(document, file_, [&](const Fields& json) -> std::optional<KnownFormats> {
      if (json.exact_text("/key") != key_) return {};
      KnownFormats known{{format_of(json.object("/input")), {}}, json.exact_texts("/warnings")};
      for (const Fields& layer : json.list("/layers", layers)) {
        known.formats.layers.push_back(layer_of(layer));
      }
      return known;
    });
  } catch (const std::exception&) {
    return {};
  }
}

void FormatCache::keep(const KnownFormats& known) const {
  if (file_.empty()) return;
  Json json{{"key", key_},
            {"input", format_json(known.formats.input)},
            {"layers", Json::array()},
            {"warnings", known.warnings}};
  for (const TensorFormats& layer : known.formats.layers) {
    json["layers"].push_back({{"weight", format_json(layer.weight)},
                              {"output", format_json(layer.output)},
                              {"half_even", layer.rounding == Rounding::kHalfEven},
                              {"weight_scales", layer.weight_scales},
                              {"output_step", layer.output_step}});
  }
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(file_).parent_path(), ignored);
  try {
    write_file_atomically(file_, json.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n");
  } catch (const std::runtime_error&) {
    // The next run chooses again.
  }
}

}  // namespace dcnsim
