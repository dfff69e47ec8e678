// SPDX-License-Identifier: Apache-2.0
#include "models/base/json/document.h"

#include <array>
#include <cmath>
#include <stdexcept>

#include "models/base/file/text_file.h"

namespace dcnsim {
namespace {

using InputFormat = nlohmann::detail::input_format_t;

/// Goes over a document without keeping any of it, up to the first of its problems.
class LimitCheck : public nlohmann::json_sax<Json> {
 public:
  /// What is wrong, "" for a document that is no such format.
  const std::string& problem() const { return problem_; }

  bool null() override { return value(); }
  bool boolean(bool) override { return value(); }
  bool number_integer(number_integer_t) override { return value(); }
  bool number_unsigned(number_unsigned_t) override { return value(); }
  bool number_float(number_float_t number, const string_t&) override {
    return std::isfinite(number) ? value() : fail("a number in it is not finite");
  }
  bool string(string_t&) override { return value(); }
  bool binary(binary_t&) override { return value(); }
  bool key(string_t&) override {
    return ++keys_.at(depth_) <= kMaxJsonKeys ||
           fail("an object of more than " + std::to_string(kMaxJsonKeys) + " keys");
  }
  bool start_object(std::size_t) override { return start(); }
  bool end_object() override { return end(); }
  bool start_array(std::size_t) override { return start(); }
  bool end_array() override { return end(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  bool fail(std::string problem) {
    problem_ = std::move(problem);
    return false;
  }
  bool value() {
    return ++values_ <= kMaxJsonValues ||
           fail("more than " + std::to_string(kMaxJsonValues) + " values in it");
  }
  bool start() {
    if (depth_ == kDeepest) {
      return fail("lists and objects nested more than " + std::to_string(kMaxJsonDepth) + " deep");
    }
    keys_[++depth_] = 0;
    return value();
  }
  bool end() {
    --depth_;
    return true;
  }

  static constexpr std::size_t kDeepest = kMaxJsonDepth;

  std::size_t depth_ = 0, values_ = 0;
  std::array<std::size_t, kDeepest + 1> keys_{};  ///< so far, of the objects that are open
  std::string problem_;
};

/// "" if there is none.
std::string problem(std::string_view bytes, InputFormat format) {
  if (bytes.size() > kMaxJsonBytes) {
    return "larger than " + std::to_string(kMaxJsonBytes) + " bytes";
  }
  LimitCheck guard;
  if (Json::sax_parse(bytes, &guard, format)) return "";
  if (!guard.problem().empty()) return guard.problem();
  return std::string("not ") + (format == InputFormat::json ? "a JSON file" : "CBOR") +
         ", or cut short";
}

void require_valid(std::string_view bytes, InputFormat format, const std::string& file) {
  const std::string found = problem(bytes, format);
  if (!found.empty()) throw std::runtime_error(file + ": " + found);
}

}  // namespace

Json parse_json(std::string_view text, const std::string& file) {
  require_valid(text, InputFormat::json, file);
  return Json::parse(text);
}

Json load_json(const std::string& path) {
  return parse_json(read_text_file(path, kMaxJsonBytes), path);
}

std::optional<Json> json_if_valid(std::string_view text) {
  if (!problem(text, InputFormat::json).empty()) return std::nullopt;
  return Json::parse(text);
}

Json parse_cbor(std::string_view bytes, const std::string& file) {
  require_valid(bytes, InputFormat::cbor, file);
  return Json::from_cbor(bytes);
}

}  // namespace dcnsim
