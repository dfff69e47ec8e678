// SPDX-License-Identifier: Apache-2.0
// dcnsim finetune: hands over to dcnsim-finetune beside this program.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "analysis/cli/command.h"
#include "analysis/cli/finetune_options.h"

namespace dcnsim::cli {
namespace {

std::string training_program() {
  return (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "dcnsim-finetune")
      .string();
}

constexpr const char* kWithoutLibtorch =
    "this dcnsim was built without libtorch: install libtorch-dev and libdnnl-dev and build again";

[[noreturn]] void hand_over(const std::vector<std::string>& arguments) {
  const std::string program = training_program();
  if (access(program.c_str(), X_OK) != 0) {
    throw std::runtime_error(std::string("finetune: ") + kWithoutLibtorch);
  }
  std::vector<char*> pointers{const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) {
    pointers.push_back(const_cast<char*>(argument.c_str()));
  }
  pointers.push_back(nullptr);
  execv(program.c_str(), pointers.data());
  throw std::runtime_error(program + ": cannot be started");
}

/// What stands behind the command's name.
std::vector<std::string> behind(const std::string& name, const std::vector<std::string>& all) {
  const auto at = std::find(all.begin(), all.end(), name);
  return at == all.end() ? std::vector<std::string>{} : std::vector<std::string>(at + 1, all.end());
}

}  // namespace

void add_finetune(CLI::App& app, Action& action, const std::vector<std::string>& command_line) {
  constexpr const char* kName = "finetune";
  auto options = std::make_shared<FinetuneOptions>();
  CLI::App* finetune = app.add_subcommand(kName);
  set_finetune_description(*finetune);
  options->add_to(*finetune);
  // The other program parses them once more.
  finetune->callback([options, command_line, &action] {
    action = [command_line] { hand_over(behind(kName, command_line)); };
  });
}

}  // namespace dcnsim::cli
