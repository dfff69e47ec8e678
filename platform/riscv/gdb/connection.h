// SPDX-License-Identifier: Apache-2.0
// One client of a TCP port of this machine.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "models/base/process/file_descriptor.h"
#include "platform/riscv/gdb/stream.h"

namespace dcnsim::riscv::gdb {

class Connection : public Stream {
 public:
  /// Listens on the loopback interface; 0: on a port that is free. Throws std::runtime_error naming
  /// the port.
  explicit Connection(std::uint16_t port);

  std::uint16_t port() const { return port_; }
  /// Waits for a client; no other is taken.
  void accept();

  bool is_open() const override { return client_.number() >= 0; }
  void close() override { client_.close(); }
  std::string read(bool wait) override;
  void write(std::string_view bytes) override;

 private:
  FileDescriptor listener_, client_;
  std::uint16_t port_;
};

}  // namespace dcnsim::riscv::gdb
