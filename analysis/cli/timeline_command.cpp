// SPDX-License-Identifier: Apache-2.0
// dcnsim timeline: one layer of a trace as a picture.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "analysis/cli/command.h"
#include "analysis/cli/command_description.h"
#include "analysis/cli/console.h"
#include "analysis/cli/value_checks.h"
#include "analysis/cli/words_of_options.h"
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
  CLI::App* timeline = add_command(
      app, "timeline", "Draw one layer of a trace",
      "Draws one layer of a trace that `dcnsim run --trace FILE` has written: the array computing\n"
      "and waiting, and the DMA's streams. The whole trace opens in ui.perfetto.dev.",
      {{"dcnsim run --limit 1 --trace t.pftrace", ""},
       {"dcnsim timeline t.pftrace --layer conv1 -o conv1.svg", ""},
       {"dcnsim timeline t.pftrace --layer conv1 --from 100 --to 120 -o conv1.png",
        "20 microseconds of it"}});
  file_of(timeline->add_option("trace", options->trace, "Trace file"), {FileKind::kTrace}, "FILE")
      ->required();
  timeline->add_option("--layer", options->view.layer, "Name of the layer; an end of it will do")
      ->required()
      ->type_name("LAYER");
  real(timeline->add_option("--from", options->view.from_us,
                            "Begin so many microseconds after the layer [0]"),
       {0}, "US");
  real(timeline->add_option("--to", options->view.to_us,
                            "End so many microseconds after the layer's begin [its end]"),
       {0}, "US");
  timeline->add_option("-o,--output", options->output, "Picture to write, .svg or .png")
      ->required()
      ->type_name(kPictureType);
  timeline->callback([options, &action] {
    action = [options] {
      const TimelineView& view = options->view;
      if (view.to_us && view.from_us >= *view.to_us) {
        throw UsageError(fmt::format("--from {:g} is {} --to {:g}", view.from_us,
                                     view.from_us > *view.to_us ? "after" : "no time before",
                                     *view.to_us));
      }
      FileClaims claims;
      claims.reads("trace", options->trace);
      claims.writes("--output", options->output);
      claim(claims);
      require_picture("--output", options->output);
      try {
        draw_timeline(options->trace, options->view, options->output);
      } catch (const NoSuchLayer& e) {
        throw UsageError(std::string("--layer: ") + e.what());
      }
      say("{} of {} drawn into {}\n", options->view.layer, output_name(options->trace),
          output_name(options->output));
    };
  });
}

}  // namespace dcnsim::cli
