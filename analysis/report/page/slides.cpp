// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/page/slides.h"

#include <algorithm>

#include "analysis/report/page/other_slides.h"
#include "analysis/report/page/page_data.h"
#include "analysis/report/page/run_slides.h"
#include "analysis/report/page/sweep_slides.h"

namespace dcnsim {
namespace {

void append(std::vector<Slide>& slides, std::vector<Slide> more) {
  for (Slide& slide : more) {
    const auto& series = slide.plot.series;
    const bool something = std::any_of(series.begin(), series.end(),
                                       [](const Series& s) { return !s.points.empty(); });
    if (something) slides.push_back(std::move(slide));
  }
}

}  // namespace

std::vector<Slide> report_slides(const std::vector<PageInput>& inputs) {
  const page::ResultsData results = page::results_data(inputs);
  std::vector<Slide> slides;
  if (results.sweep) {
    append(slides, page::sweep_slides(results.sweep->sweep));
    if (!results.sweep->best.is_null()) {
      append(slides, page::run_slides(results.sweep->best, "_best"));
    }
  }
  if (results.other == "allocation") append(slides, page::allocation_slides(results.result));
  if (results.other == "quantize") append(slides, page::quantization_slides(results.result));
  for (std::size_t i = 0; i < results.runs.size(); ++i) {
    const bool alone = results.runs.size() == 1;
    append(slides, page::run_slides(results.runs[i], alone ? "" : i == 0 ? "_a" : "_b"));
  }
  return slides;
}

}  // namespace dcnsim
