// SPDX-License-Identifier: Apache-2.0
#include "workloads/images/cifar10_file.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <vector>

namespace dcnsim {
namespace {

namespace fs = std::filesystem;

constexpr int kLastClass = 9;

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
    if (label > kLastClass) {
      throw std::runtime_error(file.string() + ": record " + std::to_string(i) +
                               ": label: " + std::to_string(label) + ", expected 0.." +
                               std::to_string(kLastClass));
    }
    dataset.labels.push_back(label);
    dataset.pixels.insert(dataset.pixels.end(), record + 1, record + kCifarRecordBytes);
  }
}

}  // namespace

Dataset load_cifar10(const std::string& path, std::size_t limit) {
  Dataset dataset;
  dataset.shape = kCifarShape;
  for (const fs::path& file : batches(path)) append(file, limit, dataset);
  return dataset;
}

}  // namespace dcnsim
