// SPDX-License-Identifier: Apache-2.0
// What a page shows as pictures for slides.
#pragma once

#include <string>
#include <vector>

#include "analysis/plot/plot.h"
#include "analysis/report/page/page.h"

namespace dcnsim {

struct Slide {
  std::string name;  ///< of the file, without extension
  Plot plot;
};

/// Of a run, or of each of two: cycles, energy, traffic, bit-widths, roofline, area. Of a sweep:
/// the front, what moves the first objective, and the best point as a run. Of an allocation with a
/// curve: loss over size. Of a quantization: SQNR. Throws what report_page throws.
std::vector<Slide> report_slides(const std::vector<PageInput>& inputs);

}  // namespace dcnsim
