// SPDX-License-Identifier: Apache-2.0
// Integer codes, each in as few bytes as the widest of them takes: a network may have millions of
// weights, most of them of 8 bits or fewer.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <utility>
#include <variant>
#include <vector>

namespace dcnsim {

/// A list that reads as numbers of 32 bits and holds 1, 2 or 4 bytes of each. What does not fit
/// widens it.
class CodeList {
 public:
  class const_iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = std::int32_t;
    using difference_type = std::ptrdiff_t;
    using pointer = const std::int32_t*;
    using reference = std::int32_t;

    const_iterator() = default;
    const_iterator(const CodeList& list, std::size_t at) : list_(&list), at_(at) {}
    std::int32_t operator*() const { return (*list_)[at_]; }
    const_iterator& operator++() {
      ++at_;
      return *this;
    }
    const_iterator operator++(int) { return {*list_, at_++}; }
    friend bool operator==(const const_iterator& a, const const_iterator& b) {
      return a.at_ == b.at_;
    }
    friend bool operator!=(const const_iterator& a, const const_iterator& b) { return !(a == b); }

   private:
    const CodeList* list_ = nullptr;
    std::size_t at_ = 0;
  };
  using iterator = const_iterator;
  using value_type = std::int32_t;

  CodeList() = default;
  CodeList(std::initializer_list<std::int32_t> codes) { append(codes.begin(), codes.size()); }
  /// Implicit: whoever has codes in full may pass them for a list.
  CodeList(const std::vector<std::int32_t>& codes) { append(codes.data(), codes.size()); }

  /// Room for so many codes, those that the list has included.
  void reserve(std::size_t count) {
    std::visit([count](auto& held) { held.reserve(count); }, codes_);
  }
  void push_back(std::int32_t code) {
    hold(code, code);
    std::visit([code](auto& held) { held.push_back(as_in(held, code)); }, codes_);
  }
  void append(const std::int32_t* codes, std::size_t count) {
    if (count == 0) return;
    const auto [least, greatest] = std::minmax_element(codes, codes + count);
    hold(*least, *greatest);
    std::visit(
        [&](auto& held) {
          const std::size_t before = held.size();
          held.resize(before + count);
          for (std::size_t i = 0; i < count; ++i) held[before + i] = as_in(held, codes[i]);
        },
        codes_);
  }
  /// `count` times the same.
  void assign(std::size_t count, std::int32_t code) {
    hold(code, code);
    std::visit([&](auto& held) { held.assign(count, as_in(held, code)); }, codes_);
  }
  void set(std::size_t i, std::int32_t code) {
    hold(code, code);
    std::visit([&](auto& held) { held[i] = as_in(held, code); }, codes_);
  }
  void clear() {
    std::visit([](auto& held) { held.clear(); }, codes_);
  }

  std::size_t size() const {
    return std::visit([](const auto& held) { return held.size(); }, codes_);
  }
  bool empty() const { return size() == 0; }
  std::int32_t operator[](std::size_t i) const {
    return std::visit([i](const auto& held) { return std::int32_t{held[i]}; }, codes_);
  }
  std::int32_t back() const { return (*this)[size() - 1]; }
  const_iterator begin() const { return {*this, 0}; }
  const_iterator end() const { return {*this, size()}; }
  std::vector<std::int32_t> to_vector() const {
    return std::visit(
        [](const auto& held) { return std::vector<std::int32_t>(held.begin(), held.end()); },
        codes_);
  }
  /// Bytes that one code takes.
  std::size_t bytes_each() const { return std::size_t{1} << codes_.index(); }
  /// What `function` makes of the vector of std::int8_t, std::int16_t or std::int32_t behind the
  /// list: for loops over many codes.
  template <class Function>
  decltype(auto) visit(const Function& function) const {
    return std::visit(function, codes_);
  }

  /// The same codes, in however many bytes.
  friend bool operator==(const CodeList& a, const CodeList& b) {
    return std::visit(
        [](const auto& x, const auto& y) {
          return std::equal(x.begin(), x.end(), y.begin(), y.end());
        },
        a.codes_, b.codes_);
  }
  friend bool operator!=(const CodeList& a, const CodeList& b) { return !(a == b); }

 private:
  template <class Code>
  static Code as_in(const std::vector<Code>& /*held*/, std::int32_t code) {
    return static_cast<Code>(code);
  }
  template <class Code>
  static bool fits(std::int32_t least, std::int32_t greatest) {
    return least >= std::numeric_limits<Code>::min() &&
           greatest <= std::numeric_limits<Code>::max();
  }
  void hold(std::int32_t least, std::int32_t greatest) {
    if (fits<std::int8_t>(least, greatest)) return;
    if (fits<std::int16_t>(least, greatest)) return widen<std::int16_t>();
    widen<std::int32_t>();
  }
  template <class Code>
  void widen() {
    if (bytes_each() >= sizeof(Code)) return;
    std::vector<Code> wide;
    std::visit(
        [&wide](const auto& held) {
          wide.reserve(held.capacity());
          for (const auto code : held) wide.push_back(static_cast<Code>(code));
        },
        codes_);
    codes_ = std::move(wide);
  }

  std::variant<std::vector<std::int8_t>, std::vector<std::int16_t>, std::vector<std::int32_t>>
      codes_;
};

}  // namespace dcnsim
