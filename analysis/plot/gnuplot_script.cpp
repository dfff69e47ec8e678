// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <string_view>

#include "analysis/plot/gnuplot.h"
#include "analysis/plot/palette.h"
#include "analysis/plot/plot.h"
#include "models/base/text/printable.h"

namespace dcnsim {
namespace {

using gnuplot::number;
using gnuplot::quoted;

constexpr double kWidth = 900, kHeight = 560;  // of the picture, in SVG pixels
constexpr double kAxisWidth = 640;             // about what the x axis gets of that
constexpr double kLetterWidth = 7.5;           // of a tick name, on average
constexpr std::size_t kTickLength = 28;        // of a tick name, at most
constexpr std::size_t kMostNames = 28;         // in a legend that leaves the data room
constexpr double kLargest = 1e300;             // leaves gnuplot room for its own arithmetic

// Seven colours and eight marks: 56 pairs.
constexpr std::array<int, 8> kMarks{7, 5, 9, 13, 11, 15, 6, 4};  // gnuplot's point types

struct Range {
  double low, high;
};

/// A tick's name is a format, so % counts double, and if there is one gnuplot keeps 49 bytes only.
std::string quoted_tick(const std::string& name) {
  std::string format = name;
  for (std::size_t length = kTickLength; format.find('%') != std::string::npos; --length) {
    format.clear();
    for (const char c : shorten(name, length)) format += c == '%' ? "%%" : std::string(1, c);
    if (format.size() <= 49) break;
  }
  return quoted(format, format.size());
}

bool drawable(const Point& p, const Plot& plot) {
  // NaN fails the first two.
  return std::abs(p.x) <= kLargest && std::abs(p.y) <= kLargest &&
         (!plot.log_x || p.x >= 1 / kLargest);
}

std::vector<Point> drawable_points(const Series& series, const Plot& plot) {
  std::vector<Point> points;
  for (const Point& p : series.points) {
    if (drawable(p, plot)) points.push_back(p);
  }
  return points;
}

/// Too narrow for tick labels of ten digits to differ.
bool narrow(Range r) {
  return r.high - r.low <= std::max(1e-6 * std::max(std::abs(r.low), std::abs(r.high)), 1e-300);
}

/// Some air around the data, so that no mark sits on the frame.
Range padded(Range r) {
  const double size = std::max(std::abs(r.low), std::abs(r.high));
  const double air = !narrow(r) ? 0.05 * (r.high - r.low) : size > 1e-300 ? 0.05 * size : 1.0;
  return {std::max(r.low - air, -kLargest), std::min(r.high + air, kLargest)};
}

Range extent(const Plot& plot, double Point::*coordinate) {
  Range range{HUGE_VAL, -HUGE_VAL};
  for (const Series& series : plot.series) {
    for (const Point& p : drawable_points(series, plot)) {
      range.low = std::min(range.low, p.*coordinate);
      range.high = std::max(range.high, p.*coordinate);
    }
  }
  return range;
}

/// As padded(), in decades.
Range padded_decades(Range data) {
  const Range decades{std::log10(data.low), std::log10(data.high)};
  const double air = std::max(0.04 * (decades.high - decades.low), 0.02);
  return {std::max(std::pow(10, decades.low - air), 1 / kLargest),
          std::min(std::pow(10, decades.high + air), kLargest)};
}

Range x_range(const Plot& plot) {
  const Range data = extent(plot, &Point::x);
  if (!plot.x_ticks.empty()) {
    const Range names{-0.5, static_cast<double>(plot.x_ticks.size()) - 0.5};
    if (data.low < names.low || data.high > names.high) {
      throw std::invalid_argument("plot: a point lies beyond the last name of the x axis");
    }
    return names;
  }
  return plot.log_x ? padded_decades(data) : padded(data);
}

Range y_range(const Plot& plot) {
  const Range data = padded(extent(plot, &Point::y));
  Range range{plot.y_min.value_or(data.low), plot.y_max.value_or(data.high)};
  const bool finite = std::abs(range.low) <= kLargest && std::abs(range.high) <= kLargest;
  if (!finite || (plot.y_min && plot.y_max && (range.high < range.low || narrow(range)))) {
    throw std::invalid_argument("plot: y_min and y_max are no range");
  }
  // All points beyond the one limit given: the axis begins or ends there all the same.
  if (range.high < range.low || narrow(range)) {
    const double span = std::max(std::abs(range.low), 1.0);
    (plot.y_min ? range.high : range.low) = plot.y_min ? range.low + span : range.high - span;
  }
  return range;
}

/// Round numbers for a linear stretch, about six of them: steps of 1, 2 or 5 times a power of ten.
std::vector<std::string> even_ticks(Range r) {
  const double wanted = (r.high - r.low) / 6;
  const double decade = std::pow(10, std::floor(std::log10(wanted)));
  const double step = decade * (wanted <= 2 * decade ? 2 : wanted <= 5 * decade ? 5 : 10);
  std::vector<std::string> ticks;
  for (double k = std::ceil(r.low / step); k * step <= r.high; ++k)
    ticks.push_back(number(k * step));
  return ticks;
}

/// gnuplot itself marks powers of ten only, of which many a logarithmic axis has one or none.
std::vector<std::string> logarithmic_ticks(Range r) {
  const double decades = std::log10(r.high / r.low);
  const int first = static_cast<int>(std::floor(std::log10(r.low)));
  const int last = static_cast<int>(std::floor(std::log10(r.high)));
  const int step = std::max(1, (last - first) / 10);
  const std::vector<int> tenths = decades < 1.6   ? std::vector<int>{10, 15, 20, 30, 50, 70}
                                  : decades < 4.1 ? std::vector<int>{10, 20, 50}
                                                  : std::vector<int>{10};
  std::vector<std::string> ticks;
  for (int decade = first; decade <= last; decade += step) {
    for (const int digits : tenths) {
      const double value = digits * std::pow(10, decade - 1);
      if (value < r.low || value > r.high) continue;
      ticks.push_back(std::to_string(digits) + "e" + std::to_string(decade - 1));
    }
  }
  return ticks.size() >= 4 ? ticks : even_ticks(r);
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

/// Level where the names find room, else slanted, else upright: where slanted ones would touch or
/// the first would leave the picture on the left.
std::string rotation(const std::vector<std::string>& names, double slot) {
  std::string result = "norotate";
  for (std::size_t i = 0; i < names.size(); ++i) {
    const double width = static_cast<double>(text_length(names[i])) * kLetterWidth;
    const double left = 60 + (static_cast<double>(i) + 0.5) * slot;
    if (slot < 28 || (width > slot && 0.77 * width > left)) return "rotate by 90 right";
    if (width + kLetterWidth > slot) result = "rotate by 40 right";
  }
  return result;
}

std::string named_ticks(const Plot& plot) {
  std::vector<std::string> names;
  for (const std::string& name : plot.x_ticks) {
    names.push_back(shorten(plain_text(name), kTickLength));
  }
  const double slot = kAxisWidth / static_cast<double>(names.size());
  // Past what upright names can share, every second or third is named.
  const auto stride = static_cast<std::size_t>(std::ceil(14 / slot));
  std::vector<std::string> ticks;
  for (std::size_t i = 0; i < names.size(); i += stride) {
    ticks.push_back(quoted_tick(names[i]) + " " + std::to_string(i));
  }
  return "set xtics " + rotation(names, slot) + " (" + joined(ticks) + ")\n";
}

std::string x_axis(const Plot& plot) {
  const Range range = x_range(plot);
  std::string script = "set xrange [" + number(range.low) + ":" + number(range.high) + "]\n";
  if (plot.log_x) {
    script += "set logscale x\nset xtics (" + joined(logarithmic_ticks(range)) + ")\n";
  }
  if (!plot.x_ticks.empty()) script += named_ticks(plot);
  return script;
}

std::string y_axis(const Plot& plot) {
  const Range range = y_range(plot);
  return "set yrange [" + number(range.low) + ":" + number(range.high) + "]\n";
}

std::string screen(double x, double y) {
  return "screen " + number(x / kWidth) + "," + number(1 - y / kHeight);
}

/// Where the frame begins.
double top_of(const Plot& plot) {
  return 32 + (plot.title.empty() ? 0 : 34) + (plot.subtitle.empty() ? 0 : 24);
}

std::string titles(const Plot& plot) {
  double below = 24;
  std::string script;
  if (!plot.title.empty()) {
    const std::string size = text_length(plain_text(plot.title)) <= 60 ? "19" : "15";
    script += "set label 1 " + quoted(plot.title, 80) + " at " + screen(24, 34) +
              " font 'sans-serif Bold," + size + "' textcolor rgb '#222222'\n";
    below += 34;
  }
  if (!plot.subtitle.empty()) {
    script += "set label 2 " + quoted(plot.subtitle, 108) + " at " + screen(24, below + 2) +
              " font 'sans-serif,14' textcolor rgb '#666666'\n";
  }
  return script + "set tmargin at screen " + number(1 - top_of(plot) / kHeight) + "\n";
}

/// Where the legend goes, and how long a name may be there.
struct Legend {
  std::string commands;
  std::size_t name_length;
};

Legend legend(const Plot& plot) {
  std::size_t longest = 0, names = 0;
  for (const Series& s : plot.series) {
    longest = std::max(longest, text_length(plain_text(s.name)));
    names += s.name.empty() ? 0 : 1;
  }
  if (names > kMostNames) {
    throw std::invalid_argument("plot: more than " + std::to_string(kMostNames) +
                                " names in the legend");
  }
  if (longest == 0) return {"unset key\n", 1};
  const std::string size = names <= kMostNames / 2 ? "14" : "9";
  const std::string style =
      " Left reverse samplen 1.8 font 'sans-serif," + size + "' textcolor rgb '#444444'\n";
  if (longest <= 22) {
    return {"set key outside right top vertical spacing 1.3" + style, 30};
  }
  // An empty label leaves no distance between the tick names and the legend.
  const std::string distance = plot.x_label.empty() ? "set xlabel ' '\n" : "";
  return {distance + "set key below left horizontal spacing 1.2" + style, 60};
}

std::string looks(const Series& series, std::size_t position) {
  std::string text = series.line ? "linespoints" : "points";
  text += " linecolor rgb '" + std::string(kPalette[position % kCategoryColours].light) + "'";
  if (series.line) text += " linewidth 2.2";
  return text + " pointtype " + std::to_string(kMarks[position % kMarks.size()]) + " pointsize 0.9";
}

std::string curves(const Plot& plot, std::size_t name_length) {
  std::string data;
  std::vector<std::string> curves;
  for (std::size_t i = 0; i < plot.series.size(); ++i) {
    const Series& series = plot.series[i];
    const std::vector<Point> points = drawable_points(series, plot);
    if (points.empty()) continue;
    const std::string block = "$series" + std::to_string(i);
    data += block + " << END\n";
    for (const Point& p : points) data += number(p.x) + " " + number(p.y) + "\n";
    data += "END\n";
    curves.push_back(block + " using 1:2 with " + looks(series, i) + " title " +
                     quoted(series.name, name_length));
  }
  if (curves.empty()) throw std::invalid_argument("plot: no point that can be drawn");
  return data + "plot " + joined(curves) + "\n";
}

}  // namespace

std::string gnuplot_script(const Plot& plot, PictureFormat format) {
  if (plot.log_x && !plot.x_ticks.empty()) {
    throw std::invalid_argument("plot: a named x axis cannot be logarithmic");
  }
  const Legend key = legend(plot);
  const std::string drawing = curves(plot, key.name_length);
  std::string script = "set encoding utf8\n" + gnuplot::terminal(format, kWidth, kHeight);
  script +=
      "set border 0 linecolor rgb '#e6e6e6'\n"  // the colour of ticks too: dots in the grid's
      "set arrow from graph 0,0 to graph 1,0 nohead linecolor rgb '#999999'\n"
      "set tics nomirror scale 0 textcolor rgb '#444444'\n"
      "set grid xtics ytics linetype 1 linecolor rgb '#e6e6e6' linewidth 1\n"
      "set format '%.10g'\n";
  script += "set xlabel " + quoted(plot.x_label, 80) + " textcolor rgb '#444444'\n";
  script += "set ylabel " + quoted(plot.y_label, 48) + " textcolor rgb '#444444'\n";
  return script + titles(plot) + x_axis(plot) + y_axis(plot) + key.commands + drawing;
}

}  // namespace dcnsim
