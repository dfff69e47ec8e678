// SPDX-License-Identifier: Apache-2.0
#include "models/numeric/bitpack.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "models/numeric/kernels/bit_windows.h"
#include "models/numeric/kernels/kernel_set.h"
#include "models/numeric/tensor.h"

namespace dcnsim {
namespace {

bool bit_at(const std::vector<std::uint8_t>& bytes, std::size_t bit) {
  return (bytes[bit / 8] >> bit % 8 & 1) != 0;
}

std::vector<std::uint8_t> random_bytes(std::mt19937& random, std::size_t count) {
  std::vector<std::uint8_t> bytes(count);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return bytes;
}

/// Bit by bit, as the header defines it.
std::int32_t code_at(const std::vector<std::uint8_t>& packed, std::size_t bit,
                     const Format& format) {
  std::int32_t code = 0;
  for (int i = 0; i < format.bits; ++i) {
    const int weight = i == format.bits - 1 && format.is_signed ? -(1 << i) : 1 << i;
    if (bit_at(packed, bit + static_cast<std::size_t>(i))) code += weight;
  }
  return code;
}

class Bitpack : public testing::TestWithParam<int> {};

TEST_P(Bitpack, EveryOffsetAndLengthReadsTheBitsAndKeepsTheNeighbours) {
  std::mt19937 random(static_cast<unsigned>(GetParam()));
  const auto bits = static_cast<std::size_t>(GetParam());
  for (const bool is_signed : {false, true}) {
    const Format format{GetParam(), 0, is_signed};
    for (std::size_t offset = 0; offset < 24; ++offset) {
      for (int count = 0; count < 70; ++count) {
        const auto codes = static_cast<std::size_t>(count);
        // No byte more than the codes need: a sanitizer sees whoever reads or writes beyond.
        std::vector<std::uint8_t> packed = random_bytes(random, (offset + codes * bits + 7) / 8);
        CodeTensor host({1, 1, count}, format);
        unpack_codes(packed.data(), offset, format, codes, host.data());
        for (std::size_t i = 0; i < codes; ++i) {
          ASSERT_EQ(host.get(i), code_at(packed, offset + i * bits, format))
              << offset << " " << count << " " << i;
        }
        const std::vector<std::uint8_t> original = packed;
        pack_codes(host.data(), format, codes, packed.data(), offset);
        ASSERT_EQ(packed, original) << "packing what was unpacked, " << offset << " " << count;

        std::vector<std::uint8_t> other = random_bytes(random, packed.size());
        const std::vector<std::uint8_t> before = other;
        pack_codes(host.data(), format, codes, other.data(), offset);
        for (std::size_t bit = 0; bit < 8 * other.size(); ++bit) {
          const bool inside = bit >= offset && bit < offset + codes * bits;
          ASSERT_EQ(bit_at(other, bit), bit_at(inside ? packed : before, bit))
              << offset << " " << count << " bit " << bit;
        }
      }
    }
  }
}

TEST_P(Bitpack, EveryKernelSetGivesTheSameBytes) {
  std::mt19937 random(static_cast<unsigned>(GetParam()) + 100);
  constexpr std::size_t kWindows = 33;
  const std::size_t codes = kWindows * kernels::codes_per_window(GetParam());
  for (const bool is_signed : {false, true}) {
    const Format format{GetParam(), 0, is_signed};
    const auto code_bytes = static_cast<std::size_t>(format.host_bytes());
    for (std::size_t offset = 0; offset < 16; ++offset) {
      const std::vector<std::uint8_t> packed =
          random_bytes(random, packed_bytes(codes, GetParam()) + 10);
      for (const InstructionSet instructions : available_instruction_sets()) {
        const kernels::KernelSet* set = &kernels::set_for(instructions);
        std::vector<std::uint8_t> host(codes * code_bytes);
        set->unpack_bits({packed.data(), offset, GetParam(), is_signed, kWindows, host.data()});
        CodeTensor expected({1, 1, static_cast<int>(codes)}, format);
        for (std::size_t i = 0; i < codes; ++i) {
          expected.set(i,
                       code_at(packed, offset + i * static_cast<std::size_t>(format.bits), format));
        }
        ASSERT_TRUE(std::equal(host.begin(), host.end(), expected.data())) << set->name;
        std::vector<std::uint8_t> repacked = packed;
        set->pack_bits({host.data(), offset, GetParam(), kWindows, repacked.data()});
        const std::size_t end = (offset + codes * static_cast<std::size_t>(format.bits)) / 8;
        ASSERT_TRUE(std::equal(packed.begin(), packed.begin() + static_cast<std::ptrdiff_t>(end),
                               repacked.begin()))
            << set->name;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Bits, Bitpack, testing::Range(kMinBits, kMaxBits + 1));

TEST(BitpackBytes, SizesRoundUpToBytes) {
  EXPECT_EQ(packed_bytes(0, 5), 0U);
  EXPECT_EQ(packed_bytes(1, 1), 1U);
  EXPECT_EQ(packed_bytes(8, 5), 5U);
  EXPECT_EQ(packed_bytes(9, 5), 6U);
}

TEST(BitpackBytes, ASignIsTheBitThatIsOneForMinusOne) {
  std::mt19937 random(3);
  constexpr Format sign{1, 0, true, true};
  for (std::size_t offset = 0; offset < 17; ++offset) {
    for (const std::size_t count : {1U, 7U, 8U, 64U, 200U}) {
      const std::vector<std::uint8_t> packed = random_bytes(random, (offset + count + 7) / 8);
      CodeTensor host({1, 1, static_cast<int>(count)}, sign);
      unpack_codes(packed.data(), offset, sign, count, host.data());
      for (std::size_t i = 0; i < count; ++i) {
        ASSERT_EQ(host.get(i), bit_at(packed, offset + i) ? -1 : 1);
      }
      std::vector<std::uint8_t> again = packed;
      for (std::size_t i = 0; i < count; ++i) again[(offset + i) / 8] = 0;
      pack_codes(host.data(), sign, count, again.data(), offset);
      for (std::size_t i = 0; i < count; ++i) {
        ASSERT_EQ(bit_at(again, offset + i), bit_at(packed, offset + i));
      }
    }
  }
}

TEST(BitpackBytes, LeastSignificantBitComesFirst) {
  CodeTensor host({1, 1, 3}, {4, 0, false});
  host.set(0, 0x1);
  host.set(1, 0x2);
  host.set(2, 0xF);
  std::uint8_t packed[2] = {0, 0xA0};
  pack_codes(host.data(), host.format(), 3, packed, 0);
  EXPECT_EQ(packed[0], 0x21);
  EXPECT_EQ(packed[1], 0xAF);
}

}  // namespace
}  // namespace dcnsim
