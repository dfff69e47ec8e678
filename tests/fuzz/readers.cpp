// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include "models/base/text/printable.h"
#include "tests/fuzz/reader.h"
#include "tests/fuzz/sanitizer.h"
#include "tests/fuzz/spending.h"
#include "tests/support/temporary_folder.h"

namespace dcnsim::fuzz {
namespace {

/// Longer than any message that a person would read.
constexpr std::size_t kLongestLine = 1500;

/// What any input may take: machines' memories, tables of prices, a page's scripts.
constexpr std::size_t kAnyBytes = std::size_t{16} << 20;
/// A byte that is deflated is at most so many.
constexpr std::size_t kMostInflated = 1032;
#ifdef DCNSIM_ADDRESS_SANITIZER
constexpr double kSlowness = 10;
#else
constexpr double kSlowness = 1;
#endif
constexpr double kAnySeconds = 1 * kSlowness, kSecondsAByte = 20e-6 * kSlowness;

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

void require_in_proportion(const Spending& spent, const std::string& bytes,
                           std::size_t bytes_a_byte) {
  const bool is_deflated = bytes.rfind("\x1f\x8b", 0) == 0;
  const std::size_t size = bytes.size() * (is_deflated ? kMostInflated : 1);
  const std::size_t peak = spent.peak_bytes();
  const double seconds = spent.seconds();
  require(peak <= kAnyBytes + bytes_a_byte * size,
          ("memory: " + std::to_string(peak) + " bytes for " + std::to_string(size)).c_str());
  require(seconds <= kAnySeconds + kSecondsAByte * static_cast<double>(size),
          ("time: " + std::to_string(seconds) + " s for " + std::to_string(size)).c_str());
}

}  // namespace

const std::vector<Reader>& readers() {
  constexpr std::size_t kYaml = 256, kJson = 64;
  static const std::vector<Reader> all = {
      {"network", read_network, {}, "network", 64},
      {"tflite", read_tflite, {}, "", 64},
      {"accelerator", read_accelerator, {"models/arch/presets"}, "yaml", kYaml},
      {"settings", read_settings, {}, "yaml", kYaml},
      {"widths", read_widths, {}, "yaml", kYaml},
      {"mapping", read_mapping, {}, "yaml", kYaml},
      {"sweep",
       read_sweep,
       {"analysis/sweep/studies/ten_thousand.yaml",
        "analysis/sweep/studies/two_square_millimetres.yaml",
        "tests/analysis/sweep/slurm/sweep.yaml"},
       "yaml",
       kYaml},
      {"cost_table", read_cost_table, {"models/cost/tables"}},
      {"result", read_result, {}, "json", kJson},
      {"trace", read_trace, {}, "json", kJson},
      {"record", read_record},
      {"npy", read_npy},
      {"labels", read_labels},
      {"cifar10", read_cifar10},
      {"compressed", read_compressed},
      {"store", read_store},
      {"evaluation_cache", read_evaluation_cache},
      {"mapping_cache", read_mapping_cache, {}, "json", kJson},
      {"sensitivity_cache", read_sensitivity_cache, {}, "json", kJson},
      {"sealed", read_sealed},
      {"descriptors", read_descriptors},
      {"job", read_job, {"tests/fuzz/corpus/descriptors"}},
#ifdef DCNSIM_FUZZ_RISCV
      {"platform", read_platform, {"platform/riscv/two_networks.yaml"}, "yaml", kYaml},
      {"elf", read_elf},
      {"gdb", read_gdb, {}, "gdb"},
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
  const Spending spent;
  try {
    reader.read(bytes);
  } catch (const std::runtime_error& e) {
    require_clean(e.what(), bytes);
  } catch (const std::invalid_argument& e) {
    require_clean(e.what(), bytes);
  }
  require_in_proportion(spent, bytes, reader.bytes_a_byte);
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
