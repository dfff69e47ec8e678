// SPDX-License-Identifier: Apache-2.0
// One layer of a trace file as a picture: what the array does, what it waits for, and what the DMA
// moves meanwhile.
#pragma once

#include <string>

#include "analysis/plot/plot.h"

namespace dcnsim {

/// The gnuplot script of the picture, from the bytes of a trace file. Throws std::runtime_error,
/// one line without the file's name: not a trace of dcnsim, or no such layer (with those there
/// are).
std::string timeline_script(const std::string& trace, const std::string& layer,
                            PictureFormat format);

/// Draws `layer` of the trace file into `picture` (.svg or .png). Throws what timeline_script() and
/// draw() throw, with the file's name.
void draw_timeline(const std::string& trace_path, const std::string& layer,
                   const std::string& picture);

}  // namespace dcnsim
