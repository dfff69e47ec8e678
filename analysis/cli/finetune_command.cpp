// SPDX-License-Identifier: Apache-2.0
// dcnsim finetune: hands over to dcnsim-finetune beside this program.
#include <unistd.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "analysis/cli/command.h"

namespace dcnsim::cli {
namespace {

[[noreturn]] void hand_over(const std::vector<std::string>& arguments) {
  const std::string program =
      (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "dcnsim-finetune").string();
  if (access(program.c_str(), X_OK) != 0) {
    throw std::runtime_error(
        "finetune: this dcnsim was built without libtorch; install libtorch-dev and libdnnl-dev "
        "and build again");
  }
  std::vector<char*> pointers{const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) {
    pointers.push_back(const_cast<char*>(argument.c_str()));
  }
  pointers.push_back(nullptr);
  execv(program.c_str(), pointers.data());
  throw std::runtime_error(program + ": cannot be started");
}

}  // namespace

void add_finetune(CLI::App& app, Action& action) {
  CLI::App* finetune =
      app.add_subcommand("finetune", "Train a float network on in fixed point (with libtorch)");
  // Everything behind it, --help too, is for the other program.
  finetune->set_help_flag();
  finetune->prefix_command();
  finetune->callback(
      [finetune, &action] { action = [finetune] { hand_over(finetune->remaining()); }; });
}

}  // namespace dcnsim::cli
