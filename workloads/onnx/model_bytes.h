// SPDX-License-Identifier: Apache-2.0
// The bytes of an ONNX file, inflated if it is compressed, in pieces as protobuf reads them: the
// file as a whole is never in memory beside what it says.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include "models/base/file/compression.h"
#include "workloads/onnx/proto.h"

namespace dcnsim {

class ModelBytes : public google::protobuf::io::ZeroCopyInputStream {
 public:
  /// Throws std::runtime_error: a file that cannot be read, or has more than `limit` bytes; of a
  /// short one also what finish() throws.
  ModelBytes(const std::string& path, std::size_t limit);

  /// What comes next, of which nothing is taken; empty at the end. Throws as finish().
  std::string_view head();
  /// How many there are, unless the file is compressed and of some length.
  std::optional<std::size_t> size() const { return size_; }
  /// Reads what is left. Throws std::runtime_error if that or what came before could not be read or
  /// inflated, or was more than `limit` bytes.
  void finish();

  bool Next(const void** data, int* size) override;
  void BackUp(int count) override;
  bool Skip(int count) override;
  std::int64_t ByteCount() const override { return taken_; }

 private:
  void fill();

  const std::size_t limit_;
  std::ifstream file_;
  std::string buffer_;  ///< a piece of the file; of a compressed one all, inflated if it is short
  std::optional<Inflater> inflater_;
  std::optional<std::size_t> size_;
  std::string_view left_;  ///< of the piece
  std::size_t filled_ = 0;
  std::int64_t taken_ = 0;
  std::exception_ptr error_;  ///< of Next(), which must not throw
};

}  // namespace dcnsim
