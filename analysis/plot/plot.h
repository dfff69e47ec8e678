// SPDX-License-Identifier: Apache-2.0
// Pictures of curves and points over a linear, a logarithmic or a named axis, for experiments'
// pages, drawn by gnuplot 5.4. Charts of results are drawn by analysis/report/page.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace dcnsim {

struct Point {
  double x, y;
};

/// Mark and colour follow from the position in Plot::series, so that a series keeps them when
/// another has nothing to show. A series without a name has no legend entry.
struct Series {
  std::string name;
  std::vector<Point> points;  // joined in this order
  bool line = true;           // through the marks
};

/// Texts are UTF-8 and may come from anywhere: they appear as they are, save that control
/// characters become blanks, wrong bytes U+FFFD, and what finds no room ends in an ellipsis.
struct Plot {
  std::string title;
  std::string subtitle;
  std::string x_label, y_label;
  bool log_x = false;
  std::vector<Series> series;
  std::vector<std::string> x_ticks;    // names of x = 0, 1, 2..., thinned out if many
  std::optional<double> y_min, y_max;  // otherwise what the points need
};

enum class PictureFormat { kSvg, kPng };

/// The gnuplot script that prints the picture, 900 x 560 for SVG and twice that for PNG. Points no
/// axis can show are skipped: NaN, beyond +-1e300, below 1e-300 on a logarithmic axis; the line
/// goes on to the next point. Throws std::invalid_argument if no point is left, if the legend had
/// more than 28 names, or if fields contradict each other: a named axis that is logarithmic, say.
std::string gnuplot_script(const Plot& plot, PictureFormat format);

/// From the extension, .svg or .png; throws std::invalid_argument for another.
PictureFormat picture_format(const std::string& path);

/// Draws into `path`, whose extension .svg or .png selects the format. Equal plots give equal
/// bytes. A failure leaves an old file as it was. Throws as gnuplot_script does,
/// std::invalid_argument for another extension and std::runtime_error if gnuplot is missing or
/// fails or the file cannot be written.
void draw(const Plot& plot, const std::string& path);

}  // namespace dcnsim
