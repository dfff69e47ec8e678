// SPDX-License-Identifier: Apache-2.0
#include "models/base/json/document.h"

#include <stdexcept>

namespace dcnsim {
namespace {

using Format = nlohmann::detail::input_format_t;

/// Goes over a document without keeping any of it, down to kMaxJsonDepth.
class DepthGuard : public nlohmann::json_sax<Json> {
 public:
  bool too_deep() const { return depth_ > kMaxJsonDepth; }

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool key(string_t&) override { return true; }
  bool start_object(std::size_t) override { return ++depth_ <= kMaxJsonDepth; }
  bool end_object() override { return --depth_ >= 0; }
  bool start_array(std::size_t) override { return ++depth_ <= kMaxJsonDepth; }
  bool end_array() override { return --depth_ >= 0; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  int depth_ = 0;
};

enum class Problem { kNone, kTooDeep, kNotValid };

Problem problem(std::string_view bytes, Format format) {
  DepthGuard guard;
  if (Json::sax_parse(bytes, &guard, format)) return Problem::kNone;
  return guard.too_deep() ? Problem::kTooDeep : Problem::kNotValid;
}

void require_valid(std::string_view bytes, Format format, const std::string& file,
                   const char* what) {
  switch (problem(bytes, format)) {
    case Problem::kNone:
      return;
    case Problem::kTooDeep:
      throw std::runtime_error(file + ": lists and objects nested more than " +
                               std::to_string(kMaxJsonDepth) + " deep");
    case Problem::kNotValid:
      throw std::runtime_error(file + ": not " + what + ", or cut short");
  }
}

}  // namespace

Json parse_json(std::string_view text, const std::string& file) {
  require_valid(text, Format::json, file, "a JSON file");
  return Json::parse(text);
}

std::optional<Json> json_if_valid(std::string_view text) {
  if (problem(text, Format::json) != Problem::kNone) return std::nullopt;
  return Json::parse(text);
}

Json parse_cbor(std::string_view bytes, const std::string& file) {
  require_valid(bytes, Format::cbor, file, "CBOR");
  return Json::from_cbor(bytes);
}

}  // namespace dcnsim
