// SPDX-License-Identifier: Apache-2.0
// One client of a TCP port of this machine.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "models/base/process/file_descriptor.h"

namespace dcnsim::riscv::gdb {

class Connection {
 public:
  /// Listens on the loopback interface; 0: on a port that is free. Throws std::runtime_error naming
  /// the port.
  explicit Connection(std::uint16_t port);

  std::uint16_t port() const { return port_; }
  /// Waits for a client; no other is taken.
  void accept();
  bool is_open() const { return client_.number() >= 0; }
  void close() { client_.close(); }

  /// Bytes that have come, none if none have; with `wait`, some. Closes when the client has.
  std::string read(bool wait);
  /// Closes if the client is gone.
  void write(std::string_view bytes);

 private:
  FileDescriptor listener_, client_;
  std::uint16_t port_;
};

}  // namespace dcnsim::riscv::gdb
