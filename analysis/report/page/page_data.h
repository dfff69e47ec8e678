// SPDX-License-Identifier: Apache-2.0
// What a page's scripts draw: the results, checked and in the columns of dcnsim.sweep/1, so that a
// run and a point of a sweep look the same to them.
#pragma once

#include <nlohmann/json.hpp>

#include "analysis/report/json_fields.h"

namespace dcnsim::page {

using Json = nlohmann::ordered_json;

/// Of dcnsim.run/1: title, figures, components, machine, layers, inputs, warnings.
Json run_data(const Fields& run);

/// Of dcnsim.sweep/1: points as columns; the layers of `kPointsPerBlock` points are deflated
/// together, to be inflated when one of them is looked at.
struct SweepData {
  Json sweep;
  Json layer_blocks;  ///< base64 of zlib of JSON: by point, by layer, one list of numbers
};
inline constexpr std::size_t kPointsPerBlock = 64;
SweepData sweep_data(const Fields& sweep);

/// `inputs[]`, which both schemas share.
Json inputs_data(const Fields& result);
/// `provenance[]`, likewise.
Json provenance_data(const Fields& machine);

}  // namespace dcnsim::page
