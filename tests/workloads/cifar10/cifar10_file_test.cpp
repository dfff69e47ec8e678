// SPDX-License-Identifier: Apache-2.0
#include "workloads/images/cifar10_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <numeric>

namespace dcnsim {
namespace {

namespace fs = std::filesystem;

const std::string kData = std::string(DCNSIM_SOURCE_DIR) + "/workloads/cifar10";

class CifarFile : public testing::Test {
 protected:
  void SetUp() override {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::temp_directory_path() /
              ("dcnsim_dataset_" + std::to_string(::getpid()) + "_" + info->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  /// `records` records whose label is the record's number modulo 10 and whose bytes are `fill`.
  std::string write(const std::string& name, int records, char fill, int label_of_last = -1,
                    int extra_bytes = 0) {
    const fs::path path = folder_ / name;
    std::ofstream out(path, std::ios::binary);
    for (int i = 0; i < records; ++i) {
      out.put(static_cast<char>(i + 1 == records && label_of_last >= 0 ? label_of_last : i % 10));
      out << std::string(kCifarRecordBytes - 1, fill);
    }
    out << std::string(static_cast<std::size_t>(extra_bytes), 'x');
    return path.string();
  }
  static std::string error_of(const std::function<void()>& call) {
    try {
      call();
    } catch (const std::runtime_error& e) {
      return e.what();
    }
    return "no error";
  }

  fs::path folder_;
};

TEST_F(CifarFile, embedded_test_images_are_a_thousand_with_about_a_hundred_of_each_class) {
  const Dataset d = load_cifar10(kData + "/test_1000.bin");
  ASSERT_EQ(d.size(), 1000u);
  // The first labels of the official test batch.
  EXPECT_EQ(std::vector<int>(d.labels.begin(), d.labels.begin() + 8),
            (std::vector<int>{3, 8, 8, 0, 6, 6, 1, 6}));
  for (int label = 0; label < 10; ++label) {
    EXPECT_NEAR(static_cast<double>(std::count(d.labels.begin(), d.labels.end(), label)), 100, 20);
  }
}

TEST_F(CifarFile, a_folder_is_read_in_name_order_up_to_the_limit) {
  write("b.bin", 3, 'b');
  write("a.bin", 2, 'a');
  write("ignored.txt", 1, 'z');
  const Dataset all = load_cifar10(folder_.string());
  ASSERT_EQ(all.size(), 5u);
  EXPECT_EQ(all.pixels[0], 'a');
  EXPECT_EQ(all.pixels[2 * 3072], 'b');
  EXPECT_EQ(load_cifar10(folder_.string(), 3).size(), 3u);
  EXPECT_EQ(load_cifar10(folder_.string(), 9).size(), 5u);
}

TEST_F(CifarFile, a_size_that_is_not_whole_records_is_refused) {
  const std::string path = write("short.bin", 2, 'a', -1, 17);
  EXPECT_EQ(
      error_of([&] { load_cifar10(path); }),
      path + ": size: 6163 bytes, expected a positive multiple of 3073 (one CIFAR-10 record)");
  const std::string empty = write("empty.bin", 0, 'a');
  EXPECT_NE(error_of([&] { load_cifar10(empty); }).find("size: 0 bytes"), std::string::npos);
}

TEST_F(CifarFile, a_label_above_nine_is_refused_with_its_record) {
  const std::string path = write("label.bin", 4, 'a', 10);
  EXPECT_EQ(error_of([&] { load_cifar10(path); }), path + ": record 3: label: 10, expected 0..9");
}

TEST_F(CifarFile, missing_files_and_empty_folders_are_named) {
  const std::string missing = (folder_ / "missing" / "file.bin").string();
  EXPECT_EQ(error_of([&] { load_cifar10(missing); }), missing + ": cannot be opened");
  EXPECT_EQ(error_of([&] { load_cifar10(folder_.string()); }),
            folder_.string() + ": the folder has no .bin files");
}

}  // namespace
}  // namespace dcnsim
