// SPDX-License-Identifier: Apache-2.0
#include "analysis/cli/entry.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <stdexcept>

#include "analysis/cli/command_description.h"
#include "analysis/cli/console.h"
#include "analysis/cli/documentation.h"
#include "analysis/cli/help_text.h"
#include "analysis/cli/interruption.h"
#include "analysis/cli/usage_errors.h"
#include "analysis/cli/version.h"
#include "models/base/process/memory_need.h"
#include "models/numeric/instruction_set.h"

namespace dcnsim::cli {
namespace {

constexpr const char* kKernelVariable = "DCNSIM_KERNEL";

/// Standard streams that are closed get a descriptor that cannot be used: the next file that is
/// opened would take their place otherwise, and what is said would end up in it.
void occupy_closed_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFL) < 0) {
      ::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    }
  }
}

/// The environment hands the choice on to programs that this one starts.
void select_kernels(const std::string& name) {
  if (name.empty()) return;
  try {
    select_instruction_set(name);
  } catch (const std::invalid_argument& e) {
    throw UsageError(fmt::format("--kernels or {}: {}", kKernelVariable, e.what()));
  }
  setenv(kKernelVariable, name.c_str(), 1);
}

/// A flag is there or is not: CLI11 would take --check=no.
void take_no_values_for_flags(CLI::App& app) {
  for (CLI::Option* option : app.get_options()) {
    if (option->get_items_expected_max() == 0) option->disable_flag_override();
  }
  for (CLI::App* command : app.get_subcommands([](CLI::App*) { return true; })) {
    take_no_values_for_flags(*command);
  }
}

/// What became of a command line, and of which command it was.
class Invocation {
 public:
  Invocation(const char* program, CLI::App& app, int argc, char** argv)
      : program_(program), app_(app), argc_(argc), argv_(argv) {}

  /// Returns the exit code.
  int run(const Action& action, const std::string& kernels) {
    if (argc_ == 3 && std::string(argv_[1]) == kWriteDocumentation) {
      write_documentation(program_, app_, argv_[2]);
      return 0;
    }
    try {
      app_.parse(argc_, argv_);
    } catch (const CLI::CallForHelp&) {
      const NamedCommand command = named_command(program_, app_);
      say_text(help_text(describe(command.name, *command.app), terminal_columns()));
      return 0;
    } catch (const CLI::CallForVersion&) {
      say_text(version_text(program_));
      return 0;
    } catch (const CLI::ParseError& e) {
      throw UsageError(
          usage_problem(program_, app_, e, {argv_ + std::min(argc_, 1), argv_ + argc_}));
    }
    const std::string empty = empty_value(app_);
    if (!empty.empty()) throw UsageError(empty);
    select_kernels(kernels);
    action();
    return 0;
  }

  int fail(int code, const std::string& message) const {
    const std::string hint =
        code == 2 ? fmt::format(" (see {} --help)", named_command(program_, app_).name) : "";
    say_error(fmt::format("{}: {}{}", program_, message, hint));
    return code;
  }

 private:
  const char* program_;
  CLI::App& app_;
  int argc_;
  char** argv_;
};

}  // namespace

int parse_and_act(const char* name, CLI::App& app, const Action& action, int argc, char** argv) {
  std::string kernels;
  app.add_option("--kernels", kernels,
                 "Instruction set of the inner loops: scalar, avx2 or avx512, on AArch64 scalar,\n"
                 "neon or i8mm; the best that the processor has if not given. Decides about time,\n"
                 "never about a result")
      ->type_name("SET")
      ->envname(kKernelVariable);
  app.set_version_flag("--version", DCNSIM_VERSION,
                       "Version, revision, compiler and libraries, and exit");
  take_no_values_for_flags(app);
  occupy_closed_streams();
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is a failed write like any other
  end_on_interruption(name);
  Invocation invocation(name, app, argc, argv);
  try {
    const int code = invocation.run(action, kernels);
    require_all_said();
    return code;
  } catch (const UsageError& e) {
    return invocation.fail(2, e.what());
  } catch (const Interrupted& e) {
    return invocation.fail(130, e.what());
  } catch (const std::exception& e) {
    return invocation.fail(1, problem_of(e));
  }
}

}  // namespace dcnsim::cli
