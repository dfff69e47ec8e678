// SPDX-License-Identifier: Apache-2.0
// One value for each enumerator of an enumeration that counts from 0.
#pragma once

#include <array>
#include <cstddef>

namespace dcnsim {

/// An std::array that is indexed by the enumerator; `kCount` enumerators.
template <class Enum, class Value, std::size_t kCount>
struct EnumArray {
  std::array<Value, kCount> values{};

  constexpr Value& operator[](Enum e) { return values[static_cast<std::size_t>(e)]; }
  constexpr const Value& operator[](Enum e) const { return values[static_cast<std::size_t>(e)]; }
  static constexpr std::size_t size() { return kCount; }
  constexpr auto begin() { return values.begin(); }
  constexpr auto end() { return values.end(); }
  constexpr auto begin() const { return values.begin(); }
  constexpr auto end() const { return values.end(); }

  /// The enumerators, in order.
  static constexpr std::array<Enum, kCount> keys() {
    std::array<Enum, kCount> all{};
    for (std::size_t i = 0; i < kCount; ++i) all[i] = static_cast<Enum>(i);
    return all;
  }

  /// All values added up, in order.
  constexpr Value total() const {
    Value sum{};
    for (const Value& value : values) sum += value;
    return sum;
  }
  constexpr EnumArray& operator+=(const EnumArray& other) {
    for (std::size_t i = 0; i < kCount; ++i) values[i] += other.values[i];
    return *this;
  }

  friend constexpr bool operator==(const EnumArray& a, const EnumArray& b) {
    return a.values == b.values;
  }
  friend constexpr bool operator!=(const EnumArray& a, const EnumArray& b) { return !(a == b); }
};

}  // namespace dcnsim
