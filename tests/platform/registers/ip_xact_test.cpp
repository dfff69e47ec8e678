// SPDX-License-Identifier: Apache-2.0
// The IP-XACT component read back with libxml2. The schema of IEEE 1685-2014 is not among Debian's
// packages, so its rules on order and names stand here for the elements we write.
#include <gtest/gtest.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "platform/registers/words.h"

namespace dcnsim {
namespace {

constexpr const char* kNamespace = "http://www.accellera.org/XMLSchema/IPXACT/1685-2014";

/// Elements that may follow one another in an element, in the schema's order.
const std::map<std::string, std::vector<std::string>> kOrder = {
    {"component",
     {"vendor", "library", "name", "version", "busInterfaces", "addressSpaces", "memoryMaps",
      "model", "description"}},
    {"busInterface", {"name", "description", "busType", "master", "slave"}},
    {"addressSpace", {"name", "range", "width", "addressUnitBits"}},
    {"memoryMap", {"name", "addressBlock", "addressUnitBits"}},
    {"addressBlock", {"name", "baseAddress", "range", "width", "usage", "register"}},
    {"register", {"name", "description", "addressOffset", "size", "volatile", "access", "field"}},
    {"field",
     {"name", "description", "bitOffset", "resets", "bitWidth", "volatile", "access",
      "enumeratedValues", "modifiedWriteValue"}},
    {"enumeratedValue", {"name", "description", "value"}},
    {"port", {"name", "description", "wire", "transactional"}},
    {"transactional", {"initiative", "kind", "busWidth"}},
};

std::string text(const xmlNode* node) {
  const std::unique_ptr<xmlChar, decltype(xmlFree)> content(xmlNodeGetContent(node), xmlFree);
  return reinterpret_cast<const char*>(content.get());
}

std::string name(const xmlNode* node) { return reinterpret_cast<const char*>(node->name); }

std::vector<const xmlNode*> children(const xmlNode* node, const std::string& tag = "") {
  std::vector<const xmlNode*> found;
  for (const xmlNode* child = node->children; child != nullptr; child = child->next) {
    if (child->type == XML_ELEMENT_NODE && (tag.empty() || name(child) == tag)) {
      found.push_back(child);
    }
  }
  return found;
}

/// The text of the only child with this name; empty if there is none.
std::string value(const xmlNode* node, const std::string& tag) {
  const std::vector<const xmlNode*> found = children(node, tag);
  EXPECT_LE(found.size(), 1u) << tag;
  return found.empty() ? "" : text(found[0]);
}

/// Decimal, or hexadecimal with 'h in front.
std::uint64_t number(const std::string& text) {
  return text.compare(0, 2, "'h") == 0 ? std::stoull(text.substr(2), nullptr, 16)
                                       : std::stoull(text);
}

class IpXactTest : public testing::Test {
 protected:
  static std::unique_ptr<xmlDoc, decltype(&xmlFreeDoc)> parse(const std::string& file) {
    return {xmlReadFile((DCNSIM_SOURCE_DIR "/platform/registers/" + file).c_str(), nullptr,
                        XML_PARSE_NONET),
            xmlFreeDoc};
  }

  std::vector<const xmlNode*> find(const std::string& path) {
    const std::unique_ptr<xmlXPathContext, decltype(&xmlXPathFreeContext)> context(
        xmlXPathNewContext(document_.get()), xmlXPathFreeContext);
    xmlXPathRegisterNs(context.get(), BAD_CAST "ipxact", BAD_CAST kNamespace);
    const std::unique_ptr<xmlXPathObject, decltype(&xmlXPathFreeObject)> object(
        xmlXPathEvalExpression(BAD_CAST path.c_str(), context.get()), xmlXPathFreeObject);
    std::vector<const xmlNode*> nodes;
    for (int i = 0; i < (object->nodesetval != nullptr ? object->nodesetval->nodeNr : 0); ++i) {
      nodes.push_back(object->nodesetval->nodeTab[i]);
    }
    return nodes;
  }

  const std::unique_ptr<xmlDoc, decltype(&xmlFreeDoc)> document_ = parse("dcn.ipxact.xml");
};

void expect_order(const xmlNode* node) {
  EXPECT_STREQ(reinterpret_cast<const char*>(node->ns->href), kNamespace) << name(node);
  const auto rule = kOrder.find(name(node));
  std::size_t reached = 0;
  for (const xmlNode* child : children(node)) {
    if (rule != kOrder.end()) {
      const auto& order = rule->second;
      const auto at = std::find(order.begin(), order.end(), name(child));
      ASSERT_NE(at, order.end()) << name(child) << " in " << name(node);
      const auto place = static_cast<std::size_t>(at - order.begin());
      EXPECT_GE(place, reached) << name(child) << " in " << name(node);
      reached = place;
    }
    expect_order(child);
  }
}

TEST_F(IpXactTest, is_well_formed_and_its_elements_are_in_the_order_of_the_schema) {
  ASSERT_NE(document_, nullptr);
  const xmlNode* root = xmlDocGetRootElement(document_.get());
  EXPECT_EQ(name(root), "component");
  expect_order(root);
}

TEST_F(IpXactTest, interfaces_lead_to_the_register_map_and_to_memory) {
  EXPECT_EQ(find("//ipxact:busInterface[ipxact:name='registers']/ipxact:slave/"
                 "ipxact:memoryMapRef[@memoryMapRef='registers']")
                .size(),
            1u);
  EXPECT_EQ(find("//ipxact:memoryMap[ipxact:name='registers']").size(), 1u);
  EXPECT_EQ(find("//ipxact:busInterface[ipxact:name='memory']/ipxact:master/"
                 "ipxact:addressSpaceRef[@addressSpaceRef='memory']")
                .size(),
            1u);
  EXPECT_EQ(find("//ipxact:addressSpace[ipxact:name='memory']").size(), 1u);
  const auto wire = [&](const std::string& port, const std::string& direction) {
    return find("//ipxact:port[ipxact:name='" + port + "']/ipxact:wire[ipxact:direction='" +
                direction + "']")
        .size();
  };
  EXPECT_EQ(wire("irq", "out"), 1u);
  EXPECT_EQ(wire("reset", "in"), 1u);
}

TEST_F(IpXactTest, the_bus_type_is_defined_beside_it) {
  const auto bus = parse("dcn.busdef.xml");
  ASSERT_NE(bus, nullptr);
  const xmlNode* root = xmlDocGetRootElement(bus.get());
  EXPECT_EQ(name(root), "busDefinition");
  EXPECT_EQ(find("//ipxact:busType[@vendor='" + value(root, "vendor") + "' and @library='" +
                 value(root, "library") + "' and @name='" + value(root, "name") +
                 "' and @version='" + value(root, "version") + "']")
                .size(),
            2u);
}

TEST_F(IpXactTest, registers_and_fields_are_those_of_the_table) {
  const std::vector<RegisterWord> words = register_words();
  const std::vector<const xmlNode*> registers = find("//ipxact:addressBlock/ipxact:register");
  EXPECT_EQ(number(value(find("//ipxact:addressBlock")[0], "range")), reg::kWindowBytes);
  ASSERT_EQ(registers.size(), words.size());
  for (std::size_t i = 0; i < words.size(); ++i) {
    SCOPED_TRACE(words[i].name);
    const bool read = reg::readable(words[i].access), write = reg::writable(words[i].access);
    const std::string access = read ? (write ? "read-write" : "read-only") : "write-only";
    const bool clears = words[i].access == reg::Access::kWriteOneToClear;
    EXPECT_EQ(value(registers[i], "name"), words[i].name);
    EXPECT_EQ(number(value(registers[i], "addressOffset")), words[i].offset);
    EXPECT_EQ(value(registers[i], "size"), "32");
    EXPECT_EQ(value(registers[i], "access"), access);
    const std::vector<const xmlNode*> fields = children(registers[i], "field");
    ASSERT_EQ(fields.size(), words[i].fields.size());
    for (std::size_t f = 0; f < fields.size(); ++f) {
      const reg::Field& field = words[i].fields[f];
      SCOPED_TRACE(field.name);
      EXPECT_EQ(value(fields[f], "name"), field.name);
      EXPECT_EQ(value(fields[f], "description"), field.description);
      EXPECT_EQ(value(fields[f], "access"), access);
      EXPECT_EQ(value(fields[f], "modifiedWriteValue"), clears ? "oneToClear" : "");
      const std::uint64_t low = number(value(fields[f], "bitOffset"));
      const std::uint64_t bits = number(value(fields[f], "bitWidth"));
      EXPECT_EQ(((std::uint64_t{1} << bits) - 1) << low, field.mask);
      const auto resets = children(children(fields[f], "resets").at(0), "reset");
      ASSERT_EQ(resets.size(), 1u);
      EXPECT_EQ(number(value(resets[0], "value")) << low, words[i].reset & field.mask);
      const auto lists = children(fields[f], "enumeratedValues");
      ASSERT_EQ(lists.size(), field.values.empty() ? 0u : 1u);
      if (lists.empty()) continue;
      const std::vector<const xmlNode*> values = children(lists[0], "enumeratedValue");
      ASSERT_EQ(values.size(), field.values.size());
      for (std::size_t v = 0; v < values.size(); ++v) {
        EXPECT_EQ(value(values[v], "name"), field.values.begin()[v].name);
        EXPECT_EQ(number(value(values[v], "value")), field.values.begin()[v].value);
      }
    }
  }
}

}  // namespace
}  // namespace dcnsim
