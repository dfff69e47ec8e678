// SPDX-License-Identifier: Apache-2.0
#include "workloads/cifar10/dataset.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace dcnsim {
namespace {

namespace fs = std::filesystem;

constexpr int kPixelBytes = kCifarRecordBytes - 1;
constexpr int kPlane = 32 * 32;
constexpr int kLargestLabel = 9;

/// The files to read, in name order.
std::vector<fs::path> batches(const std::string& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return {path};
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(path, error)) {
    if (entry.path().extension() == ".bin") files.push_back(entry.path());
  }
  if (error) throw std::runtime_error(path + ": cannot list the folder: " + error.message());
  if (files.empty()) throw std::runtime_error(path + ": the folder has no .bin files");
  std::sort(files.begin(), files.end());
  return files;
}

/// Appends records of `file` until `dataset` has `limit` images (0: no limit).
void append(const fs::path& file, std::size_t limit, Dataset& dataset) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error(file.string() + ": cannot be opened");
  std::error_code error;
  const std::uintmax_t size = fs::file_size(file, error);
  if (error) throw std::runtime_error(file.string() + ": not a regular file");
  if (size == 0 || size % kCifarRecordBytes != 0) {
    throw std::runtime_error(file.string() + ": size: " + std::to_string(size) +
                             " bytes, expected a positive multiple of " +
                             std::to_string(kCifarRecordBytes) + " (one CIFAR-10 record)");
  }
  char record[kCifarRecordBytes];
  for (std::uintmax_t i = 0; i < size / kCifarRecordBytes; ++i) {
    if (limit != 0 && dataset.size() == limit) return;
    if (!in.read(record, kCifarRecordBytes)) {
      throw std::runtime_error(file.string() + ": record " + std::to_string(i) +
                               ": cannot be read");
    }
    const auto label = static_cast<std::uint8_t>(record[0]);
    if (label > kLargestLabel) {
      throw std::runtime_error(file.string() + ": record " + std::to_string(i) +
                               ": label: " + std::to_string(label) + ", expected 0.." +
                               std::to_string(kLargestLabel));
    }
    dataset.labels.push_back(label);
    dataset.pixels.insert(dataset.pixels.end(), record + 1, record + kCifarRecordBytes);
  }
}

}  // namespace

Dataset load_cifar10(const std::string& path, std::size_t limit) {
  Dataset dataset;
  for (const fs::path& file : batches(path)) append(file, limit, dataset);
  return dataset;
}

void require_cifar_input(const Shape& input, const std::string& name) {
  if (input == kCifarShape) return;
  throw std::runtime_error(name + ": input: " + std::to_string(input.height) + " x " +
                           std::to_string(input.width) + " x " + std::to_string(input.channels) +
                           ", expected 32 x 32 x 3 for CIFAR-10 images");
}

Dataset first_images(const Dataset& images, std::size_t count) {
  const auto end = static_cast<std::ptrdiff_t>(std::min(count, images.size()));
  return {{images.labels.begin(), images.labels.begin() + end},
          {images.pixels.begin(), images.pixels.begin() + end * kPixelBytes}};
}

CodeTensor image_tensor(const Dataset& dataset, std::size_t index) {
  CodeTensor image(kCifarShape, Format{8, 0, false, false});
  const std::uint8_t* planes = dataset.pixels.data() + index * kPixelBytes;
  for (std::size_t pixel = 0; pixel < kPlane; ++pixel) {
    for (std::size_t plane = 0; plane < 3; ++plane) {
      image.data()[pixel * 3 + plane] = planes[plane * kPlane + pixel];
    }
  }
  return image;
}

}  // namespace dcnsim
