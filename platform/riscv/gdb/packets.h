// SPDX-License-Identifier: Apache-2.0
// Packets of GDB's remote serial protocol ("Debugging with GDB", appendix E): framing and hex
// digits, for what may come from anybody.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dcnsim::riscv::gdb {

/// Of a packet without its frame, in both directions.
inline constexpr std::size_t kMaxPacketBytes = 4096;

/// "$...#xx", with what must not stand in it escaped.
std::string framed(std::string_view packet);

/// What stands in a stream of bytes between packets, and packets. Bytes that are neither, packets
/// whose checksum is wrong and those that are too long are passed over.
class PacketReader {
 public:
  struct Event {
    enum Kind : std::uint8_t {
      kPacket,
      kRefused,
      kInterrupt,
      kAcknowledged,
      kNotAcknowledged
    } kind;
    std::string packet;  ///< of kPacket, without escapes
  };

  /// The event that `byte` completes, if any.
  std::optional<Event> take(char byte);

 private:
  enum class State : std::uint8_t { kOutside, kInside, kFirstDigit, kSecondDigit };

  State state_ = State::kOutside;
  std::string packet_;
  bool escaped_ = false, too_long_ = false;
  std::uint8_t sum_ = 0;
  char digit_ = 0;
};

std::string hex(const std::vector<std::uint8_t>& bytes);
/// As registers are sent: the low byte first.
std::string hex_word(std::uint32_t value);
/// Nothing if these are not pairs of hex digits.
std::optional<std::vector<std::uint8_t>> bytes_of(std::string_view digits);
std::optional<std::uint32_t> word_of(std::string_view digits);

/// Reads numbers and separators from the front of a packet's rest.
class Fields {
 public:
  explicit Fields(std::string_view text) : rest_(text) {}

  /// 1..8 hex digits; nothing otherwise.
  std::optional<std::uint32_t> number();
  bool skip(char separator);
  std::string_view rest() const { return rest_; }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

}  // namespace dcnsim::riscv::gdb
