// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/snapshot.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "models/base/process/file_descriptor.h"

namespace dcnsim {
namespace {

namespace fs = std::filesystem;

constexpr int kTries = 20;
constexpr const char* kJournals[] = {"-wal", "-journal"};

/// What changes when the file itself is written: a checkpoint, of a write-ahead log into it. The
/// log only grows in between, and what is torn at its end is not read.
struct State {
  timespec changed{};
  off_t bytes = -1;
  std::array<char, 32> log_header{};  ///< has another salt whenever the log begins anew

  explicit State(const std::string& path) {
    struct stat status {};
    if (stat(path.c_str(), &status) == 0) {
      changed = status.st_mtim;
      bytes = status.st_size;
    }
    const FileDescriptor log(open((path + kJournals[0]).c_str(), O_RDONLY | O_CLOEXEC));
    if (log.number() >= 0 && read(log.number(), log_header.data(), log_header.size()) < 0) {
      log_header.fill(1);
    }
  }
  bool operator==(const State& other) const {
    return changed.tv_sec == other.changed.tv_sec && changed.tv_nsec == other.changed.tv_nsec &&
           bytes == other.bytes && log_header == other.log_header;
  }
};

void copy_files(const std::string& from, const std::string& to) {
  fs::copy_file(from, to, fs::copy_options::overwrite_existing);
  for (const char* const journal : kJournals) {
    std::error_code none;
    fs::remove(to + journal, none);
    if (fs::exists(from + journal, none)) fs::copy_file(from + journal, to + journal);
  }
}

}  // namespace

Snapshot::Snapshot(const std::string& path) {
  std::string name = (fs::temp_directory_path() / "dcnsim_look_XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) {
    throw std::runtime_error(path + ": no room for a copy to look at in " + name);
  }
  folder_ = name;
  copy_ = folder_ + "/store.sqlite";
  std::string problem = "is written too often to be looked at; try again";
  for (int attempt = 0; attempt < kTries; ++attempt) {
    try {
      const State before(path);
      copy_files(path, copy_);
      if (State(path) == before) return;
    } catch (const fs::filesystem_error& e) {
      problem = "cannot be copied to be looked at: " + e.code().message();
      if (e.code() != std::errc::no_such_file_or_directory) break;  // a journal may just have gone
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
  throw std::runtime_error(path + ": " + problem);
}

Snapshot::~Snapshot() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

}  // namespace dcnsim
