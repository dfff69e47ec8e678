// SPDX-License-Identifier: Apache-2.0
#include <stdexcept>
#include <string_view>

#include "analysis/plot/pipe_through.h"
#include "analysis/plot/plot.h"
#include "workloads/atomic_file.h"

namespace dcnsim {
namespace {

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() > end.size() && text.substr(text.size() - end.size()) == end;
}

std::string picture(const Plot& plot, PictureFormat format) {
  const std::string script = gnuplot_script(plot, format);
  try {
    // -d: no start-up files, which could change the picture.
    std::string bytes = pipe_through({"gnuplot", "-d"}, script);
    if (bytes.empty()) throw std::runtime_error("gnuplot: printed nothing");
    return bytes;
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(std::string(error.what()) +
                             "; install gnuplot-nox (5.4 or newer) to draw pictures");
  }
}

}  // namespace

PictureFormat picture_format(const std::string& path) {
  if (ends_with(path, ".svg")) return PictureFormat::kSvg;
  if (ends_with(path, ".png")) return PictureFormat::kPng;
  throw std::invalid_argument(path + ": a picture's name ends in .svg or .png");
}

void draw(const Plot& plot, const std::string& path) {
  const PictureFormat format = picture_format(path);
  write_file_atomically(path, picture(plot, format));
}

}  // namespace dcnsim
