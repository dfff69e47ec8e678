// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <stdexcept>

#include "analysis/plot/gnuplot.h"
#include "analysis/plot/plot.h"

namespace dcnsim {

PictureFormat picture_format(const std::string& path) {
  const std::filesystem::path extension = std::filesystem::path(path).extension();
  if (extension == ".svg") return PictureFormat::kSvg;
  if (extension == ".png") return PictureFormat::kPng;
  throw std::invalid_argument(path + ": a picture's name ends in .svg or .png");
}

void draw(const Plot& plot, const std::string& path) {
  gnuplot::draw_script(gnuplot_script(plot, picture_format(path)), path);
}

}  // namespace dcnsim
