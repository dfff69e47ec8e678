// SPDX-License-Identifier: Apache-2.0
#include "workloads/images/load_images.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "tests/support/error_of.h"
#include "tests/support/temporary_folder.h"
#include "workloads/images/npy_file.h"

namespace dcnsim {
namespace {

using Dims = std::vector<std::size_t>;

class LoadImages : public testing::Test {
 protected:
  std::string pixels(const Dims& dims, const std::string& elements) const {
    return folder_.write("images.npy", npy_bytes({NpyType::Kind::kUnsigned, 1}, dims, elements));
  }
  std::string floats(const Dims& dims, const std::vector<float>& values) const {
    std::string elements(values.size() * sizeof(float), '\0');
    std::memcpy(elements.data(), values.data(), elements.size());
    return folder_.write("images.npy", npy_bytes({NpyType::Kind::kFloat, 4}, dims, elements));
  }

  const TemporaryFolder folder_;
};

std::string text(const Dataset& images) { return {images.pixels.begin(), images.pixels.end()}; }

TEST_F(LoadImages, tells_channels_first_from_last_by_the_networks_input) {
  const Shape input{1, 2, 3};  // rows, columns, channels
  EXPECT_EQ(text(load_images({pixels({2, 3, 1, 2}, "aAbBcCdDeEfF"), ""}, input)), "aAbBcCdDeEfF");
  EXPECT_EQ(text(load_images({pixels({2, 1, 2, 3}, "abcABCdefDEF"), ""}, input)), "aAbBcCdDeEfF");
}

TEST_F(LoadImages, takes_the_first_where_both_would_fit_and_says_so) {
  const Dataset images = load_images({pixels({1, 2, 2, 2}, "abcdefgh"), ""}, {2, 2, 2});
  EXPECT_EQ(text(images), "abcdefgh");
  EXPECT_NE(images.note.find("is taken as the first"), std::string::npos);
  EXPECT_EQ(load_images({pixels({2, 1, 2, 2}, "abcdefgh"), ""}, {2, 2, 1}).note, "");
}

TEST_F(LoadImages, needs_no_dimension_for_one_channel_and_none_for_a_vectors_pixels) {
  EXPECT_EQ(load_images({pixels({2, 2, 2}, "abcdefgh"), ""}, {2, 2, 1}).size(), 2U);
  EXPECT_EQ(load_images({pixels({2, 4}, "abcdefgh"), ""}, {1, 1, 4}).size(), 2U);
}

TEST_F(LoadImages, takes_floats_as_values) {
  const Dataset images = load_images({floats({1, 1, 1, 2}, {-1.5F, 3}), ""}, {1, 2, 1});
  EXPECT_FALSE(images.has_pixels());
  EXPECT_EQ(images.values, (std::vector<float>{-1.5F, 3}));
  EXPECT_NE(error_of([&] {
              load_images({floats({1, 2}, {0, INFINITY}), ""}, {1, 1, 2});
            }).find("images.npy: element 1 is not a finite number"),
            std::string::npos);
}

TEST_F(LoadImages, reads_labels_from_an_array_or_from_text_up_to_the_limit) {
  const std::string images = pixels({3, 1}, "abc");
  const Shape input{1, 1, 1};
  const std::string array = folder_.write(
      "l.npy",
      npy_bytes({NpyType::Kind::kSigned, 2}, {3}, std::string("\x01\x00\x2c\x01\x03\x00", 6)));
  EXPECT_EQ(load_images({images, array}, input).labels, (std::vector<int>{1, 300, 3}));
  const std::string lines = folder_.write("l.txt", "7\r\n8\n1000\n");
  EXPECT_EQ(load_images({images, lines}, input).labels, (std::vector<int>{7, 8, 1000}));
  const Dataset two = load_images({images, lines}, input, 2);
  EXPECT_EQ(two.labels, (std::vector<int>{7, 8}));
  EXPECT_EQ(two.size(), 2U);
  EXPECT_FALSE(load_images({images, ""}, input).has_labels());
}

TEST_F(LoadImages, refuses_labels_that_are_none_or_too_few) {
  const std::string images = pixels({2, 1}, "ab");
  const auto refusal = [&](const std::string& lines) {
    const std::string path = folder_.write("labels", lines);
    return error_of([&] { load_images({images, path}, {1, 1, 1}); }, path);
  };
  EXPECT_EQ(refusal("1\n"), ": 1 labels, expected 2, one an image");
  EXPECT_EQ(refusal("1\n2\n3\n"), ": 3 labels, expected 2, one an image");
  EXPECT_EQ(refusal("1\n-2\n"), ": label 1 is not a whole number from 0 on");
  EXPECT_EQ(refusal("1\n2.5\n"), ": label 1 is not a whole number from 0 on");
  EXPECT_EQ(refusal("cat\n2\n"), ": label 0 is not a whole number from 0 on");
  EXPECT_EQ(refusal("\n2\n"), ": label 0 is not a whole number from 0 on");
}

TEST_F(LoadImages, refuses_images_of_another_shape_or_type) {
  const auto refusal = [](const std::string& path, const Shape& input) {
    return error_of([&] { load_images({path, ""}, input); }, path);
  };
  EXPECT_EQ(refusal(pixels({1, 3, 1, 2}, "abcdef"), {2, 2, 3}),
            ": has the dimensions 1 x 3 x 1 x 2, expected N x 3 x 2 x 2 or N x 2 x 2 x 3 for the "
            "network's input");
  // Also where only some of them are wanted, and of an array of one image.
  const std::string one = pixels({3, 2, 2}, "abcdefghijkl");
  EXPECT_EQ(error_of(
                [&] {
                  load_images({one, ""}, {2, 2, 3}, 1);
                },
                one),
            ": has the dimensions 3 x 2 x 2, expected N x 3 x 2 x 2 or N x 2 x 2 x 3 for the "
            "network's input");
  EXPECT_EQ(refusal(pixels({0, 3, 1, 2}, ""), {1, 2, 3}), ": has no images");
  EXPECT_EQ(refusal(folder_.write("i.npy", npy_bytes({NpyType::Kind::kSigned, 1}, {1, 1}, "a")),
                    {1, 1, 1}),
            ": has integers of another type, expected uint8 pixels or floats");
  EXPECT_NE(refusal(DCNSIM_SOURCE_DIR "/workloads/cifar10/test_1000.bin", {28, 28, 1})
                .find(": CIFAR-10 images are 32 x 32 x 3, the network's input is 28 x 28 x 1"),
            std::string::npos);
}

}  // namespace
}  // namespace dcnsim
