// SPDX-License-Identifier: Apache-2.0
// The pictures of allocations and quantizations.
#pragma once

#include <vector>

#include "analysis/report/page/page_data.h"
#include "analysis/report/page/slides.h"

namespace dcnsim::page {

/// `result`: what allocation_data() gives. Without a curve there is none.
std::vector<Slide> allocation_slides(const Json& result);

/// `result`: what quantize_data() gives.
std::vector<Slide> quantization_slides(const Json& result);

}  // namespace dcnsim::page
