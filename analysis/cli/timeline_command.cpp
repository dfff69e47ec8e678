// SPDX-License-Identifier: Apache-2.0
// dcnsim timeline: one layer of a trace as a picture.
#include <fmt/format.h>

#include <memory>

#include "analysis/cli/command.h"
#include "analysis/trace/timeline.h"
#include "models/base/file/atomic_file.h"

namespace dcnsim::cli {
namespace {

struct TimelineOptions {
  std::string trace, output;
  TimelineView view;
};

}  // namespace

void add_timeline(CLI::App& app, Action& action) {
  auto options = std::make_shared<TimelineOptions>();
  CLI::App* timeline = app.add_subcommand("timeline", "Draw one layer of a trace");
  timeline->description(
      "Draws one layer of a trace that `dcnsim run --trace FILE` has written: the array computing\n"
      "and waiting, and the DMA's streams. The whole trace opens in ui.perfetto.dev.");
  timeline->add_option("trace", options->trace, "Trace file")->required()->type_name("FILE");
  timeline->add_option("--layer", options->view.layer, "Name of the layer")->required();
  timeline
      ->add_option("--from", options->view.from_us,
                   "Begin so many microseconds after the layer [0]")
      ->type_name("US");
  timeline
      ->add_option("--to", options->view.to_us,
                   "End so many microseconds after the layer's begin [its end]")
      ->type_name("US");
  timeline->add_option("-o,--output", options->output, "Picture to write, .svg or .png")
      ->required()
      ->type_name("FILE");
  timeline->callback([options, &action] {
    action = [options] {
      require_writable(options->output);
      draw_timeline(options->trace, options->view, options->output);
      fmt::print("{} of {} drawn into {}\n", options->view.layer, options->trace, options->output);
    };
  });
}

}  // namespace dcnsim::cli
