// SPDX-License-Identifier: Apache-2.0
// The bytes of a trace on their way into a file, a block at a time. A write that fails shows when
// the file is closed: events come out of SystemC's processes, through which no exception gets as it
// is.
#pragma once

#include <exception>
#include <string>
#include <string_view>

#include "models/base/file/atomic_file.h"

namespace dcnsim {

class TraceBytes {
 public:
  /// Throws what AtomicFile throws.
  explicit TraceBytes(const std::string& path) : file_(path) {}

  /// Throws nothing of the file's.
  void append(std::string_view bytes);
  /// The file appears. Throws what AtomicFile throws, of what was written before too.
  void close();

 private:
  void flush();

  AtomicFile file_;
  std::string buffer_;
  std::exception_ptr problem_;  ///< of the first write that failed
};

}  // namespace dcnsim
