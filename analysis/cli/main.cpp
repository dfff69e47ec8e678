// SPDX-License-Identifier: Apache-2.0
// The dcnsim command. Exit codes: 0 ok, 1 failed, 2 usage, 130 interrupted.
#include <cstdlib>
#include <systemc>

#include "analysis/cli/command.h"
#include "analysis/cli/entry.h"

namespace {

int run_command(int argc, char** argv) {
  CLI::App app{
      "dcnsim: a SystemC TLM-2.0 simulator of fixed-point accelerators for deep convolutional\n"
      "networks. Executes quantized networks bit for bit and reports accuracy, latency, memory\n"
      "traffic, energy and area."};
  app.set_version_flag("--version", "dcnsim " DCNSIM_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Examples:\n"
      "  dcnsim run                                  the built-in network at 8/8 bits, 1,000 "
      "images\n"
      "  dcnsim run --accelerator large_edge -w 4 -a 8\n"
      "  dcnsim quantize NET.onnx -w 6 -a 8 -o NET_w6a8.onnx\n"
      "  dcnsim allocate --equal-bits 6 -o NET_optimal.onnx --plot curve.svg\n"
      "  dcnsim finetune -w 4 -a 4 --data cifar -o NET_w4a4.onnx\n"
      "  dcnsim map --layer conv1\n"
      "  dcnsim inspect small_edge\n"
      "  dcnsim sweep study.yaml --dry-run\n"
      "  dcnsim report result.json -o result.html\n"
      "Every subcommand has a --help of its own.");
  dcnsim::cli::Action action;
  dcnsim::cli::add_run(app, action);
  dcnsim::cli::add_quantize(app, action);
  dcnsim::cli::add_allocate(app, action);
  dcnsim::cli::add_finetune(app, action);
  dcnsim::cli::add_map(app, action);
  dcnsim::cli::add_experiment(app, action);
  dcnsim::cli::add_inspect(app, action);
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
