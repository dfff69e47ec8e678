// SPDX-License-Identifier: Apache-2.0
// One layer of a trace file as a picture: what the array does, what it waits for, and what the DMA
// moves meanwhile.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>

#include "analysis/plot/plot.h"

namespace dcnsim {

struct TimelineView {
  std::string layer;
  double from_us = 0;             ///< since the layer began
  std::optional<double> to_us{};  ///< its end if absent
};

/// The name asked for, and those that there are.
struct NoSuchLayer : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

/// The gnuplot script of the picture, from the bytes of a trace file. Throws NoSuchLayer, and
/// std::runtime_error, one line without the file's name: not a trace of dcnsim, or no such time.
std::string timeline_script(const std::string& trace, const TimelineView& view,
                            PictureFormat format);

/// Draws a trace file into `picture` (.svg or .png). Throws NoSuchLayer, and what timeline_script()
/// and draw() throw otherwise, with the file's name.
void draw_timeline(const std::string& trace_path, const TimelineView& view,
                   const std::string& picture);

}  // namespace dcnsim
