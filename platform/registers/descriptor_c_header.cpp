// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <string>
#include <string_view>

#include "models/arch/descriptor.h"
#include "models/arch/descriptor_fields.h"
#include "platform/registers/formats.h"

namespace dcnsim {
namespace {

using descriptor_fields::Field;

std::string define(const std::string& name, const std::string& value, std::string_view comment) {
  return fmt::format("#define {:<39} {:<11} /* {} */\n", "DCN_DESCRIPTOR_" + name, value, comment);
}

/// "in.height" is IN_HEIGHT.
std::string macro_name(std::string_view field) {
  std::string name(field);
  for (char& c : name) {
    if (c == '.') c = '_';
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return name;
}

class Lines {
 public:
  void constant(const Field& field, std::uint32_t value) {
    place(field);
    text += define(macro_name(field.name) + "_VALUE", fmt::format("0x{:X}u", value),
                   "what the field has to be");
  }
  void version(const Field& field, std::uint32_t value) { constant(field, value); }
  template <typename T>
  void operator()(const Field& field, const T&) {
    place(field);
    for (const reg::EnumeratedValue& v : field.values) {
      text += define(fmt::format("{}_{}", macro_name(field.name), v.name),
                     fmt::format("{}u", v.value), v.description);
    }
  }

  std::string text;

 private:
  void place(const Field& field) {
    const std::string name = macro_name(field.name);
    const bool is_signed = field.sign == descriptor_fields::Sign::kSigned;
    const std::string_view of_signed = is_signed ? " (two's complement)" : "";
    const std::string_view meaning = field.meaning.empty() ? "one of these" : field.meaning;
    text += define(name + "_OFFSET", fmt::format("{}u", field.offset),
                   fmt::format("{}{}", meaning, of_signed));
    text += fmt::format("#define {:<39} {}u\n", "DCN_DESCRIPTOR_" + name + "_BYTES", field.bytes);
  }
};

constexpr std::string_view kFunctions = R"(
// clang-format on
#ifdef __cplusplus
extern "C" {
#endif

/// Little-endian, on every processor.
static inline void dcn_descriptor_put(uint8_t* field, uint32_t bytes, uint64_t value) {
  for (uint32_t i = 0; i < bytes; ++i, value >>= 8) field[i] = value & 0xFF;
}

/// DCN_DESCRIPTOR_SET(descriptor, IN_HEIGHT, 8) writes one field of the bytes at `descriptor`.
#define DCN_DESCRIPTOR_SET(descriptor, FIELD, value)                 \
  dcn_descriptor_put((descriptor) + DCN_DESCRIPTOR_##FIELD##_OFFSET, \
                     DCN_DESCRIPTOR_##FIELD##_BYTES, (value))

/// Nothing but what every descriptor begins with; fields that a layer does not use stay 0.
static inline void dcn_descriptor_clear(uint8_t* descriptor) {
  dcn_descriptor_put(descriptor, DCN_DESCRIPTOR_BYTES, 0);
  DCN_DESCRIPTOR_SET(descriptor, MAGIC, DCN_DESCRIPTOR_MAGIC_VALUE);
  DCN_DESCRIPTOR_SET(descriptor, VERSION, DCN_DESCRIPTOR_VERSION_VALUE);
}

#ifdef __cplusplus
}
#endif
)";

}  // namespace

std::string descriptor_c_header() {
  std::string text =
      "// SPDX-License-Identifier: Apache-2.0\n"
      "// A layer's descriptor: where its fields lie, and how they are written. Written by\n"
      "// dcnsim_registers from models/arch/descriptor_fields.h: do not edit. What they mean to "
      "each\n"
      "// kind of layer: models/arch/descriptor.md.\n"
      "#pragma once\n"
      "\n"
      "#include <stdint.h>\n"
      "\n"
      "// clang-format off\n";
  text += define("BYTES", fmt::format("{}u", kDescriptorBytes), "size of a descriptor");
  const Descriptor any;
  Lines lines;
  descriptor_fields::visit_fields(any, lines);
  text += lines.text;
  text += kFunctions;
  return text;
}

}  // namespace dcnsim
