// SPDX-License-Identifier: Apache-2.0
// dcnsim run: a network on an accelerator, image by image, inside the SystemC model.
#include <fmt/format.h>

#include <memory>

#include "analysis/cli/command.h"
#include "analysis/cli/run_options.h"
#include "analysis/inference/inference.h"
#include "models/base/file/atomic_file.h"

namespace dcnsim::cli {
namespace {

void run_command(const RunCommandOptions& options) {
  if (options.json) require_writable(*options.json);
  const RunReport report =
      in_words_of_options([&] { return run(options.request(), run_on_terminal()); });
  if (options.json) write_file_atomically(*options.json, to_json(report));

  fmt::print("{}, {}\n\n{}", heading(report),
             options.check ? "every code checked" : shipped_data().images(options.images),
             to_text(report));
  if (options.json) fmt::print("\nresults written to {}\n", *options.json);
  if (options.trace) {
    fmt::print("\ntrace of image {} written to {}: open it in ui.perfetto.dev\n",
               options.trace_image, *options.trace);
  }
  if (options.vcd) {
    fmt::print("\nwaveforms of image {} written to {}\n", options.trace_image, *options.vcd);
  }
}

}  // namespace

void add_run(CLI::App& app, Action& action) {
  auto options = std::make_shared<RunCommandOptions>();
  CLI::App* run = app.add_subcommand("run", "Simulate a network on an accelerator");
  run->description(
      "Executes a network on CIFAR-10 images inside the SystemC model of an accelerator and "
      "reports\n"
      "accuracy, latency, memory traffic, energy and area, per layer and in total. Everything has\n"
      "a default: plain `dcnsim run` simulates the built-in network at 8/8 bits on 1,000 images.");
  options->add_to(*run);
  run->callback([options, &action] { action = [options] { run_command(*options); }; });
}

}  // namespace dcnsim::cli
