// SPDX-License-Identifier: Apache-2.0
// Bytes to and from a debugger.
#pragma once

#include <string>
#include <string_view>

namespace dcnsim::riscv::gdb {

class Stream {
 public:
  virtual ~Stream() = default;
  virtual bool is_open() const = 0;
  virtual void close() = 0;
  /// Bytes that have come, none if none have; with `wait`, some. Closes when the debugger has.
  virtual std::string read(bool wait) = 0;
  /// Closes if the debugger is gone.
  virtual void write(std::string_view bytes) = 0;
};

}  // namespace dcnsim::riscv::gdb
