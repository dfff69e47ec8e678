// SPDX-License-Identifier: Apache-2.0
// The slices of a trace that dcnsim has written, in either form.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dcnsim {

inline constexpr const char* kNoTrace = "not a trace of dcnsim, or cut short";

struct DrawnSlice {
  std::string track;  ///< "group/row"
  std::string name;
  double from_us = 0, to_us = 0;
  std::map<std::string, double> figures;

  /// Throws std::runtime_error, kNoTrace, if there is no such figure.
  double figure(const std::string& what) const;
  bool is_layer() const { return track == "job/layers"; }
};

/// From the bytes of a file. Throws std::runtime_error, kNoTrace, if they are none.
std::vector<DrawnSlice> read_trace(const std::string& bytes);

}  // namespace dcnsim
