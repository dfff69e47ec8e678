// SPDX-License-Identifier: Apache-2.0
// Everything that reads bytes from who knows where, one row each: fuzzers and the tests of ordinary
// builds go over this table. A reader takes the bytes, and then what it made of them holds up, or
// refuses them in one clean line.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace dcnsim::fuzz {

struct Reader {
  const char* name;
  /// Reads the bytes and looks at the outcome. Refuses by std::runtime_error or
  /// std::invalid_argument; whatever else it throws is a fault, a broken promise ends the program.
  std::function<void(const std::string& bytes)> read;
  /// Files and folders of the tree that it reads as well, seen from the root: seeds beside those in
  /// corpus/NAME.
  std::vector<std::string> seeds = {};
  /// words/WORDS.dict holds what such files are made of; "" for none.
  const char* words = "";
  /// Memory that a byte may take, beside what any input may. YAML: half a node of yaml-cpp's.
  std::size_t bytes_a_byte = 16;
};

/// All that this build has.
const std::vector<Reader>& readers();

/// The reader of that name; throws std::invalid_argument with all names.
const Reader& reader(const std::string& name);

/// One input. Refusals return, after a look at their wording. What it took of memory and time, the
/// work on what was taken included, is a small multiple of its size.
void read(const Reader& reader, const std::string& bytes);

/// Ends the program unless `holds`: `promise` is broken.
void require(bool holds, const char* promise);

/// Runs what may not fail once the bytes were taken.
template <class Work>
auto must(const char* promise, const Work& work) {
  try {
    return work();
  } catch (const std::exception& e) {
    require(false, (std::string(promise) + ": " + e.what()).c_str());
    throw;
  }
}

/// A file of that name with these bytes, in a folder of this process; the next call with the name
/// replaces it.
std::string file_with(const std::string& name, const std::string& bytes);
/// A path in that folder.
std::string path_of(const std::string& name);

// What the table consists of.
void read_network(const std::string& bytes);
void read_tflite(const std::string& bytes);
void read_accelerator(const std::string& bytes);
void read_settings(const std::string& bytes);
void read_widths(const std::string& bytes);
void read_mapping(const std::string& bytes);
void read_sweep(const std::string& bytes);
void read_platform(const std::string& bytes);
void read_cost_table(const std::string& bytes);
void read_result(const std::string& bytes);
void read_trace(const std::string& bytes);
void read_record(const std::string& bytes);
void read_npy(const std::string& bytes);
void read_labels(const std::string& bytes);
void read_cifar10(const std::string& bytes);
void read_compressed(const std::string& bytes);
void read_sealed(const std::string& bytes);
void read_elf(const std::string& bytes);
void read_gdb(const std::string& bytes);
void read_job(const std::string& bytes);
void read_store(const std::string& bytes);
void read_evaluation_cache(const std::string& bytes);
void read_mapping_cache(const std::string& bytes);
void read_sensitivity_cache(const std::string& bytes);
void read_descriptors(const std::string& bytes);

/// How jobs of read_descriptors() ended.
struct JobCounts {
  unsigned long done = 0, bad_descriptor = 0, does_not_fit = 0, bus_error = 0;
  unsigned long too_much = 0;  ///< not executed: they ask for more work than a test has time for
};
const JobCounts& job_counts();

}  // namespace dcnsim::fuzz
