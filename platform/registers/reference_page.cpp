// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "models/arch/registers.h"
#include "platform/registers/formats.h"

namespace dcnsim {
namespace {

std::string_view access_text(reg::Access access) {
  switch (access) {
    case reg::Access::kConstant:
      return "constant";
    case reg::Access::kReadOnly:
      return "read";
    case reg::Access::kWriteOnly:
      return "write";
    case reg::Access::kReadWrite:
      return "read and write";
    case reg::Access::kWriteOneToClear:
      return "read, and write 1 to clear";
  }
  return "";
}

std::string bits(const reg::Field& field) {
  if (field.bits() == 1) return std::to_string(field.low());
  return fmt::format("{}..{}", field.low() + field.bits() - 1, field.low());
}

std::string field_table(const reg::Register& r) {
  std::string text = fmt::format(
      "\n### {}\n\n0x{:03X}, {}, reset 0x{:X}: {}.\n\n| Bits | Field | Meaning |\n| ---: | --- | "
      "--- |\n",
      r.name, r.offset, access_text(r.access), r.reset, r.description);
  for (const reg::Field& field : r.fields) {
    text += fmt::format("| {} | {} | {} |\n", bits(field), field.name, field.description);
  }
  for (const reg::Field& field : r.fields) {
    if (field.values.empty()) continue;
    text += fmt::format("\n| {} | Name | Meaning |\n| ---: | --- | --- |\n", field.name);
    for (const reg::EnumeratedValue& v : field.values) {
      text += fmt::format("| {} | {} | {} |\n", v.value, v.name, v.description);
    }
  }
  return text;
}

}  // namespace

std::string reference_page() {
  std::string text = fmt::format(
      "# Registers\n"
      "\n"
      "Written by `dcnsim_registers` from [registers.h](registers.h): do not edit. The same table "
      "as "
      "a C header is\n"
      "[dcn_registers.h](../../platform/driver/dcn_registers.h), as IP-XACT (IEEE 1685-2014)\n"
      "[dcn.ipxact.xml](../../platform/registers/dcn.ipxact.xml), as SystemRDL 2.0\n"
      "[dcn.rdl](../../platform/registers/dcn.rdl).\n"
      "\n"
      "A window of 0x{:X} bytes of 32-bit little-endian registers, accessed as aligned words with "
      "all bytes enabled.\n"
      "Anything else is refused with an error response and has no effect, as is an address without "
      "a register, a read of\n"
      "a register one can only write and a write to one that one can only read. Bits without a "
      "field read 0 and ignore what\n"
      "is written.\n"
      "\n"
      "| Offset | Register | Access | Reset | Meaning |\n"
      "| ---: | --- | --- | ---: | --- |\n",
      reg::kWindowBytes);
  for (const reg::Register& r : reg::kRegisters) {
    text += fmt::format("| 0x{:03X} | {} | {} | 0x{:X} | {} |\n", r.offset, r.name,
                        access_text(r.access), r.reset, r.description);
  }
  text +=
      "\n"
      "## Fields\n";
  for (const reg::Register& r : reg::kRegisters) text += field_table(r);
  text +=
      "\n"
      "## Counters\n"
      "\n"
      "64 bits, read-only: the low word at the offset, the high word 4 bytes above. They advance "
      "when a descriptor has been\n"
      "executed, are cleared by START and RESET, and stand still while the accelerator is not "
      "busy: "
      "read them then.\n"
      "\n"
      "| Offset | Counter | Meaning |\n"
      "| ---: | --- | --- |\n";
  for (const reg::Counter& c : reg::kCounters) {
    text += fmt::format("| 0x{:03X} | {} | {} |\n", c.offset, c.name, c.description);
  }
  text +=
      "\n"
      "CYCLES is the sum of the STALL counters and the cycles in which the array or the vector "
      "unit "
      "worked.\n";
  return text;
}

}  // namespace dcnsim
