// SPDX-License-Identifier: Apache-2.0
// What the JSON files of all commands have in common.
#pragma once

#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "analysis/report/run_report.h"
#include "models/base/enum_array.h"
#include "models/base/json/document.h"
#include "models/base/json/fields.h"
#include "platform/compiler/mapper/mapping.h"

namespace dcnsim {

/// JSON has no infinity: the SQNR of something exact is null.
inline Json decibels(double db) { return std::isfinite(db) ? Json(db) : Json(nullptr); }

template <class T>
Json optional(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

inline Json input_files(const std::vector<InputFile>& inputs) {
  Json list = Json::array();
  for (const InputFile& input : inputs) {
    list.push_back({{"role", input.role},
                    {"path", input.path},
                    {"shipped", input.is_shipped},
                    {"sha256", input.sha256}});
  }
  return list;
}

inline Json pixels_json(const PixelStatement& pixels) {
  const bool are_values = pixels.source == PixelStatement::Source::kValues;
  return {{"convention", are_values ? Json(nullptr) : Json(pixels.convention)},
          {"source", to_string(pixels.source)},
          {"graph_nodes", pixels.nodes}};
}

/// Results of the first versions do not say so.
inline bool is_shipped(const Fields& input) {
  return input.has("/shipped") && input.flag("/shipped");
}

/// `inputs` of a result.
inline std::vector<InputFile> read_input_files(const Fields& result) {
  constexpr std::size_t kLongest = 4096;  // of any path
  std::vector<InputFile> inputs;
  for (const Fields& input : result.list("/inputs")) {
    inputs.push_back({input.text("/role"), input.text("/path", kLongest), input.text("/sha256"),
                      is_shipped(input)});
  }
  return inputs;
}

inline Json provenance_json(const Provenance& p) {
  return {{"component", p.component},      {"table", p.table},         {"sha256", p.sha256},
          {"conditions", p.conditions},    {"error_bar", p.error_bar}, {"note", p.note},
          {"extrapolated", p.extrapolated}};
}

inline Json tiling_json(const Tiling& t) {
  return {{"tile_h", t.tile_h},   {"tile_w", t.tile_w},   {"tile_channels", t.tile_channels},
          {"chunk_k", t.chunk_k}, {"tile_in", t.tile_in}, {"order", to_string(t.order)}};
}

/// {"NAME": VALUE, ...} with the names of the enumerators.
template <class Enum, class Value, std::size_t kCount>
Json by_name(const EnumArray<Enum, Value, kCount>& values) {
  Json json = Json::object();
  for (const Enum key : values.keys()) json[std::string(to_string(key))] = values[key];
  return json;
}

inline Json traffic_json(const LayerCounters& c) {
  return {{"dram_read_bytes", dram_read_bytes(c)},
          {"dram_write_bytes", dram_write_bytes(c)},
          {"by_stream", by_name(c.stream_bytes)}};
}

/// `layers` of the schema dcnsim.run/1.
Json layers_json(const RunReport& report);

/// What `tensors` of the schemas dcnsim.run/1 and dcnsim.quantize/1 share.
Json range_json(const TensorRange& tensor);

/// Text without line breaks; bytes that are no UTF-8 are replaced.
inline std::string one_line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// Indented text that ends in a line break; bytes that are no UTF-8 are replaced.
inline std::string dump(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace dcnsim
