// SPDX-License-Identifier: Apache-2.0
// Part of every test program: DCNSIM_KERNEL selects the instruction set of the inner loops, as it
// does for the commands. One that the processor lacks ends the program with the exit code that
// CTest takes for a skipped test (SKIP_RETURN_CODE).
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "models/numeric/instruction_set.h"

namespace dcnsim {
namespace {

bool select_from_environment() {
  const char* name = std::getenv("DCNSIM_KERNEL");
  if (name == nullptr || *name == '\0') return false;
  try {
    select_instruction_set(name);
  } catch (const std::invalid_argument& error) {
    std::fprintf(stderr, "DCNSIM_KERNEL: %s\n", error.what());
    std::_Exit(77);
  }
  return true;
}

[[maybe_unused]] const bool selected = select_from_environment();

}  // namespace
}  // namespace dcnsim
