// SPDX-License-Identifier: Apache-2.0
// dcnsim run: a network on an accelerator, image by image, inside the SystemC model.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "analysis/cli/command_description.h"
#include "analysis/cli/console.h"
#include "analysis/cli/run_options.h"
#include "analysis/cli/words_of_options.h"
#include "analysis/inference/inference.h"
#include "models/base/file/atomic_file.h"
#include "models/base/text/printable.h"
#include "models/base/text/wrap.h"

namespace dcnsim::cli {
namespace {

void run_command(const RunCommandOptions& options) {
  const RunRequest request = options.request();
  FileClaims claims = files_of(request);
  claims.writes("--json", options.json);
  claims.writes("--csv", options.csv);
  claim(claims);
  const RunReport report = in_words_of_options([&] { return run(request, run_on_terminal()); });
  if (options.json) write_file_atomically(*options.json, to_json(report));
  if (options.csv) write_file_atomically(*options.csv, layers_csv(report));

  if (!options.no_images) note_limit(options.limit, report.images);
  const std::string images =
      report.images == 0 ? "no images" : shipped_data().images(options.images).name;
  const TextLayout layout = options.layout.layout();
  say("{}\n\n{}",
      wrapped(heading(report) + ", " + (options.check ? "every code checked" : images),
              layout.columns),
      to_text(report, layout));
  if (options.json) say("\nresults written to {}\n", output_name(*options.json));
  if (options.csv) say("\nlayers written to {}\n", output_name(*options.csv));
  if (options.predictions) say("\npredictions written to {}\n", output_name(*options.predictions));
  for (const DumpReport& dump : report.dumps) {
    say("\ncodes of {}, {} (value = code x 2^{}), written to {}\n", elide(dump.layer, 48),
        to_string(dump.format), -dump.format.frac, output_name(dump.path));
  }
  if (options.trace) {
    say("\ntrace of image {} written to {}: open it in ui.perfetto.dev\n", request.trace_image,
        output_name(*options.trace));
  }
  if (options.vcd) {
    say("\nwaveforms of image {} written to {}\n", request.trace_image, output_name(*options.vcd));
  }
}

}  // namespace

void add_run(CLI::App& app, Action& action) {
  auto options = std::make_shared<RunCommandOptions>();
  CLI::App* run = add_command(
      app, "run", "Simulate a network on an accelerator",
      "Executes a network on images inside the SystemC model of an accelerator and reports\n"
      "accuracy, latency, memory traffic, energy and area, per layer and in total. Everything has\n"
      "a default: plain `dcnsim run` simulates the built-in network at 8/8 bits on 1,000 images.\n"
      "A pixel 0..255 is to the network what --pixels says, or else its file, or else itself;\n"
      "then come nodes of the graph in front of the first layer.",
      {{"dcnsim run", "the built-in network at 8/8 bits on 1,000 images"},
       {"dcnsim run --accelerator large_edge -w 4 -a 8 --json result.json", ""},
       {"dcnsim run --limit 1 --trace t.pftrace", "a timeline for ui.perfetto.dev"},
       {"dcnsim run --limit 10 --json - | jq .latency", "results for another program"}});
  options->add_to(*run);
  run->callback([options, &action] { action = [options] { run_command(*options); }; });
}

}  // namespace dcnsim::cli
