// SPDX-License-Identifier: Apache-2.0
// What-ifs as a table for a terminal and as JSON (run_schema.md), of a network or of one layer.
#pragma once

#include <string>
#include <vector>

#include "analysis/whatif/what_if_report.h"
#include "models/base/json/document.h"
#include "models/base/text/text_layout.h"

namespace dcnsim {

/// "fixed", "new".
const char* name_of(WhatIfMapping mapping);

/// Of the network, whose layers have these names.
std::string what_if_text(const WhatIfReport& report, const std::vector<std::string>& layers,
                         const TextLayout& layout);
/// Of one layer.
std::string what_if_text(const WhatIfReport& report, const WhatIfTable& layer,
                         const TextLayout& layout);

/// The network's, with the areas.
Json what_if_json(const WhatIfReport& report);
/// A layer's.
Json what_if_json(const WhatIfTable& layer);
/// The chain of limits.
Json limits_json(const WhatIfTable& table);

}  // namespace dcnsim
