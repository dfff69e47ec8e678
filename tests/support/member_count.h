// SPDX-License-Identifier: Apache-2.0
// How many members a struct has, so that a test notices one that a table of its fields lacks.
#pragma once

#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

namespace dcnsim {
namespace member_count_detail {

template <typename>
inline constexpr bool kIsOptional = false;
template <typename Value>
inline constexpr bool kIsOptional<std::optional<Value>> = true;

/// Stands for any member in a list that initialises a struct; never called. An optional is made of
/// its value, so that there is one way only.
struct Anything {
  template <typename Member, typename = std::enable_if_t<!kIsOptional<Member>>>
  operator Member() const;
};

template <typename Struct, typename Indices, typename = void>
struct TakesList : std::false_type {};
template <typename Struct, std::size_t... indices>
struct TakesList<Struct, std::index_sequence<indices...>,
                 std::void_t<decltype(Struct{(static_cast<void>(indices), Anything())...})>>
    : std::true_type {};

}  // namespace member_count_detail

/// Of an aggregate without bases, arrays and references: the longest list that initialises it.
template <typename Struct, std::size_t count = 0>
constexpr std::size_t member_count() {
  using member_count_detail::TakesList;
  if constexpr (TakesList<Struct, std::make_index_sequence<count + 1>>::value) {
    return member_count<Struct, count + 1>();
  } else {
    return count;
  }
}

}  // namespace dcnsim
