// SPDX-License-Identifier: Apache-2.0
// What the library says of a request, as the user of a command line asked for it.
#pragma once

#include <algorithm>
#include <string>

#include "analysis/cli/command.h"
#include "analysis/inference/inference.h"
#include "analysis/plot/plot.h"

namespace dcnsim::cli {

/// What `work` returns. What the library says of a request becomes a UsageError in the words of the
/// command line.
template <class Work>
auto in_words_of_options(const Work& work) {
  try {
    return work();
  } catch (const FixedPointAlready& e) {
    throw UsageError(e.network +
                     ": is in fixed point already; --weights, --activations, --widths "
                     "and --calibration are for float networks");
  } catch (const RequestError& e) {
    // Options are named as fields are.
    std::string option = "--" + e.field;
    std::replace(option.begin(), option.end(), '_', '-');
    throw UsageError(option + ": " + e.problem);
  }
}

/// Throws UsageError if this value of `option` is not the name of a picture.
inline void require_picture(const std::string& option, const std::string& path) {
  try {
    picture_format(path);
  } catch (const std::invalid_argument& e) {
    throw UsageError(option + ": " + e.what());
  }
}

}  // namespace dcnsim::cli
