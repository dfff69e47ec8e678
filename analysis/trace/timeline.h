// SPDX-License-Identifier: Apache-2.0
// One layer of a trace file as a picture: what the array does, what it waits for, and what the DMA
// moves meanwhile.
#pragma once

#include <optional>
#include <string>

#include "analysis/plot/plot.h"

namespace dcnsim {

struct TimelineView {
  std::string layer;
  double from_us = 0;             ///< since the layer began
  std::optional<double> to_us{};  ///< its end if absent
};

/// The gnuplot script of the picture, from the bytes of a trace file. Throws std::runtime_error,
/// one line without the file's name: not a trace of dcnsim, no such layer (with those there are),
/// or no such time.
std::string timeline_script(const std::string& trace, const TimelineView& view,
                            PictureFormat format);

/// Draws a trace file into `picture` (.svg or .png). Throws what timeline_script() and draw()
/// throw, with the file's name.
void draw_timeline(const std::string& trace_path, const TimelineView& view,
                   const std::string& picture);

}  // namespace dcnsim
