// SPDX-License-Identifier: Apache-2.0
// Every reader on its corpus, on what is shipped of its kind, and on bytes like these that are
// wrong in a few places. DCNSIM_FUZZ_MUTATIONS says how many for each input, for longer runs.
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/fuzz/mutation.h"
#include "tests/fuzz/reader.h"
#include "tests/support/tries.h"

namespace dcnsim::fuzz {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestInput = 1 << 16;

std::size_t mutations() {
  const char* const text = std::getenv("DCNSIM_FUZZ_MUTATIONS");
  return text == nullptr ? static_cast<std::size_t>(tries(10)) : std::strtoull(text, nullptr, 10);
}

/// What is being read, left in a file when the program ends over it.
const std::string* under_way = nullptr;

extern "C" void keep_input(int signal) {
  std::ofstream("fuzz_input.bin", std::ios::binary) << *under_way;
  std::fprintf(stderr, "the input is in fuzz_input.bin\n");
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

void read_and_keep(const Reader& reader, const std::string& bytes) {
  under_way = &bytes;
  read(reader, bytes);
}

void add(std::vector<std::string>& inputs, const fs::path& place) {
  std::vector<fs::path> files;
  if (fs::is_directory(place)) {
    for (const auto& entry : fs::directory_iterator(place)) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
  } else {
    files.push_back(place);
  }
  for (const fs::path& file : files) {
    std::ifstream in(file, std::ios::binary);
    inputs.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
}

std::vector<std::string> inputs(const Reader& reader) {
  const fs::path root = DCNSIM_SOURCE_DIR;
  std::vector<std::string> all;
  add(all, root / "tests/fuzz/corpus" / reader.name);
  for (const std::string& seed : reader.seeds) add(all, root / seed);
  return all;
}

class Fuzz : public testing::TestWithParam<Reader> {
 protected:
  void SetUp() override {
    for (const int signal : {SIGABRT, SIGSEGV, SIGFPE}) std::signal(signal, keep_input);
  }
};

TEST_P(Fuzz, takes_any_bytes_or_refuses_them_in_one_line) {
  const std::vector<std::string> seeds = inputs(GetParam());
  ASSERT_FALSE(seeds.empty());
  Mutation mutation(1);
  for (std::size_t i = 0; i < seeds.size(); ++i) {
    read_and_keep(GetParam(), seeds[i]);
    if (seeds[i].size() > kLargestInput) continue;
    for (std::size_t n = mutations(); n > 0; --n) {
      read_and_keep(GetParam(), mutation(seeds[i], seeds[n % seeds.size()]));
      read_and_keep(GetParam(), mutation.bytes(300));
    }
  }
}

TEST_P(Fuzz, takes_memory_and_time_in_proportion) {
  const std::vector<std::string> seeds = inputs(GetParam());
  Mutation mutation(3);
  for (std::size_t n = 0; n < 2 * mutations(); ++n) {
    read_and_keep(GetParam(),
                  mutation.with_much_of_one_piece(seeds[n % seeds.size()], kLargestInput));
  }
}

INSTANTIATE_TEST_SUITE_P(Readers, Fuzz, testing::ValuesIn(readers()),
                         [](const auto& one) { return std::string(one.param.name); });

/// Every way in which a job can end, so that the lists are not all of one kind. Fewer lists than
/// these may miss one, so sanitizers try as many (a second).
TEST(FuzzedJobs, end_in_every_way_that_there_is) {
  const Reader& jobs = reader("descriptors");
  const std::vector<std::string> seeds = inputs(jobs);
  Mutation mutation(2);
  for (std::size_t n = 0; n < std::max<std::size_t>(600, 60 * mutations()); ++n) {
    const std::string& seed = seeds[n % seeds.size()];
    read_and_keep(jobs, n % 8 == 0 ? mutation.bytes(1000) : mutation(seed, seeds[n % 3]));
  }
  const JobCounts& counts = job_counts();
  std::printf("%lu done, %lu bad descriptors, %lu do not fit, %lu bus errors, %lu left out\n",
              counts.done, counts.bad_descriptor, counts.does_not_fit, counts.bus_error,
              counts.too_much);
  EXPECT_GT(counts.done, 0u);
  EXPECT_GT(counts.bad_descriptor, 0u);
  EXPECT_GT(counts.does_not_fit, 0u);
  EXPECT_GT(counts.bus_error, 0u);
}

}  // namespace
}  // namespace dcnsim::fuzz

/// SystemC's library brings a main of its own, which would hide GoogleTest's.
int main(int argc, char** argv) {
  setenv("TMPDIR", "/dev/shm", 0);  // nothing waits for a disk
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
