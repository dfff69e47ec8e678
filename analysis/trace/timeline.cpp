// SPDX-License-Identifier: Apache-2.0
#include "analysis/trace/timeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <stdexcept>
#include <vector>

#include "analysis/plot/gnuplot.h"
#include "models/base/file/text_file.h"
#include "models/base/json/document.h"
#include "models/base/text/printable.h"
#include "models/base/text/short_name.h"

namespace dcnsim {
namespace {

constexpr const char* kNoTrace = "not a trace of dcnsim, or cut short";
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
constexpr Look kLooks[] = {
    {"computing", "#009E73"},  {"fill and drain", "#66C2A5"}, {"bank conflicts", "#B8E0D2"},
    {"weights", "#D55E00"},    {"inputs", "#0072B2"},         {"outputs", "#CC79A7"},
    {"descriptor", "#595959"}, {"DRAM data", "#56B4E9"},      {"refresh", "#E69F00"}};
enum LookIndex : std::size_t {
  kComputing,
  kFillDrain,
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

/// A number, no larger than whole numbers in JSON are exact.
double number(const Json& object, const char* name) {
  constexpr double kMost = 9007199254740992;
  const double value = object.at(name).get<double>();
  if (!(std::abs(value) <= kMost)) throw std::runtime_error(kNoTrace);
  return value;
}

int id(const Json& object, const char* name) {
  const double value = number(object, name);
  if (!(value >= 0 && value <= std::numeric_limits<int>::max())) {
    throw std::runtime_error(kNoTrace);
  }
  return static_cast<int>(value);
}

LookIndex look_of_wait(const std::string& name) {
  if (name == "wait: weight") return kWeights;
  if (name == "wait: input") return kInputs;
  if (name == "wait: output") return kOutputs;
  return kDescriptors;
}

/// Filling, draining and bank conflicts are shown behind the step's work, wherever they were.
void add_array_slice(const Json& slice, double from, double to, Picture& picture) {
  const Json& figures = slice.at("args");
  if (!figures.contains("compute_cycles")) {
    picture.boxes[look_of_wait(slice.at("name").get<std::string>())].push_back({from, to, 0});
    return;
  }
  const double work = number(figures, "compute_cycles"),
               fill = number(figures, "fill_drain_cycles"),
               conflicts = number(figures, "conflict_cycles");
  const double a_cycle = (to - from) / std::max(work + conflicts, 1.0);
  const double filled = from + (work - fill) * a_cycle, worked = from + work * a_cycle;
  picture.boxes[kComputing].push_back({from, filled, 0});
  if (fill > 0) picture.boxes[kFillDrain].push_back({filled, worked, 0});
  if (conflicts > 0) picture.boxes[kConflicts].push_back({worked, to, 0});
}

void add_slice(const Json& slice, const std::string& track, Picture& picture) {
  const double from = number(slice, "ts") - picture.begin;
  const double to = from + number(slice, "dur");
  if (track == "array/array") add_array_slice(slice, from, to, picture);
  if (track == "DMA/weights") picture.boxes[kWeights].push_back({from, to, 1});
  if (track == "DMA/inputs") picture.boxes[kInputs].push_back({from, to, 2});
  if (track == "DMA/outputs") picture.boxes[kOutputs].push_back({from, to, 3});
}

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

/// The DRAM knows no layers: whatever it does meanwhile is shown, in its true size.
void add_dram_slice(const Json& slice, const std::string& track, Picture& picture) {
  const double from = std::max(number(slice, "ts"), picture.begin);
  const double to = std::min(number(slice, "ts") + number(slice, "dur"), picture.end);
  if (from >= to) return;
  const Box box{from - picture.begin, to - picture.begin, 4};
  if (ends_with(track, ", data")) picture.boxes[kDramData].push_back(box);
  if (ends_with(track, ", refresh")) picture.boxes[kRefresh].push_back(box);
}

/// "group/row" by process and thread.
std::map<std::pair<int, int>, std::string> track_names(const Json& events) {
  std::map<int, std::string> groups;
  std::map<std::pair<int, int>, std::string> rows;
  for (const Json& event : events) {
    if (event.at("ph") != "M") continue;
    const int group = id(event, "pid"), row = id(event, "tid");
    if (event.at("name") == "process_name") groups[group] = event.at("args").at("name");
    if (event.at("name") == "thread_name") rows[{group, row}] = event.at("args").at("name");
  }
  for (auto& [key, name] : rows) name = groups[key.first] + "/" + name;
  return rows;
}

Picture picture_of(const Json& events, const std::string& layer) {
  const auto tracks = track_names(events);
  const auto is_layer = [&](const Json& event) {
    if (event.at("ph") != "X") return false;
    const auto track = tracks.find({id(event, "pid"), id(event, "tid")});
    return track != tracks.end() && track->second == "job/layers";
  };
  std::vector<std::string> names;
  std::vector<const Json*> layers;
  for (const Json& event : events) {
    if (!is_layer(event)) continue;
    names.push_back(event.at("name").get<std::string>());
    layers.push_back(&event);
  }
  if (names.empty()) throw std::runtime_error(kNoTrace);
  const Json* found = nullptr;
  try {
    found = layers[index_of_name(layer, names)];
  } catch (const std::invalid_argument& e) {
    throw std::runtime_error(std::string("layer: ") + e.what());
  }
  Picture picture;
  picture.begin = number(*found, "ts");
  picture.end = picture.begin + number(*found, "dur");
  picture.cycles = number(found->at("args"), "cycles");
  const int layer_index = id(found->at("args"), "layer");
  for (const Json& event : events) {
    if (event.at("ph") != "X" || is_layer(event)) continue;
    const auto track = tracks.find({id(event, "pid"), id(event, "tid")});
    if (track == tracks.end()) continue;
    if (track->second.rfind("DRAM/", 0) == 0) {
      add_dram_slice(event, track->second, picture);
    } else if (event.at("args").value("layer", Json()) == layer_index) {
      add_slice(event, track->second, picture);
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
  const std::optional<Json> json = json_if_valid(trace);
  if (!json) throw std::runtime_error(kNoTrace);
  Picture picture;
  try {
    picture = picture_of(json->at("traceEvents"), view.layer);
  } catch (const Json::exception&) {
    throw std::runtime_error(kNoTrace);
  }
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
