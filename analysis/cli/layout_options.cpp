// SPDX-License-Identifier: Apache-2.0
#include "analysis/cli/layout_options.h"

#include <CLI/CLI.hpp>

#include "analysis/cli/console.h"

namespace dcnsim::cli {

void LayoutOptions::add_to(CLI::App& app) {
  app.add_flag(
      "--wide", wide,
      "Tables with all columns, however long their lines; without it, what the terminal has "
      "room for");
  app.add_flag("--verbose", verbose,
               "Also say what columns mean, and where energy and area figures come from");
}

TextLayout LayoutOptions::layout() const {
  TextLayout layout;
  layout.columns = terminal_columns();
  layout.wide = wide;
  layout.verbose = verbose;
  layout.emphasis = has_colour(Output::kText);
  return layout;
}

}  // namespace dcnsim::cli
