// SPDX-License-Identifier: Apache-2.0
// A debugger at the other end of a stream: the part of GDB's remote serial protocol that it needs
// for one processor. What it does not know it answers as the protocol has it, with an empty packet;
// what is malformed, with an error.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "platform/riscv/debugger.h"
#include "platform/riscv/gdb/packets.h"
#include "platform/riscv/gdb/stream.h"

namespace dcnsim::riscv::gdb {

class Session : public Debugger {
 public:
  /// `stream` outlives the session.
  explicit Session(Stream& stream) : stream_(stream) {}

  // Without a debugger, or after "detach", the processor runs.
  bool is_attached() const override { return stream_.is_open(); }
  Resume stopped(DebugTarget& target, Pause why) override;
  bool wants_pause(bool wait) override;
  void ended(std::uint32_t exit_code) override;

 private:
  void receive(bool wait);
  std::optional<PacketReader::Event> next_event();
  void send(std::string_view packet);
  std::string answer(std::string_view packet, DebugTarget& target);
  std::string query(std::string_view packet);
  std::optional<Resume> resumed(std::string_view packet, DebugTarget& target);

  Stream& stream_;
  PacketReader reader_;
  std::deque<PacketReader::Event> events_;
  bool acknowledges_ = true;
  std::string sent_;  ///< last, framed
  std::string stop_;  ///< why it has stopped, as a packet
  bool has_run_ = false;
};

}  // namespace dcnsim::riscv::gdb
