// SPDX-License-Identifier: Apache-2.0
// The charts of a page as pictures of their own, drawn by the page's own scripts.
#pragma once

#include <string>
#include <vector>

namespace dcnsim {

struct Slide {
  std::string name;  ///< of the file, without extension: that of the chart
  std::string svg;   ///< the file's text: needs nothing else, has the colours of light ground
};

/// All charts of a page that report_page() has made, in the page's order. Runs node (18 or newer)
/// with jsdom (20 or newer; package node-jsdom). Throws std::runtime_error with one line if that
/// does not work, or takes more than five minutes.
std::vector<Slide> page_slides(const std::string& page);

}  // namespace dcnsim
