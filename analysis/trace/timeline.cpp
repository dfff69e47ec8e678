// SPDX-License-Identifier: Apache-2.0
#include "analysis/trace/timeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>
#include <vector>

#include "analysis/plot/gnuplot.h"
#include "analysis/trace/trace_reader.h"
#include "models/base/file/text_file.h"
#include "models/base/json/document.h"
#include "models/base/text/short_name.h"

namespace dcnsim {
namespace {

constexpr double kWidth = 1000, kHeight = 370;  // of the picture, in SVG pixels

constexpr std::size_t kMostFramed = 150;  // frames of more boxes would hide their colours

/// From the top of the picture to the bottom.
const std::vector<std::string> kRows = {"array", "DMA weights", "DMA inputs", "DMA outputs",
                                        "DRAM"};

/// A colour with its name in the legend; waits have the colour of the transfers they wait for.
struct Look {
  const char* name;
  const char* colour;
};
constexpr Look kLooks[] = {{"computing", "#009E73"}, {"fill and drain", "#66C2A5"},
                           {"control", "#2B6655"},   {"bank conflicts", "#B8E0D2"},
                           {"weights", "#D55E00"},   {"inputs", "#0072B2"},
                           {"outputs", "#CC79A7"},   {"descriptor", "#595959"},
                           {"DRAM data", "#56B4E9"}, {"refresh", "#E69F00"}};
enum LookIndex : std::size_t {
  kComputing,
  kFillDrain,
  kControl,
  kConflicts,
  kWeights,
  kInputs,
  kOutputs,
  kDescriptors,
  kDramData,
  kRefresh
};

struct Box {
  double from, to;  // microseconds
  std::size_t row;
};

struct Picture {
  std::map<std::size_t, std::vector<Box>> boxes;  ///< by LookIndex
  double begin = 0, end = 0;
  double cycles = 0;
};

LookIndex look_of_wait(const std::string& name) {
  if (name == "wait: weight") return kWeights;
  if (name == "wait: input") return kInputs;
  if (name == "wait: output") return kOutputs;
  return kDescriptors;
}

/// Filling, draining, control and bank conflicts are shown behind the step's work, wherever they
/// were.
void add_step(const DrawnSlice& step, double from, double to, Picture& picture) {
  const double work = step.figure("compute_cycles"), fill = step.figure("fill_drain_cycles"),
               control = step.figure("overhead_cycles"), conflicts = step.figure("conflict_cycles");
  const double a_cycle = (to - from) / std::max(work + conflicts, 1.0);
  double at = from;
  const auto show = [&](LookIndex look, double cycles) {
    if (cycles > 0) picture.boxes[look].push_back({at, at + cycles * a_cycle, 0});
    at += cycles * a_cycle;
  };
  show(kComputing, work - fill - control);
  show(kFillDrain, fill);
  show(kControl, control);
  show(kConflicts, conflicts);
}

void add_slice(const DrawnSlice& slice, Picture& picture) {
  const double from = slice.from_us - picture.begin, to = slice.to_us - picture.begin;
  if (slice.name.rfind("wait: ", 0) == 0) {
    picture.boxes[look_of_wait(slice.name)].push_back({from, to, 0});
    return;
  }
  if (slice.track == "array/array") add_step(slice, from, to, picture);
  if (slice.track == "DMA/weights") picture.boxes[kWeights].push_back({from, to, 1});
  if (slice.track == "DMA/inputs") picture.boxes[kInputs].push_back({from, to, 2});
  if (slice.track == "DMA/outputs") picture.boxes[kOutputs].push_back({from, to, 3});
}

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

/// The DRAM knows no layers: whatever it does meanwhile is shown, in its true size.
void add_dram_slice(const DrawnSlice& slice, Picture& picture) {
  const double from = std::max(slice.from_us, picture.begin);
  const double to = std::min(slice.to_us, picture.end);
  if (from >= to) return;
  const Box box{from - picture.begin, to - picture.begin, 4};
  if (ends_with(slice.track, ", data")) picture.boxes[kDramData].push_back(box);
  if (ends_with(slice.track, ", refresh")) picture.boxes[kRefresh].push_back(box);
}

const DrawnSlice& layer_of(const std::vector<DrawnSlice>& slices, const std::string& layer) {
  std::vector<std::string> names;
  std::vector<const DrawnSlice*> layers;
  for (const DrawnSlice& slice : slices) {
    if (!slice.is_layer()) continue;
    names.push_back(slice.name);
    layers.push_back(&slice);
  }
  if (names.empty()) throw std::runtime_error(kNoTrace);
  try {
    return *layers[index_of_name(layer, names)];
  } catch (const std::invalid_argument& e) {
    throw NoSuchLayer(e.what());
  }
}

Picture picture_of(const std::vector<DrawnSlice>& slices, const std::string& layer) {
  const DrawnSlice& found = layer_of(slices, layer);
  Picture picture;
  picture.begin = found.from_us;
  picture.end = found.to_us;
  picture.cycles = found.figure("cycles");
  const double number = found.figure("layer");
  for (const DrawnSlice& slice : slices) {
    if (slice.is_layer()) continue;
    if (slice.track.rfind("DRAM/", 0) == 0) {
      add_dram_slice(slice, picture);
    } else if (slice.figures.count("layer") != 0 && slice.figure("layer") == number) {
      add_slice(slice, picture);
    }
  }
  return picture;
}

/// What of the picture can be seen between two times.
Picture clipped(const Picture& picture, double from, double to) {
  Picture result;
  for (const auto& [index, list] : picture.boxes) {
    for (const Box& box : list) {
      if (box.to > from && box.from < to) {
        result.boxes[index].push_back({std::max(box.from, from), std::min(box.to, to), box.row});
      }
    }
  }
  return result;
}

std::string boxes(const Picture& picture) {
  std::string data, plots;
  for (const auto& [index, list] : picture.boxes) {
    const Look& look = kLooks[index];
    data += fmt::format("$boxes{} << END\n", index);
    for (const Box& box : list) {
      const double y = static_cast<double>(box.row);
      data += fmt::format("{} {} {} {} {} {}\n", box.from, y, box.from, box.to, y - 0.38, y + 0.38);
    }
    data += "END\n";
    plots += fmt::format(
        "{}$boxes{} using 1:2:3:4:5:6 with boxxyerror fillstyle solid {} fillcolor rgb '{}' title "
        "'{}'",
        plots.empty() ? "" : ", ", index,
        index < kDramData && list.size() < kMostFramed ? "border rgb 'white' linewidth 0.2"
                                                       : "noborder",
        look.colour, look.name);
  }
  return data + "plot " + plots + "\n";
}

}  // namespace

std::string timeline_script(const std::string& trace, const TimelineView& view,
                            PictureFormat format) {
  const Picture picture = picture_of(read_trace(trace), view.layer);
  std::string script = "set encoding utf8\n" + gnuplot::terminal(format, kWidth, kHeight);
  const double to = std::min(view.to_us.value_or(HUGE_VAL), picture.end - picture.begin);
  if (!(view.from_us >= 0 && view.from_us < to)) {
    throw std::runtime_error(
        fmt::format("times: {:g} to {:g} us, expected some of the layer's {:.6g} us", view.from_us,
                    to, picture.end - picture.begin));
  }
  script += fmt::format(
      "set border 0\nset tics nomirror scale 0 textcolor rgb '#444444'\n"
      "set grid xtics linetype 1 linecolor rgb '#e6e6e6' linewidth 1\n"
      "set title {} font 'sans-serif Bold,15' textcolor rgb '#222222'\n"
      "set xlabel \"microseconds since the layer began\\n\" textcolor rgb '#444444'\n"
      "set xrange [{}:{}]\nset yrange [{}:-0.6]\n"
      "set key outside bottom center horizontal textcolor rgb '#444444'\n",
      gnuplot::quoted(fmt::format("{}: {:.0f} cycles", view.layer, picture.cycles), 60),
      gnuplot::number(view.from_us), gnuplot::number(to),
      gnuplot::number(static_cast<double>(kRows.size()) - 0.4));
  std::string ticks;
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    ticks += fmt::format("{}'{}' {}", i == 0 ? "" : ", ", kRows[i], i);
  }
  return script + "set ytics (" + ticks + ")\n" + boxes(clipped(picture, view.from_us, to));
}

void draw_timeline(const std::string& trace_path, const TimelineView& view,
                   const std::string& picture) {
  const PictureFormat format = picture_format(picture);
  const std::string trace = read_text_file(trace_path, kMaxJsonBytes);
  std::string script;
  try {
    script = timeline_script(trace, view, format);
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(trace_path + ": " + error.what());
  }
  gnuplot::draw_script(script, picture);
}

}  // namespace dcnsim
