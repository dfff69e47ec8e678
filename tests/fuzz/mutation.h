// SPDX-License-Identifier: Apache-2.0
// Bytes that are wrong in one to four places, for readers that shall not mind.
#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>

namespace dcnsim::fuzz {

class Mutation {
 public:
  explicit Mutation(unsigned seed) : random_(seed) {}

  /// Something like `bytes`, pieces of `other` among them.
  std::string operator()(std::string bytes, const std::string& other) {
    for (std::size_t changes = 1 + below(4); changes > 0; --changes) change(bytes, other);
    return bytes;
  }

  /// `bytes` with a piece of up to 32 of them so often that it is `size` in all.
  std::string with_much_of_one_piece(const std::string& bytes, std::size_t size) {
    const std::size_t at = below(bytes.size());
    const std::string piece = bytes.substr(at, 1 + below(32));
    std::string result = bytes.substr(0, at);
    while (!piece.empty() && result.size() + bytes.size() - at < size) result += piece;
    return result + bytes.substr(at);
  }

  /// Any bytes, at most `most`.
  std::string bytes(std::size_t most) {
    std::string result(below(most + 1), '\0');
    for (char& byte : result) byte = static_cast<char>(random_());
    return result;
  }

 private:
  std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }

  void change(std::string& bytes, const std::string& other) {
    const std::size_t at = below(bytes.size()), left = bytes.size() - at;
    const std::size_t length = std::min<std::size_t>(left, 1 + below(16));
    switch (below(7)) {
      case 0:
        if (left > 0) bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
        return;
      case 1:
        if (left > 0) bytes[at] = static_cast<char>(random_());
        return;
      case 2:
        put_extreme(bytes, at, left);
        return;
      case 3:
        bytes.erase(at, length);
        return;
      case 4:
        bytes.insert(at, bytes.substr(at, length));
        return;
      case 5: {
        const std::size_t from = below(other.size());
        bytes.replace(at, length, other.substr(from, 1 + below(64)));
        return;
      }
      default:
        if (below(8) == 0) bytes.resize(at);
    }
  }

  /// A number of 1, 2, 4 or 8 bytes that is small, or about as large as it can be.
  void put_extreme(std::string& bytes, std::size_t at, std::size_t left) {
    const std::size_t size = std::min<std::size_t>(left, std::size_t{1} << below(4));
    const std::uint64_t top = std::uint64_t{1} << (8 * std::max<std::size_t>(size, 1) - 1);
    const std::uint64_t values[] = {0, 1, below(256), top - 1, top, 2 * top - 1, top - 1 + top / 2};
    const std::uint64_t value = values[below(std::size(values))];
    for (std::size_t i = 0; i < size; ++i) bytes[at + i] = static_cast<char>(value >> (8 * i));
  }

  std::mt19937 random_;
};

}  // namespace dcnsim::fuzz
