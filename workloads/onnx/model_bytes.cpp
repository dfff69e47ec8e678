// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/model_bytes.h"

#include <algorithm>
#include <filesystem>
#include <stdexcept>

namespace dcnsim {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{1} << 16;

void read(std::ifstream& file, char* to, std::size_t bytes) {
  if (!file.read(to, static_cast<std::streamsize>(bytes))) {
    throw std::runtime_error("cannot be read");
  }
}

}  // namespace

ModelBytes::ModelBytes(const std::string& path, std::size_t limit) : limit_(limit) {
  std::error_code error;
  if (std::filesystem::is_fifo(path, error) || std::filesystem::is_character_file(path, error)) {
    throw std::runtime_error("a pipe or device; a network is read from a file");
  }
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) throw std::runtime_error("cannot be read: " + error.message());
  if (size > limit) {
    throw std::runtime_error("is larger than " + std::to_string(limit) + " bytes");
  }
  file_.open(path, std::ios::binary);
  buffer_.resize(static_cast<std::size_t>(std::min<std::uintmax_t>(size, kPieceBytes)));
  read(file_, buffer_.data(), buffer_.size());
  if (is_gzip(buffer_) && size > kPieceBytes) {
    const std::size_t first = buffer_.size();
    buffer_.resize(static_cast<std::size_t>(size));
    read(file_, buffer_.data() + first, buffer_.size() - first);
    inflater_.emplace(buffer_);
    return;
  }
  size_ = static_cast<std::size_t>(size);
  // Of bytes without a known end protobuf believes lengths of up to 50 MB, which is less than what
  // a longer file may well inflate to.
  if (is_gzip(buffer_)) {
    buffer_ = inflated(buffer_, limit);
    size_ = buffer_.size();
  }
  left_ = buffer_;
  filled_ = left_.size();
}

std::string_view ModelBytes::head() {
  if (left_.empty()) fill();
  return left_;
}

void ModelBytes::finish() {
  const void* data = nullptr;
  int size = 0;
  while (Next(&data, &size)) {
  }
  if (error_) std::rethrow_exception(error_);
}

bool ModelBytes::Next(const void** data, int* size) {
  try {
    if (left_.empty() && !error_) fill();
  } catch (const std::exception&) {
    error_ = std::current_exception();
  }
  if (left_.empty()) return false;
  *data = left_.data();
  *size = static_cast<int>(left_.size());
  taken_ += *size;
  left_.remove_prefix(left_.size());
  return true;
}

void ModelBytes::BackUp(int count) {
  taken_ -= count;
  left_ = {left_.data() - count, static_cast<std::size_t>(count)};
}

bool ModelBytes::Skip(int count) {
  const void* data = nullptr;
  int size = 0;
  while (count > 0 && Next(&data, &size)) {
    if (size > count) BackUp(size - count);
    count -= std::min(size, count);
  }
  return count == 0;
}

/// The next piece.
void ModelBytes::fill() {
  if (inflater_) {
    left_ = inflater_->next();
    if (left_.size() > limit_ - filled_) {
      left_ = {};
      throw std::runtime_error("inflates to more than " + std::to_string(limit_) + " bytes");
    }
  } else {
    file_.read(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
    if (file_.bad()) throw std::runtime_error("cannot be read");
    left_ = std::string_view(buffer_).substr(0, static_cast<std::size_t>(file_.gcount()));
  }
  filled_ += left_.size();
}

}  // namespace dcnsim
