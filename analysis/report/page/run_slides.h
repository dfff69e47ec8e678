// SPDX-License-Identifier: Apache-2.0
// The pictures of one run or point.
#pragma once

#include <string>
#include <vector>

#include "analysis/report/page/page_data.h"
#include "analysis/report/page/slides.h"

namespace dcnsim::page {

/// `result`: what run_data() gives. `suffix` is added to the pictures' names.
std::vector<Slide> run_slides(const Json& result, const std::string& suffix);

}  // namespace dcnsim::page
