// SPDX-License-Identifier: Apache-2.0
#include "tests/platform/registers/rdl_reader.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <stdexcept>

namespace dcnsim {
namespace {

/// Properties by the component they belong to (Annex E); those with a value and those without.
const std::set<std::string> kValued = {"name",     "desc",        "sw",     "hw",
                                       "regwidth", "accesswidth", "encode", "onwrite"};
const std::set<std::string> kFlags = {"littleendian", "singlepulse", "hwset"};

class Reader {
 public:
  explicit Reader(const std::string& text) : text_(text) { advance(); }

  /// 13: address map.
  RdlMap map() {
    RdlMap map;
    expect("addrmap");
    map.name = identifier();
    expect("{");
    while (token_ != "}") {
      if (token_ == "enum") {
        enumeration(map);
      } else if (token_ == "reg") {
        map.registers.push_back(register_(map));
      } else if (token_ == "default") {
        advance();
        property(map.defaults);
      } else {
        property(map.properties);
      }
    }
    expect("}");
    expect(";");
    if (!token_.empty()) fail("the end");
    return map;
  }

 private:
  /// 10: register instance with an address.
  RdlRegister register_(const RdlMap& map) {
    RdlRegister result;
    expect("reg");
    expect("{");
    while (token_ != "}") {
      if (token_ == "field") {
        result.fields.push_back(field(map));
      } else {
        property(result.properties);
      }
    }
    expect("}");
    result.name = identifier();
    expect("@");
    result.offset = number();
    expect(";");
    return result;
  }

  /// 9: field instance with bits and reset value.
  RdlField field(const RdlMap& map) {
    RdlField result;
    expect("field");
    expect("{");
    while (token_ != "}") property(result.properties);
    expect("}");
    const auto encode = result.properties.find("encode");
    if (encode != result.properties.end() && map.enums.count(encode->second) == 0) {
      fail("an enum that is defined before");
    }
    result.name = identifier();
    expect("[");
    result.high = static_cast<unsigned>(number());
    expect(":");
    result.low = static_cast<unsigned>(number());
    expect("]");
    if (result.low > result.high || result.high > 31) fail("bits within the register");
    expect("=");
    result.reset = number();
    expect(";");
    return result;
  }

  /// 6.2.5: enumeration.
  void enumeration(RdlMap& map) {
    expect("enum");
    std::map<std::string, std::uint64_t>& values = map.enums[identifier()];
    expect("{");
    while (token_ != "}") {
      const std::string member = identifier();
      expect("=");
      values[member] = number();
      if (token_ == "{") {
        advance();
        RdlProperties ignored;
        while (token_ != "}") property(ignored);
        expect("}");
      }
      expect(";");
    }
    expect("}");
    expect(";");
  }

  /// 5.1.3: property assignment.
  void property(RdlProperties& into) {
    const std::string name = identifier();
    std::string value = "true";
    if (kValued.count(name) != 0) {
      expect("=");
      value = token_;
      advance();
    } else if (kFlags.count(name) == 0) {
      fail("a property, not " + name);
    }
    if (!into.emplace(name, value).second) fail("one value for " + name);
    expect(";");
  }

  /// 4.3: an identifier is no keyword and begins with a letter.
  std::string identifier() {
    const std::string found = token_;
    if (found.empty() || std::isalpha(static_cast<unsigned char>(found[0])) == 0) {
      fail("an identifier");
    }
    advance();
    return found;
  }

  /// 4.6: 12, 0x1F, or with a width 8'd12, 8'h1F, into which it must fit.
  std::uint64_t number() {
    std::string digits = token_;
    const std::size_t tick = digits.find('\'');
    try {
      std::size_t used = 0;
      std::uint64_t value = 0;
      if (tick == std::string::npos) {
        value = std::stoull(digits, &used, 0);
      } else {
        const auto width = std::stoul(digits.substr(0, tick));
        const int base = digits.at(tick + 1) == 'h' ? 16 : 10;
        digits = digits.substr(tick + 2);
        value = std::stoull(digits, &used, base);
        if (width < 64 && value >> width != 0) fail("a number that fits its width");
      }
      if (used != digits.size()) fail("a number");
      advance();
      return value;
    } catch (const std::out_of_range&) {
      fail("a number");
    }
  }

  void expect(const std::string& token) {
    if (token_ != token) fail("\"" + token + "\"");
    advance();
  }

  [[noreturn]] void fail(const std::string& expected) const {
    throw std::invalid_argument("line " + std::to_string(line_) + ": \"" + token_ +
                                "\", expected " + expected);
  }

  void advance() {
    skip_space();
    token_.clear();
    if (at_ == text_.size()) return;
    if (text_[at_] == '"') {
      string();
      return;
    }
    const auto is_word = [](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '\'';
    };
    do {
      token_ += text_[at_++];
    } while (is_word(token_.back()) && at_ < text_.size() && is_word(text_[at_]));
  }

  void skip_space() {
    while (at_ < text_.size()) {
      if (text_.compare(at_, 2, "//") == 0) at_ = std::min(text_.find('\n', at_), text_.size());
      if (at_ == text_.size() || std::isspace(static_cast<unsigned char>(text_[at_])) == 0) return;
      if (text_[at_++] == '\n') ++line_;
    }
  }

  /// 4.5: a quoted string; only the quote needs a backslash.
  void string() {
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\') ++at_;
      token_ += text_[at_];
    }
    if (at_ == text_.size()) fail("a closing quote");
    ++at_;
  }

  const std::string text_;
  std::size_t at_ = 0;
  int line_ = 1;
  std::string token_;
};

}  // namespace

RdlMap read_rdl(const std::string& text) { return Reader(text).map(); }

}  // namespace dcnsim
