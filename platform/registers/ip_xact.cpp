// SPDX-License-Identifier: Apache-2.0
// Order and spelling of elements follow the schema of IEEE 1685-2014.
#include <fmt/format.h>

#include "platform/registers/formats.h"
#include "platform/registers/words.h"

namespace dcnsim {
namespace {

constexpr std::string_view kHead =
    R"(<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: Apache-2.0 -->
<!-- Written by dcnsim_registers from models/arch/registers.h: do not edit. -->
<ipxact:component xmlns:ipxact="http://www.accellera.org/XMLSchema/IPXACT/1685-2014" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.accellera.org/XMLSchema/IPXACT/1685-2014 http://www.accellera.org/XMLSchema/IPXACT/1685-2014/index.xsd">
)";

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

/// Elements written one a line, indented by depth.
class Xml {
 public:
  void open(std::string_view tag) {
    line(fmt::format("<ipxact:{}>", tag));
    ++depth_;
  }
  void close(std::string_view tag) {
    --depth_;
    line(fmt::format("</ipxact:{}>", tag));
  }
  void leaf(std::string_view tag, std::string_view text) {
    line(fmt::format("<ipxact:{0}>{1}</ipxact:{0}>", tag, escaped(text)));
  }
  void line(std::string_view text) { text_ += fmt::format("{:{}}{}\n", "", 2 * depth_, text); }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  int depth_ = 1;
};

std::string hex(std::uint32_t value) { return fmt::format("'h{:X}", value); }

bool is_volatile(reg::Access access) {
  return access == reg::Access::kReadOnly || access == reg::Access::kWriteOneToClear;
}

std::string_view access_text(reg::Access access) {
  if (!reg::writable(access)) return "read-only";
  return reg::readable(access) ? "read-write" : "write-only";
}

void write_bus_interface(Xml& xml, std::string_view name, std::string_view description) {
  xml.open("busInterface");
  xml.leaf("name", name);
  xml.leaf("description", description);
  xml.line(
      R"(<ipxact:busType vendor="dcnsim" library="tlm" name="tlm2_base_protocol" version="1.0"/>)");
}

void write_bus_interfaces(Xml& xml) {
  xml.open("busInterfaces");
  write_bus_interface(xml, "registers", "register window: TLM-2.0 target socket");
  xml.open("slave");
  xml.line(R"(<ipxact:memoryMapRef memoryMapRef="registers"/>)");
  xml.close("slave");
  xml.close("busInterface");
  write_bus_interface(xml, "memory", "descriptors and tensors: TLM-2.0 initiator socket");
  xml.open("master");
  xml.line(R"(<ipxact:addressSpaceRef addressSpaceRef="memory"/>)");
  xml.close("master");
  xml.close("busInterface");
  xml.close("busInterfaces");
  xml.open("addressSpaces");
  xml.open("addressSpace");
  xml.leaf("name", "memory");
  xml.leaf("range", "'hFFFF_FFFF_FFFF_FFFF");
  xml.leaf("width", "64");
  xml.leaf("addressUnitBits", "8");
  xml.close("addressSpace");
  xml.close("addressSpaces");
}

void write_field(Xml& xml, const RegisterWord& word, const reg::Field& field) {
  xml.open("field");
  xml.leaf("name", field.name);
  xml.leaf("description", field.description);
  xml.leaf("bitOffset", std::to_string(field.low()));
  xml.open("resets");
  xml.open("reset");
  xml.leaf("value", hex((word.reset & field.mask) >> field.low()));
  xml.close("reset");
  xml.close("resets");
  xml.leaf("bitWidth", std::to_string(field.bits()));
  xml.leaf("volatile", is_volatile(word.access) ? "true" : "false");
  xml.leaf("access", access_text(word.access));
  if (!field.values.empty()) {
    xml.open("enumeratedValues");
    for (const reg::EnumeratedValue& v : field.values) {
      xml.open("enumeratedValue");
      xml.leaf("name", v.name);
      xml.leaf("description", v.description);
      xml.leaf("value", std::to_string(v.value));
      xml.close("enumeratedValue");
    }
    xml.close("enumeratedValues");
  }
  if (word.access == reg::Access::kWriteOneToClear) xml.leaf("modifiedWriteValue", "oneToClear");
  xml.close("field");
}

void write_memory_map(Xml& xml) {
  xml.open("memoryMaps");
  xml.open("memoryMap");
  xml.leaf("name", "registers");
  xml.open("addressBlock");
  xml.leaf("name", "registers");
  xml.leaf("baseAddress", "0");
  xml.leaf("range", hex(reg::kWindowBytes));
  xml.leaf("width", "32");
  xml.leaf("usage", "register");
  for (const RegisterWord& word : register_words()) {
    xml.open("register");
    xml.leaf("name", word.name);
    xml.leaf("description", word.description);
    xml.leaf("addressOffset", hex(word.offset));
    xml.leaf("size", "32");
    xml.leaf("volatile", is_volatile(word.access) ? "true" : "false");
    xml.leaf("access", access_text(word.access));
    for (const reg::Field& field : word.fields) write_field(xml, word, field);
    xml.close("register");
  }
  xml.close("addressBlock");
  xml.leaf("addressUnitBits", "8");
  xml.close("memoryMap");
  xml.close("memoryMaps");
}

void write_wire(Xml& xml, std::string_view name, std::string_view description,
                std::string_view direction) {
  xml.open("port");
  xml.leaf("name", name);
  xml.leaf("description", description);
  xml.open("wire");
  xml.leaf("direction", direction);
  xml.close("wire");
  xml.close("port");
}

void write_socket(Xml& xml, std::string_view name, std::string_view initiative) {
  xml.open("port");
  xml.leaf("name", name);
  xml.open("transactional");
  xml.leaf("initiative", initiative);
  xml.leaf("kind", "tlm_socket");
  xml.leaf("busWidth", "32");
  xml.close("transactional");
  xml.close("port");
}

void write_ports(Xml& xml) {
  xml.open("model");
  xml.open("ports");
  write_socket(xml, "registers", "provides");
  write_socket(xml, "memory", "requires");
  write_wire(xml, "irq", "interrupt: a level, high until acknowledged in IRQ_STATUS", "out");
  write_wire(xml, "reset", "active high, asynchronous", "in");
  xml.close("ports");
  xml.close("model");
}

}  // namespace

std::string ip_xact() {
  Xml xml;
  xml.leaf("vendor", "dcnsim");
  xml.leaf("library", "accelerators");
  xml.leaf("name", "dcn");
  xml.leaf("version", fmt::format("{}.{}", reg::kVersionMajor, reg::kVersionMinor));
  write_bus_interfaces(xml);
  write_memory_map(xml);
  write_ports(xml);
  xml.leaf("description", "Fixed-point DCN accelerator");
  return std::string(kHead) + xml.text() + "</ipxact:component>\n";
}

}  // namespace dcnsim
