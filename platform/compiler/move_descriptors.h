// SPDX-License-Identifier: Apache-2.0
// Descriptors have addresses: a program that is put elsewhere has other ones.
#pragma once

#include <cstddef>
#include <cstdint>

namespace dcnsim {

struct Descriptor;

/// Adds to the addresses of weights and of maps in memory, modulo 2^64. Those that mean nothing
/// stay.
void move(Descriptor& descriptor, std::uint64_t weights, std::uint64_t maps);

/// Adds to the addresses of `count` encoded descriptors, one after the other at `list`: to those of
/// weights and to those of maps in memory, modulo 2^64. Addresses that mean nothing stay.
void move_descriptors(std::uint8_t* list, std::size_t count, std::uint64_t weights,
                      std::uint64_t maps);

}  // namespace dcnsim
