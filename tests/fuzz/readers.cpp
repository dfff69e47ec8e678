// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "models/base/text/printable.h"
#include "tests/fuzz/reader.h"
#include "tests/support/temporary_folder.h"

namespace dcnsim::fuzz {
namespace {

/// Longer than any message that a person would read.
constexpr std::size_t kLongestLine = 1500;

const TemporaryFolder& folder() {
  static const TemporaryFolder made;
  return made;
}

/// One line for a person: nothing that moves a cursor, and no library's own words, unless they are
/// the input's.
void require_clean(const std::string& message, const std::string& bytes) {
  std::fflush(stdout);
  require(!message.empty() && message.size() <= kLongestLine, message.c_str());
  require(printable(message, kLongestLine) == message, message.c_str());
  for (const char* const foreign :
       {"json.exception", "yaml-cpp", "basic_string", "vector::", "std::", "stoul", "terminate"}) {
    require(message.find(foreign) == std::string::npos || bytes.find(foreign) != std::string::npos,
            message.c_str());
  }
}

}  // namespace

const std::vector<Reader>& readers() {
  static const std::vector<Reader> all = {
      {"network", read_network, {}, "network"},
      {"accelerator", read_accelerator, {"models/arch/presets"}, "yaml"},
      {"settings", read_settings, {}, "yaml"},
      {"widths", read_widths, {}, "yaml"},
      {"mapping", read_mapping, {}, "yaml"},
      {"sweep",
       read_sweep,
       {"analysis/sweep/studies/ten_thousand.yaml",
        "analysis/sweep/studies/two_square_millimetres.yaml",
        "tests/analysis/sweep/slurm/sweep.yaml"},
       "yaml"},
      {"cost_table", read_cost_table, {"models/cost/tables"}},
      {"result", read_result, {}, "json"},
      {"trace", read_trace, {}, "json"},
      {"record", read_record},
      {"npy", read_npy},
      {"labels", read_labels},
      {"cifar10", read_cifar10},
      {"compressed", read_compressed},
      {"store", read_store},
      {"evaluation_cache", read_evaluation_cache},
      {"mapping_cache", read_mapping_cache, {}, "json"},
      {"sensitivity_cache", read_sensitivity_cache, {}, "json"},
      {"descriptors", read_descriptors},
#ifdef DCNSIM_FUZZ_RISCV
      {"platform", read_platform, {"platform/riscv/two_networks.yaml"}, "yaml"},
      {"elf", read_elf},
#endif
  };
  return all;
}

const Reader& reader(const std::string& name) {
  std::string names;
  for (const Reader& one : readers()) {
    if (one.name == name) return one;
    names += std::string(" ") + one.name;
  }
  throw std::invalid_argument("no reader " + name + ", expected one of:" + names);
}

void read(const Reader& reader, const std::string& bytes) {
  try {
    reader.read(bytes);
  } catch (const std::runtime_error& e) {
    require_clean(e.what(), bytes);
  } catch (const std::invalid_argument& e) {
    require_clean(e.what(), bytes);
  }
}

void require(bool holds, const char* promise) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", promise);
  std::abort();
}

std::string path_of(const std::string& name) { return folder().path(name); }

std::string file_with(const std::string& name, const std::string& bytes) {
  return folder().write(name, bytes);
}

}  // namespace dcnsim::fuzz
