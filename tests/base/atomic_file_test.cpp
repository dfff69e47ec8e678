// SPDX-License-Identifier: Apache-2.0
#include "models/base/file/atomic_file.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

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

}  // namespace
}  // namespace dcnsim
