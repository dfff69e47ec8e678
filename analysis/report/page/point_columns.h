// SPDX-License-Identifier: Apache-2.0
// A sweep's points column by column.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/report/page/page_data.h"

namespace dcnsim::page {

struct PointColumns {
  Json columns;       ///< by name; metrics and axes hold a column each
  Json layer_blocks;  ///< see SweepData
};

/// `data`: what sweep_data() has made of everything but the points.
PointColumns point_columns(const Fields& sweep, const Json& data, const Components& components);

/// A setting's value as a column holds it: a list (widths by layer) becomes text, and of what
/// nests deeper nothing is left.
std::optional<Json> setting_value(const Json& value);

/// The names of axes or metrics.
std::vector<std::string> names_of(const Json& items);

}  // namespace dcnsim::page
