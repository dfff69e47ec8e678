// SPDX-License-Identifier: Apache-2.0
// The pictures of a sweep.
#pragma once

#include <vector>

#include "analysis/report/page/page_data.h"
#include "analysis/report/page/slides.h"

namespace dcnsim::page {

/// `sweep`: SweepData::sweep.
std::vector<Slide> sweep_slides(const Json& sweep);

}  // namespace dcnsim::page
