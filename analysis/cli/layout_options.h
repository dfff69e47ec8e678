// SPDX-License-Identifier: Apache-2.0
// The options of commands that print tables.
#pragma once

#include "models/base/text/text_layout.h"

namespace CLI {
class App;
}

namespace dcnsim::cli {

struct LayoutOptions {
  bool wide = false;
  bool verbose = false;

  void add_to(CLI::App& app);
  /// For where text is said now: a terminal's width, or COLUMNS, or 80.
  TextLayout layout() const;
};

}  // namespace dcnsim::cli
