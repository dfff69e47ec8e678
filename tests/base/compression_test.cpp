// SPDX-License-Identifier: Apache-2.0
#include "models/base/file/compression.h"

#include <gtest/gtest.h>

#include <random>
#include <stdexcept>

namespace dcnsim {
namespace {

constexpr std::size_t kPlenty = 10'000'000;

std::string noise(std::size_t size) {
  std::mt19937 random(1);
  std::string bytes;
  while (bytes.size() < size) bytes += static_cast<char>(random());
  return bytes;
}

std::string error_of_inflating(const std::string& bytes, std::size_t limit = kPlenty) {
  try {
    inflated(bytes, limit);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

TEST(Compression, GivesBackWhatItWasGiven) {
  const std::string contents[] = {"", "a", std::string(1'000'000, '\0'), noise(300'000)};
  for (const std::string& content : contents) {
    for (const Wrapper wrapper : {Wrapper::kZlib, Wrapper::kGzip}) {
      for (const int level : {1, 9}) {
        const std::string packed = deflated(content, wrapper, level);
        EXPECT_EQ(inflated(packed, content.size()), content);
        EXPECT_EQ(is_gzip(packed), wrapper == Wrapper::kGzip);
      }
    }
  }
}

TEST(Compression, WrapsAsBrowsersAndGzipExpect) {
  EXPECT_EQ(deflated("aaaa", Wrapper::kZlib).substr(0, 2), "\x78\xDA");
  // No flags (such as a name), no time, level 9.
  EXPECT_EQ(deflated("aaaa", Wrapper::kGzip).substr(0, 9),
            std::string("\x1f\x8b\x08\0\0\0\0\0\x02", 9));
}

TEST(Compression, GivesTheContentOfAllStreams) {
  EXPECT_EQ(inflated(deflated("one ", Wrapper::kGzip) + deflated("two", Wrapper::kGzip), kPlenty),
            "one two");
}

TEST(Compression, RefusesTruncatedAndDamagedStreams) {
  const std::string packed = deflated("some content", Wrapper::kGzip);
  for (std::size_t size = 0; size < packed.size(); ++size) {
    EXPECT_EQ(error_of_inflating(packed.substr(0, size)), "its compressed data is truncated")
        << size;
  }
  std::string damaged = packed;
  damaged[damaged.size() - 5] ^= 1;
  EXPECT_EQ(error_of_inflating(damaged), "its compressed data is damaged: incorrect data check");
  EXPECT_EQ(error_of_inflating(packed + "more"),
            "its compressed data is damaged: incorrect header check");
  const std::string needs_dictionary = "\x78\xBB" + std::string(10, '\x01');
  EXPECT_EQ(error_of_inflating(needs_dictionary), "its compressed data is damaged");
}

TEST(Compression, StopsAtTheLimit) {
  const std::string bomb = deflated(std::string(5'000'000, 'x'), Wrapper::kGzip);
  EXPECT_LT(bomb.size(), 10'000U);
  EXPECT_EQ(error_of_inflating(bomb, 5'000'000), "");
  EXPECT_EQ(error_of_inflating(bomb, 4'999'999), "inflates to more than 4999999 bytes");
  EXPECT_EQ(error_of_inflating(bomb, 0), "inflates to more than 0 bytes");
  EXPECT_EQ(error_of_inflating(bomb + bomb, 9'999'999), "inflates to more than 9999999 bytes");
}

TEST(Compression, TellsGzipByItsFirstBytes) {
  EXPECT_FALSE(is_gzip(""));
  EXPECT_FALSE(is_gzip("\x1f"));
  EXPECT_FALSE(is_gzip("\x1f\x8a"));
  EXPECT_TRUE(is_gzip("\x1f\x8b"));
}

}  // namespace
}  // namespace dcnsim
