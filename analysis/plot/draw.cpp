// SPDX-License-Identifier: Apache-2.0
#include <stdexcept>
#include <string_view>

#include "analysis/plot/gnuplot.h"
#include "analysis/plot/plot.h"

namespace dcnsim {
namespace {

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() > end.size() && text.substr(text.size() - end.size()) == end;
}

}  // namespace

PictureFormat picture_format(const std::string& path) {
  if (ends_with(path, ".svg")) return PictureFormat::kSvg;
  if (ends_with(path, ".png")) return PictureFormat::kPng;
  throw std::invalid_argument(path + ": a picture's name ends in .svg or .png");
}

void draw(const Plot& plot, const std::string& path) {
  gnuplot::draw_script(gnuplot_script(plot, picture_format(path)), path);
}

}  // namespace dcnsim
