// SPDX-License-Identifier: Apache-2.0
// What is wrong with a request to dcnsim::inference, as the user of a command line asked for it.
#pragma once

#include <string>

#include "analysis/cli/command.h"
#include "analysis/inference/inference.h"

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
  } catch (const NoSuchImage& e) {
    throw UsageError((e.field == "trace_image" ? "--trace-image: " : "--dump-images: ") +
                     std::to_string(e.image) + ", expected one of the " + std::to_string(e.count) +
                     " images, from 0 on");
  }
}

}  // namespace dcnsim::cli
