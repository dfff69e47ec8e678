// SPDX-License-Identifier: Apache-2.0
// RISC-V instructions as words (unprivileged specification, chapter 24), for tests that need
// exactly these.
#pragma once

#include <cstdint>

namespace dcnsim::riscv::assembler {

enum Register : std::uint32_t { zero = 0, t0 = 5, t1 = 6, t2 = 7, a0 = 10, a1 = 11, a2 = 12 };
enum Csr : std::uint32_t {
  mstatus = 0x300,
  mie = 0x304,
  mtvec = 0x305,
  mepc = 0x341,
  mcause = 0x342,
  mtval = 0x343
};

inline std::uint32_t immediate(int value) { return static_cast<std::uint32_t>(value) << 20; }

inline std::uint32_t addi(Register rd, Register rs, int value) {
  return immediate(value) | rs << 15 | rd << 7 | 0x13;
}
inline std::uint32_t add(Register rd, Register rs1, Register rs2) {
  return rs2 << 20 | rs1 << 15 | rd << 7 | 0x33;
}
/// The upper 20 bits of `value`.
inline std::uint32_t lui(Register rd, std::uint32_t value) {
  return (value & 0xFFFFF000) | rd << 7 | 0x37;
}
inline std::uint32_t lw(Register rd, Register base, int offset) {
  return immediate(offset) | base << 15 | 2u << 12 | rd << 7 | 0x03;
}
/// `offset` 0..31.
inline std::uint32_t sw(Register rs, Register base, std::uint32_t offset) {
  return rs << 20 | base << 15 | 2u << 12 | offset << 7 | 0x23;
}
/// Branches back by `words` instructions (1..7) if the registers differ.
inline std::uint32_t bne_back(Register rs1, Register rs2, std::uint32_t words) {
  const std::uint32_t offset = 0u - 4 * words;
  return (offset >> 12 & 1) << 31 | (offset >> 5 & 0x3F) << 25 | rs2 << 20 | rs1 << 15 | 1u << 12 |
         (offset >> 1 & 0xF) << 8 | (offset >> 11 & 1) << 7 | 0x63;
}
/// Ends a basic block and goes on behind it.
inline std::uint32_t jump_to_next() { return 2u << 21 | 0x6F; }
inline std::uint32_t jr(Register rs) { return rs << 15 | 0x67; }
inline std::uint32_t csrw(Csr csr, Register rs) { return csr << 20 | rs << 15 | 1u << 12 | 0x73; }
inline std::uint32_t csrr(Register rd, Csr csr) { return csr << 20 | 2u << 12 | rd << 7 | 0x73; }
inline std::uint32_t ecall() { return 0x73; }
inline std::uint32_t mret() { return 0x30200073; }
inline std::uint32_t wfi() { return 0x10500073; }
/// c.addi rd, value twice: two compressed instructions in a word; `value` 1..31.
inline std::uint32_t two_c_addi(Register rd, std::uint32_t value) {
  const std::uint32_t one = rd << 7 | (value & 0x1F) << 2 | 1;
  return one << 16 | one;
}

}  // namespace dcnsim::riscv::assembler
