// SPDX-License-Identifier: Apache-2.0
#include "models/base/process/memory_need.h"

#include <sys/resource.h>

#include <cstring>
#include <filesystem>
#include <new>
#include <system_error>

namespace dcnsim {

std::string problem_of(const std::exception& e) {
  // SystemC's own words for coroutines that get no stack are no type's.
  if (dynamic_cast<const std::bad_alloc*>(&e) == nullptr &&
      std::strstr(e.what(), "failed to allocate stack memory") == nullptr) {
    return e.what();
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  constexpr long kKibPerMib = 1024;
  return "not enough memory: more was asked for than the " +
         std::to_string(usage.ru_maxrss / kKibPerMib) + " MiB that were in use at most";
}

std::runtime_error not_enough_memory_for(const std::string& file) {
  std::error_code unknown;
  const std::uintmax_t bytes = std::filesystem::file_size(file, unknown);
  return std::runtime_error(file + ": not enough memory for what is in " +
                            (unknown ? "it" : "its " + std::to_string(bytes) + " bytes"));
}

}  // namespace dcnsim
