// SPDX-License-Identifier: Apache-2.0
// What scripts for gnuplot 5.4 have in common, and running them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "analysis/plot/plot.h"

namespace dcnsim::gnuplot {

/// A string constant that shows `text` as it is, cut to `length` characters.
std::string quoted(std::string_view text, std::size_t length);

/// In full precision, whatever the locale.
std::string number(double value);

/// The command that selects the output; sizes in SVG pixels, of which PNG has two a side.
std::string terminal(PictureFormat format, double width, double height);

/// Runs `script` and writes the picture it prints. Throws what draw() throws.
void draw_script(const std::string& script, const std::string& path);

}  // namespace dcnsim::gnuplot
