// SPDX-License-Identifier: Apache-2.0
// A debugger at the other end of a TCP connection.
#pragma once

#include <cstdint>

#include "platform/riscv/gdb/connection.h"
#include "platform/riscv/gdb/session.h"

namespace dcnsim::riscv::gdb {

class Server : public Session {
 public:
  /// Throws what Connection throws.
  explicit Server(std::uint16_t port) : Session(connection_), connection_(port) {}

  std::uint16_t port() const { return connection_.port(); }
  /// Waits for GDB.
  void accept() { connection_.accept(); }

 private:
  Connection connection_;
};

}  // namespace dcnsim::riscv::gdb
