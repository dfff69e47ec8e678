// SPDX-License-Identifier: Apache-2.0
// Typed access to the fields of an untrusted JSON document; errors name the file and the field.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "models/base/json/document.h"

namespace dcnsim {

/// An object inside a document, which must outlive it. Pointers ("/latency/cycles") start at the
/// object. Every query throws std::runtime_error: a field missing or of another type.
class Fields {
 public:
  /// `path` is the object's own pointer inside the document.
  Fields(std::string file, std::string path, const Json& json)
      : file_(std::move(file)), path_(std::move(path)), json_(json) {}

  const std::string& file() const { return file_; }
  bool has(const char* pointer) const;
  double number(const char* pointer) const;
  double positive(const char* pointer) const;
  /// Nothing for null.
  std::optional<double> number_or_null(const char* pointer) const;
  /// Infinite for null.
  double decibels(const char* pointer) const;
  /// A whole number from 0 to 2^53, exact in JSON.
  std::uint64_t count(const char* pointer) const;
  /// Nothing for null.
  std::optional<std::uint64_t> count_or_null(const char* pointer) const;
  std::size_t index_below(const char* pointer, std::size_t size) const;
  /// A whole number within bounds.
  int integer(const char* pointer, int lowest, int highest) const;
  bool flag(const char* pointer) const;
  /// Printable, cut after `longest`.
  std::string text(const char* pointer, std::size_t longest = 100) const;
  /// Whatever the file says, in full: not for a terminal.
  std::string exact_text(const char* pointer) const;
  std::string one_of(const char* pointer, const std::vector<std::string>& names) const;
  std::vector<std::string> exact_texts(const char* pointer) const;
  /// Of CBOR.
  const Json::binary_t& bytes(const char* pointer) const;
  /// A list of `size` numbers.
  std::vector<double> numbers(const char* pointer, std::size_t size) const;
  /// A number in decimal, "-" for null.
  std::string width(const char* pointer) const;
  Fields object(const char* pointer) const;
  std::size_t list_size(const char* pointer) const;
  std::vector<Fields> list(const char* pointer) const;
  std::vector<Fields> list(const char* pointer, std::size_t size) const;
  /// The value itself, whatever it is.
  const Json& at(const char* pointer) const;

  [[noreturn]] void fail(const char* pointer, const std::string& problem) const;

 private:
  std::string file_;
  std::string path_;
  const Json& json_;
};

/// What `read(Fields)` makes of a document. Should it take a value for another type than it has,
/// that is one line about `file` as well.
template <class Read>
auto read_fields(const Json& document, const std::string& file, const Read& read) {
  try {
    return read(Fields(file, "", document));
  } catch (const Json::exception&) {
    throw std::runtime_error(file + ": damaged, or not written by dcnsim");
  }
}

}  // namespace dcnsim
