// SPDX-License-Identifier: Apache-2.0
#include "analysis/cli/entry.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "models/numeric/instruction_set.h"

namespace dcnsim::cli {
namespace {

constexpr const char* kKernelVariable = "DCNSIM_KERNEL";

/// Names in it may come from anywhere: no line breaks, no escape sequences.
int fail(const char* name, int code, std::string message) {
  for (char& c : message) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) c = ' ';
  }
  fmt::print(stderr, "{0}: {1}{2}\n", name, message,
             code == 2 ? fmt::format(" (see {} --help)", name) : "");
  return code;
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

}  // namespace

int parse_and_act(const char* name, CLI::App& app, const Action& action, int argc, char** argv) {
  std::string kernels;
  app.add_option("--kernels", kernels,
                 "Instruction set of the inner loops: scalar, avx2 or avx512; the best that the\n"
                 "processor has if not given. Decides about time, never about a result")
      ->envname(kKernelVariable);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& e) {
    return app.exit(e);
  } catch (const CLI::CallForAllHelp& e) {
    return app.exit(e);
  } catch (const CLI::CallForVersion& e) {
    return app.exit(e);
  } catch (const CLI::ParseError& e) {
    return fail(name, 2, e.what());
  }
  try {
    select_kernels(kernels);
    action();
    if (std::fflush(stdout) != 0) return fail(name, 1, "standard output: cannot be written");
    return 0;
  } catch (const UsageError& e) {
    return fail(name, 2, e.what());
  } catch (const Interrupted& e) {
    return fail(name, 130, e.what());
  } catch (const std::exception& e) {
    return fail(name, 1, e.what());
  }
}

}  // namespace dcnsim::cli
