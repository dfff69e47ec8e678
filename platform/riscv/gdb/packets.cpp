// SPDX-License-Identifier: Apache-2.0
#include "platform/riscv/gdb/packets.h"

#include <charconv>
#include <utility>

namespace dcnsim::riscv::gdb {
namespace {

constexpr char kInterrupt = 0x03, kEscape = '}', kFlip = 0x20;
constexpr std::string_view kDigits = "0123456789abcdef";

std::optional<unsigned> digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return std::nullopt;
}

std::string two_digits(std::uint8_t value) { return {kDigits[value >> 4U], kDigits[value & 15U]}; }

}  // namespace

std::string framed(std::string_view packet) {
  std::string body;
  for (const char c : packet) {
    if (c == '$' || c == '#' || c == kEscape || c == '*') {
      body += kEscape;
      body += static_cast<char>(c ^ kFlip);
    } else {
      body += c;
    }
  }
  std::uint8_t sum = 0;
  for (const char c : body) sum = static_cast<std::uint8_t>(sum + static_cast<std::uint8_t>(c));
  return '$' + body + '#' + two_digits(sum);
}

std::optional<PacketReader::Event> PacketReader::take(char byte) {
  switch (state_) {
    case State::kOutside:
      if (byte == kInterrupt) return Event{Event::kInterrupt, ""};
      if (byte == '+') return Event{Event::kAcknowledged, ""};
      if (byte == '-') return Event{Event::kNotAcknowledged, ""};
      if (byte == '$') {
        *this = {};
        state_ = State::kInside;
      }
      return std::nullopt;
    case State::kInside:
      if (byte == '#') {
        state_ = State::kFirstDigit;
        return std::nullopt;
      }
      if (byte == '$') {  // the end of the one before was lost
        *this = {};
        state_ = State::kInside;
        return Event{Event::kRefused, ""};
      }
      sum_ = static_cast<std::uint8_t>(sum_ + static_cast<std::uint8_t>(byte));
      if (byte == kEscape && !escaped_) {
        escaped_ = true;
        return std::nullopt;
      }
      too_long_ = too_long_ || packet_.size() == kMaxPacketBytes;
      if (!too_long_) packet_ += static_cast<char>(escaped_ ? byte ^ kFlip : byte);
      escaped_ = false;
      return std::nullopt;
    case State::kFirstDigit:
      digit_ = byte;
      state_ = State::kSecondDigit;
      return std::nullopt;
    case State::kSecondDigit:
      state_ = State::kOutside;
      const std::optional<unsigned> high = digit(digit_), low = digit(byte);
      const bool right = high && low && (*high << 4U | *low) == sum_;
      if (!right || too_long_ || escaped_) return Event{Event::kRefused, ""};
      return Event{Event::kPacket, std::exchange(packet_, {})};
  }
  return std::nullopt;
}

std::string hex(const std::vector<std::uint8_t>& bytes) {
  std::string digits;
  for (const std::uint8_t byte : bytes) digits += two_digits(byte);
  return digits;
}

std::string hex_word(std::uint32_t value) {
  std::vector<std::uint8_t> bytes;
  for (unsigned i = 0; i < 4; ++i) bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  return hex(bytes);
}

std::optional<std::vector<std::uint8_t>> bytes_of(std::string_view digits) {
  if (digits.size() % 2 != 0) return std::nullopt;
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const std::optional<unsigned> high = digit(digits[i]), low = digit(digits[i + 1]);
    if (!high || !low) return std::nullopt;
    bytes.push_back(static_cast<std::uint8_t>(*high << 4U | *low));
  }
  return bytes;
}

std::optional<std::uint32_t> word_of(std::string_view digits) {
  const auto bytes = bytes_of(digits);
  if (!bytes || bytes->size() != 4) return std::nullopt;
  std::uint32_t value = 0;
  for (unsigned i = 0; i < 4; ++i) value |= std::uint32_t{(*bytes)[i]} << (8 * i);
  return value;
}

std::optional<std::uint32_t> Fields::number() {
  std::uint32_t value = 0;
  const char* const end = rest_.data() + rest_.size();
  const auto read = std::from_chars(rest_.data(), end, value, 16);
  if (read.ec != std::errc()) return std::nullopt;
  rest_.remove_prefix(static_cast<std::size_t>(read.ptr - rest_.data()));
  return value;
}

bool Fields::skip(char separator) {
  if (rest_.empty() || rest_.front() != separator) return false;
  rest_.remove_prefix(1);
  return true;
}

}  // namespace dcnsim::riscv::gdb
