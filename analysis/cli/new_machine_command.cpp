// SPDX-License-Identifier: Apache-2.0
// dcnsim new-machine: an accelerator file to change.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "analysis/cli/command.h"
#include "analysis/cli/command_description.h"
#include "analysis/cli/console.h"
#include "analysis/cli/shipped_files.h"
#include "models/base/file/atomic_file.h"
#include "models/base/file/text_file.h"
#include "models/base/text/printable.h"
#include "models/base/text/suggest.h"
#include "models/base/yaml/document.h"

namespace dcnsim::cli {
namespace {

struct NewMachineOptions {
  std::string preset;
  std::string output = "-";
};

/// The preset's own file: its comments say what each field means.
void write_machine(const NewMachineOptions& options) {
  const std::vector<std::string> presets = shipped_data().accelerator_names();
  if (std::find(presets.begin(), presets.end(), options.preset) == presets.end()) {
    throw UsageError(fmt::format("{}: no such accelerator preset ({}){}", printable(options.preset),
                                 listed(presets), suggestion(options.preset, presets)));
  }
  const std::string file = shipped_data().accelerator(options.preset).path;
  FileClaims claims;
  claims.reads("preset", file);
  claims.writes("--output", options.output);
  claim(claims);
  write_file_atomically(options.output, read_text_file(file, kMaxYamlBytes));
}

}  // namespace

void add_new_machine(CLI::App& app, Action& action) {
  auto options = std::make_shared<NewMachineOptions>();
  CLI::App* machine = add_command(
      app, "new-machine", "An accelerator file to change",
      "Writes the file of a preset, with comments that say what its fields mean: change it and\n"
      "give it to --accelerator.",
      {{"dcnsim new-machine small_edge >m.yaml", ""},
       {"dcnsim run --accelerator m.yaml", "the network that comes with dcnsim on it"}});
  machine->add_option("preset", options->preset, "Name of an accelerator that comes with dcnsim")
      ->required()
      ->type_name("PRESET");
  machine->add_option("-o,--output", options->output, "File to write")
      ->type_name(kOutputType)
      ->capture_default_str();
  machine->callback([options, &action] { action = [options] { write_machine(*options); }; });
}

}  // namespace dcnsim::cli
