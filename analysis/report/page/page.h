// SPDX-License-Identifier: Apache-2.0
// The report page: results as one HTML file that loads nothing else. A pure function of JSON texts.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace dcnsim {

struct PageInput {
  std::string file;  ///< the name that errors and the page carry
  std::string json;  ///< dcnsim.run/1, .sweep/1, .allocate/1 or .quantize/1
};

/// The most that one page compares.
inline constexpr std::size_t kMostResults = 6;

/// A run, a sweep, an allocation, a quantization, or up to kMostResults runs side by side. Whatever
/// the texts hold appears as text: no name can become markup. Throws std::runtime_error with one
/// line: file, field, value, what was expected.
std::string report_page(const std::vector<PageInput>& inputs);

/// The page of what still grows: a browser loads the file anew every so many seconds.
std::string reloading(std::string page, int seconds);

}  // namespace dcnsim
