// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "platform/registers/formats.h"
#include "platform/registers/words.h"

namespace dcnsim {
namespace {

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + "\"";
}

/// How software and hardware reach a field (clauses 9.4 to 9.6).
std::string_view access_properties(reg::Access access) {
  switch (access) {
    case reg::Access::kConstant:
      return "sw = r; hw = na;";
    case reg::Access::kReadOnly:
      return "sw = r; hw = w;";
    case reg::Access::kWriteOnly:
      return "sw = w; hw = r; singlepulse;";
    case reg::Access::kReadWrite:
      return "sw = rw; hw = r;";
    case reg::Access::kWriteOneToClear:
      return "sw = rw; onwrite = woclr; hw = rw; hwset;";
  }
  return "";
}

std::string enumeration(const std::string& name, const reg::Field& field) {
  std::string text = fmt::format("    enum {} {{\n", name);
  for (const reg::EnumeratedValue& v : field.values) {
    text += fmt::format("        {} = 32'd{} {{ desc = {}; }};\n", v.name, v.value,
                        quoted(v.description));
  }
  return text + "    };\n\n";
}

std::string field_text(const RegisterWord& word, const reg::Field& field) {
  std::string text = fmt::format("        field {{\n            desc = {};\n            {}\n",
                                 quoted(field.description), access_properties(word.access));
  if (!field.values.empty()) {
    text += fmt::format("            encode = {}_{};\n", word.name, field.name);
  }
  return text + fmt::format("        }} {}[{}:{}] = {}'h{:X};\n", field.name,
                            field.low() + field.bits() - 1, field.low(), field.bits(),
                            (word.reset & field.mask) >> field.low());
}

}  // namespace

std::string system_rdl() {
  std::string text =
      "// SPDX-License-Identifier: Apache-2.0\n"
      "// Registers of the accelerator in SystemRDL 2.0. Written by dcnsim_registers from\n"
      "// models/arch/registers.h: do not edit.\n"
      "addrmap dcn {\n"
      "    name = \"Fixed-point DCN accelerator\";\n"
      "    default regwidth = 32;\n"
      "    default accesswidth = 32;\n"
      "    littleendian;\n"
      "\n";
  const std::vector<RegisterWord> words = register_words();
  for (const RegisterWord& word : words) {
    for (const reg::Field& field : word.fields) {
      if (!field.values.empty()) {
        text += enumeration(fmt::format("{}_{}", word.name, field.name), field);
      }
    }
  }
  for (const RegisterWord& word : words) {
    text += fmt::format("    reg {{\n        desc = {};\n", quoted(word.description));
    for (const reg::Field& field : word.fields) text += field_text(word, field);
    text += fmt::format("    }} {} @ 0x{:03X};\n\n", word.name, word.offset);
  }
  text.pop_back();
  return text + "};\n";
}

}  // namespace dcnsim
