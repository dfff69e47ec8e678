// SPDX-License-Identifier: Apache-2.0
// Order in which the bits of a DRAM address select channel, bank group, bank, row and column.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace dcnsim {

enum class AddressPart : std::uint8_t { kRow, kBank, kGroup, kColumn, kChannel };
inline constexpr std::size_t kAddressParts = 5;

/// From the highest address bits to the lowest; the bytes of one burst lie below the last part.
using AddressMapping = std::array<AddressPart, kAddressParts>;

/// Reads "row-bank-column-group-channel" or any other order of these words. Throws
/// std::invalid_argument: `"row-bank", expected row, bank, ...`.
AddressMapping parse_address_mapping(const std::string& text);

}  // namespace dcnsim
