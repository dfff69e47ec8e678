// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "models/arch/registers.h"
#include "platform/registers/formats.h"

namespace dcnsim {
namespace {

std::string define(const std::string& name, const std::string& value,
                   std::string_view description) {
  return fmt::format("#define {:<32} {:<11} /* {} */\n", "DCN_" + name, value, description);
}

std::string hex(std::uint32_t value) { return fmt::format("0x{:X}u", value); }

std::string offset(std::uint32_t value) { return fmt::format("0x{:03X}u", value); }

/// One bit is a mask; a part of a register a mask and a shift; a whole register needs neither.
std::string field_lines(const std::string& register_name, const reg::Field& field) {
  const std::string name = fmt::format("{}_{}", register_name, field.name);
  std::string text;
  if (field.bits() == 1) {
    text += define(name, hex(field.mask), field.description);
  } else if (field.bits() < 32) {
    text += define(name + "_MASK", hex(field.mask), field.description);
    text += define(name + "_SHIFT", std::to_string(field.low()), "lowest bit");
  }
  for (const reg::EnumeratedValue& v : field.values) {
    text += define(fmt::format("{}_{}", register_name, v.name), fmt::format("{}u", v.value),
                   v.description);
  }
  return text;
}

}  // namespace

std::string c_header() {
  std::string text =
      "// SPDX-License-Identifier: Apache-2.0\n"
      "// Registers of the accelerator. Written by dcnsim_registers from models/arch/registers.h:\n"
      "// do not edit.\n"
      "#pragma once\n"
      "\n"
      "// clang-format off\n"
      "/* Offsets of 32-bit registers in a window of this many bytes. */\n";
  text += define("WINDOW_BYTES", hex(reg::kWindowBytes), "size of the register window");
  for (const reg::Register& r : reg::kRegisters) {
    text += define(fmt::format("REG_{}", r.name), offset(r.offset), r.description);
  }
  text += "\n/* Counters of 64 bits: low word at the offset, high word 4 bytes above. */\n";
  for (const reg::Counter& c : reg::kCounters) {
    text += define(fmt::format("REG_{}", c.name), offset(c.offset), c.description);
  }
  text += "\n/* Fields and values. */\n";
  for (const reg::Register& r : reg::kRegisters) {
    const std::string name(r.name);
    if (r.access == reg::Access::kConstant) {
      text += define(name + "_VALUE", hex(r.reset), "what the register reads");
    }
    for (const reg::Field& field : r.fields) text += field_lines(name, field);
  }
  return text;
}

}  // namespace dcnsim
