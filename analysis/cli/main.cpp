// SPDX-License-Identifier: Apache-2.0
// The dcnsim command.
#include <CLI/CLI.hpp>
#include <cstdlib>
#include <systemc>

#include "analysis/cli/command.h"
#include "analysis/cli/command_description.h"
#include "analysis/cli/entry.h"

namespace {

int run_command(int argc, char** argv) {
  CLI::App app;
  app.require_subcommand(1);
  dcnsim::cli::set_description(
      app, "Simulates fixed-point accelerators for deep convolutional networks",
      "A SystemC TLM-2.0 model that executes quantized networks bit for bit and reports accuracy,\n"
      "latency, memory traffic, energy and area.",
      {{"dcnsim run", "the built-in network at 8/8 bits, 1,000 images"},
       {"dcnsim run --accelerator large_edge -w 4 -a 8", "a larger machine, narrower weights"},
       {"dcnsim map --layer conv1", "how a layer is executed, and why"},
       {"dcnsim allocate --equal-bits 6 -o allocated.onnx", "a width for every layer"},
       {"dcnsim new-machine small_edge >m.yaml", "a machine to change"},
       {"dcnsim run --json result.json", ""},
       {"dcnsim report result.json -o result.html", "a page to look at"}});
  dcnsim::cli::Action action;
  dcnsim::cli::add_run(app, action);
  dcnsim::cli::add_quantize(app, action);
  dcnsim::cli::add_allocate(app, action);
  dcnsim::cli::add_finetune(app, action, {argv, argv + argc});
  dcnsim::cli::add_map(app, action);
  dcnsim::cli::add_compile(app, action);
  dcnsim::cli::add_experiment(app, action);
  dcnsim::cli::add_inspect(app, action);
  dcnsim::cli::add_new_machine(app, action);
  dcnsim::cli::add_timeline(app, action);
  dcnsim::cli::add_sweep(app, action);
  dcnsim::cli::add_report(app, action);
  return dcnsim::cli::parse_and_act("dcnsim", app, action, argc, argv);
}

}  // namespace

// SystemC's library has a main that prints a banner before anything else; ours takes precedence.
int main(int argc, char** argv) {
  setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);
  return sc_core::sc_elab_and_sim(argc, argv);
}

int sc_main(int argc, char** argv) { return run_command(argc, argv); }
