// SPDX-License-Identifier: Apache-2.0
// An open file of the operating system's, closed when its owner goes.
#pragma once

#include <unistd.h>

#include <utility>

namespace dcnsim {

class FileDescriptor {
 public:
  FileDescriptor() = default;
  /// Takes `number` over.
  explicit FileDescriptor(int number) : number_(number) {}
  FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~FileDescriptor() { close(); }

  void close() {
    if (number_ >= 0) ::close(number_);
    number_ = -1;
  }
  int number() const { return number_; }  ///< -1 when closed, which poll() passes over

 private:
  int number_ = -1;
};

}  // namespace dcnsim
