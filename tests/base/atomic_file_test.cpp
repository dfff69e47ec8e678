// SPDX-License-Identifier: Apache-2.0
#include "models/base/file/atomic_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>

namespace dcnsim {
namespace {

namespace fs = std::filesystem;

class AtomicFileTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "dcnsim_XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }

  static std::string content(const fs::path& path) {
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
  std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }

  fs::path folder_;
};

TEST_F(AtomicFileTest, ReplacesAFileAndLeavesNothingElse) {
  const fs::path path = folder_ / "result";
  write_file_atomically(path, "one");
  write_file_atomically(path, "two");
  EXPECT_EQ(content(path), "two");
  EXPECT_EQ(files(), 1U);
}

TEST_F(AtomicFileTest, WritesThroughASymbolicLink) {
  write_file_atomically(folder_ / "target", "old");
  fs::create_symlink(folder_ / "target", folder_ / "link");
  write_file_atomically(folder_ / "link", "new");
  EXPECT_TRUE(fs::is_symlink(folder_ / "link"));
  EXPECT_EQ(content(folder_ / "target"), "new");
}

TEST_F(AtomicFileTest, RefusesFoldersAndLeavesNothingBehind) {
  const fs::path path = folder_ / "result";
  fs::create_directory(path);
  EXPECT_THROW(write_file_atomically(path, "text"), std::runtime_error);
  EXPECT_THROW(write_file_atomically(folder_ / "missing" / "result", "text"), std::runtime_error);
  EXPECT_THROW(write_file_atomically("", "text"), std::runtime_error);
  EXPECT_EQ(files(), 1U);
}

TEST_F(AtomicFileTest, SaysBeforehandWhetherAFileCanBeMade) {
  const fs::path path = folder_ / "result";
  require_writable(path);
  EXPECT_EQ(files(), 0U);
  write_file_atomically(path, "old");
  require_writable(path);
  EXPECT_EQ(content(path), "old");
  EXPECT_THROW(require_writable(folder_), std::runtime_error);
  EXPECT_THROW(require_writable(folder_ / "missing" / "result"), std::runtime_error);
  EXPECT_THROW(require_writable(""), std::runtime_error);
  EXPECT_EQ(files(), 1U);
}

TEST_F(AtomicFileTest, PipesAndDevicesAreWrittenToAsTheyAre) {
  const fs::path pipe = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  require_writable(pipe);  // does not wait for a reader
  std::string read;
  std::thread reader([&] { read = content(pipe); });
  write_file_atomically(pipe, "through");
  reader.join();
  EXPECT_EQ(read, "through");
  EXPECT_TRUE(fs::is_fifo(pipe));
  write_file_atomically("/dev/null", "gone");
  EXPECT_THROW(write_file_atomically("/dev/full", "text"), std::runtime_error);
  EXPECT_EQ(files(), 1U);
}

TEST_F(AtomicFileTest, APipeThatNobodyReadsAnyMoreIsAnError) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  ::close(ends[0]);
  AtomicFile file("/dev/fd/" + std::to_string(ends[1]));
  EXPECT_THROW(file.write("text"), std::runtime_error);
  ::close(ends[1]);
}

TEST_F(AtomicFileTest, AppendsToAnOpenDescriptorAndKeepsItOpen) {
  const std::string log = folder_ / "log";
  const int descriptor = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  ASSERT_GE(descriptor, 0);
  write_file_atomically("/dev/fd/" + std::to_string(descriptor), "one,");
  write_file_atomically("/proc/self/fd/" + std::to_string(descriptor), "two");
  ::close(descriptor);
  EXPECT_EQ(content(log), "one,two");
  EXPECT_THROW(require_writable("/dev/fd/" + std::to_string(descriptor)), std::runtime_error);
}

TEST_F(AtomicFileTest, TakesEveryNameThatAFileMayHave) {
  const std::string longest = folder_ / std::string(255, 'n');
  require_writable(longest);
  write_file_atomically(longest, "text");
  EXPECT_EQ(content(longest), "text");
  EXPECT_THROW(require_writable(longest + "n"), std::runtime_error);
  EXPECT_EQ(files(), 1U);
}

TEST_F(AtomicFileTest, ManyAtOnceInOneFolder) {
  AtomicFile one(folder_ / "one"), two(folder_ / "two");
  one.write("1");
  two.write("2");
  two.commit();
  one.commit();
  EXPECT_EQ(content(folder_ / "one") + content(folder_ / "two"), "12");
  EXPECT_EQ(files(), 2U);
}

TEST_F(AtomicFileTest, KeepsThePermissionsOfWhatItReplaces) {
  const fs::path path = folder_ / "secret";
  write_file_atomically(path, "one");
  for (const int mode : {0600, 0640, 0664, 0755, 0444}) {
    const auto permissions = static_cast<fs::perms>(mode);
    fs::permissions(path, permissions);
    write_file_atomically(path, "two");
    EXPECT_EQ(fs::status(path).permissions(), permissions);
  }
}

}  // namespace
}  // namespace dcnsim
