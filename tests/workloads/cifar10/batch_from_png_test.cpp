// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <png.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

class BatchFromPng : public testing::Test {
 protected:
  void SetUp() override {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::temp_directory_path() /
              ("dcnsim_png_" + std::to_string(::getpid()) + "_" + info->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  /// An RGB image whose bytes count up.
  void write_png(unsigned width, unsigned height) const {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    image.width = width;
    image.height = height;
    image.format = PNG_FORMAT_RGB;
    std::vector<std::uint8_t> pixels(PNG_IMAGE_SIZE(image));
    for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i % 251);
    ASSERT_NE(png_image_write_to_file(&image, path("i.png").c_str(), 0, pixels.data(), 0, nullptr),
              0);
  }
  int convert(const std::string& first_label) const {
    const std::string command = std::string(DCNSIM_CONVERTER) + " " + path("i.png") + " " +
                                path("l.json") + " " + first_label + " " + path("o.bin") + " 2>" +
                                path("errors");
    const int status = std::system(command.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  std::string slurp(const std::string& name) const {
    std::ifstream in(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  fs::path folder_;
};

TEST_F(BatchFromPng, rows_become_records_of_planes_with_their_labels) {
  write_png(1024, 2);
  std::ofstream(path("l.json")) << "[1, 2, 7, 9]";
  ASSERT_EQ(convert("2"), 0);
  std::ifstream in(path("o.bin"), std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  ASSERT_EQ(bytes.size(), 2u * 3073);
  EXPECT_EQ(bytes[0], 7);
  EXPECT_EQ(bytes[3073], 9);
  for (const std::size_t row : {0u, 1u}) {
    for (const std::size_t plane : {0u, 1u, 2u}) {
      for (const std::size_t pixel : {0u, 1u, 500u, 1023u}) {
        EXPECT_EQ(static_cast<std::uint8_t>(bytes[row * 3073 + 1 + plane * 1024 + pixel]),
                  ((row * 1024 + pixel) * 3 + plane) % 251);
      }
    }
  }
}

TEST_F(BatchFromPng, wrong_sizes_missing_labels_and_garbage_are_refused) {
  std::ofstream(path("l.json")) << "[1, 2]";
  write_png(1000, 2);
  EXPECT_EQ(convert("0"), 1);
  write_png(1024, 2);
  EXPECT_EQ(convert("1"), 1);
  std::ofstream(path("l.json")) << "[1, 2";
  EXPECT_EQ(convert("0"), 1);
  std::ofstream(path("i.png")) << "not a picture";
  EXPECT_EQ(convert("0"), 1);
}

TEST_F(BatchFromPng, labels_and_ranges_that_cannot_be_are_told_in_a_line_and_change_nothing) {
  write_png(1024, 2);
  std::ofstream(path("o.bin")) << "what was there";
  const auto expect_refused = [&](const std::string& labels, const std::string& first) {
    std::ofstream(path("l.json")) << labels;
    EXPECT_EQ(convert(first), 1) << labels << ' ' << first;
    const std::string errors = slurp("errors");
    EXPECT_EQ(std::count(errors.begin(), errors.end(), '\n'), 1) << errors;
    EXPECT_NE(errors.find("expected"), std::string::npos) << errors;
    EXPECT_EQ(slurp("o.bin"), "what was there") << labels << ' ' << first;
  };
  for (const char* const label : {"10", "300", "-1", "1e99", "1.9", "\"1\"", "null", "[1]"}) {
    expect_refused(std::string("[1, ") + label + "]", "0");
  }
  for (const char* const labels : {"{}", "3", "[1, 2", "", "[1]", "[]"})
    expect_refused(labels, "0");
  expect_refused(std::string(100'000, '[') + std::string(100'000, ']'), "0");
  for (const char* const first :
       {"-1", "1", "2", "abc", "1x", "18446744073709551615", "18446744073709551616"}) {
    expect_refused("[1, 2]", first);
  }
  for (const auto& entry : fs::directory_iterator(folder_)) {
    EXPECT_EQ(entry.path().string().find("partial"), std::string::npos) << entry.path();
  }
}

}  // namespace
