// SPDX-License-Identifier: Apache-2.0
#include "workloads/images/npy_file.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>

#include "models/base/text/printable.h"

namespace dcnsim {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kMaxHeaderBytes = 4096;
constexpr std::size_t kMaxDims = 8;
constexpr std::size_t kMaxElements = std::size_t{1} << 40;
constexpr std::size_t kAlignment = 64;  ///< of the first element, as NumPy writes files

struct Header {
  NpyType type;
  std::vector<std::size_t> dims;
};

/// The Python dictionary that describes the array, and no other expression:
/// {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }
class HeaderReader {
 public:
  explicit HeaderReader(std::string_view text) : text_(text) {}

  Header read() {
    expect('{');
    while (!accept('}')) {
      const std::string_view key = quoted();
      expect(':');
      if (key == "descr" && !type_) {
        type_ = type(quoted());
      } else if (key == "fortran_order" && !has_order_) {
        if (word() != "False") throw std::runtime_error("is in Fortran order, expected C order");
        has_order_ = true;
      } else if (key == "shape" && !dims_) {
        dims_ = shape();
      } else {
        damaged();
      }
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip_blanks();
    if (!text_.empty() || !type_ || !has_order_ || !dims_) damaged();
    return {*type_, *dims_};
  }

 private:
  [[noreturn]] static void damaged() { throw std::runtime_error("its header is damaged"); }

  void skip_blanks() {
    text_.remove_prefix(std::min(text_.find_first_not_of(" \n"), text_.size()));
  }

  bool accept(char wanted) {
    skip_blanks();
    if (text_.empty() || text_.front() != wanted) return false;
    text_.remove_prefix(1);
    return true;
  }

  void expect(char wanted) {
    if (!accept(wanted)) damaged();
  }

  std::string_view take(std::size_t length) {
    const std::string_view taken = text_.substr(0, length);
    text_.remove_prefix(length);
    return taken;
  }

  std::string_view quoted() {
    const char quote = accept('"') ? '"' : '\'';
    if (quote == '\'') expect('\'');
    const std::size_t end = text_.find(quote);
    if (end == std::string_view::npos) damaged();
    const std::string_view content = take(end);
    take(1);
    return content;
  }

  std::string_view word() {
    skip_blanks();
    return take(std::min(text_.find_first_of(" ,}"), text_.size()));
  }

  static NpyType type(std::string_view descr) {
    NpyType type;
    const std::string_view kinds = "uif", sizes = "1248";
    if (descr.size() != 3 || kinds.find(descr[1]) == std::string_view::npos ||
        sizes.find(descr[2]) == std::string_view::npos || (descr[1] == 'f' && descr[2] < '4')) {
      throw std::runtime_error("its elements are '" + printable(descr) +
                               "', expected integers of 1 to 8 bytes or floats of 4 or 8");
    }
    type.kind = static_cast<NpyType::Kind>(descr[1]);
    type.bytes = static_cast<std::size_t>(descr[2] - '0');
    if (descr[0] != '<' && !(type.bytes == 1 && descr[0] == '|')) {
      throw std::runtime_error("its elements are '" + printable(descr) +
                               "', expected little-endian ones");
    }
    return type;
  }

  std::vector<std::size_t> shape() {
    std::vector<std::size_t> dims;
    std::size_t elements = 1;
    expect('(');
    while (!accept(')')) {
      skip_blanks();
      std::size_t dim = 0;
      const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), dim);
      if (error != std::errc() || dims.size() == kMaxDims) damaged();
      take(static_cast<std::size_t>(end - text_.data()));
      if (dim > kMaxElements / elements) damaged();
      elements *= std::max<std::size_t>(dim, 1);
      dims.push_back(dim);
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return dims;
  }

  std::string_view text_;
  std::optional<NpyType> type_;
  std::optional<std::vector<std::size_t>> dims_;
  bool has_order_ = false;
};

std::string read_exactly(std::ifstream& in, std::size_t bytes) {
  std::string content(bytes, '\0');
  if (!in.read(content.data(), static_cast<std::streamsize>(bytes))) {
    throw std::runtime_error("is cut short");
  }
  return content;
}

std::size_t little_endian(const std::string& bytes) {
  std::size_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;)
    value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

Header read_header(std::ifstream& in) {
  if (read_exactly(in, kMagic.size()) != kMagic) throw std::runtime_error("is no .npy file");
  const std::string version = read_exactly(in, 2);
  if (version[0] < 1 || version[0] > 3) throw std::runtime_error("is of an unknown .npy version");
  const std::size_t bytes = little_endian(read_exactly(in, version[0] == 1 ? 2 : 4));
  if (bytes > kMaxHeaderBytes) throw std::runtime_error("its header is damaged");
  return HeaderReader(read_exactly(in, bytes)).read();
}

NpyArray read(const std::string& path, std::size_t rows) {
  std::error_code error;
  const std::uintmax_t file_bytes = std::filesystem::file_size(path, error);
  if (error) throw std::runtime_error("cannot be read: " + error.message());
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot be opened");
  Header header = read_header(in);
  std::size_t elements = 1;
  for (const std::size_t dim : header.dims) elements *= dim;
  const auto position = static_cast<std::uintmax_t>(in.tellg());
  if (file_bytes - position != std::uintmax_t{elements} * header.type.bytes) {
    throw std::runtime_error("has " + std::to_string(file_bytes - position) +
                             " bytes of elements, its dimensions say " +
                             std::to_string(std::uintmax_t{elements} * header.type.bytes));
  }
  const std::vector<std::size_t> dims_in_file = header.dims;
  if (rows != 0 && !header.dims.empty() && rows < header.dims[0]) {
    elements = elements / header.dims[0] * rows;
    header.dims[0] = rows;
  }
  const std::size_t bytes = elements * header.type.bytes;
  if (bytes > kMaxArrayBytes) {
    throw std::runtime_error("has more than " + std::to_string(kMaxArrayBytes) +
                             " bytes of elements");
  }
  NpyArray array{header.type, std::move(header.dims), dims_in_file,
                 std::vector<std::uint8_t>(bytes)};
  if (!in.read(reinterpret_cast<char*>(array.bytes.data()), static_cast<std::streamsize>(bytes))) {
    throw std::runtime_error("cannot be read");
  }
  return array;
}

template <class Element>
double element(const std::uint8_t* bytes) {
  Element value{};
  std::memcpy(&value, bytes, sizeof value);
  return static_cast<double>(value);
}

}  // namespace

double NpyArray::at(std::size_t index) const {
  const std::uint8_t* const place = bytes.data() + index * type.bytes;
  switch (type.kind) {
    case NpyType::Kind::kFloat:
      return type.bytes == 4 ? element<float>(place) : element<double>(place);
    case NpyType::Kind::kUnsigned:
      return type.bytes == 1   ? element<std::uint8_t>(place)
             : type.bytes == 2 ? element<std::uint16_t>(place)
             : type.bytes == 4 ? element<std::uint32_t>(place)
                               : element<std::uint64_t>(place);
    case NpyType::Kind::kSigned:
      break;
  }
  return type.bytes == 1   ? element<std::int8_t>(place)
         : type.bytes == 2 ? element<std::int16_t>(place)
         : type.bytes == 4 ? element<std::int32_t>(place)
                           : element<std::int64_t>(place);
}

NpyArray read_npy(const std::string& path, std::size_t rows) {
  try {
    return read(path, rows);
  } catch (const std::runtime_error& problem) {
    throw std::runtime_error(path + ": " + problem.what());
  }
}

std::string npy_bytes(const NpyType& type, const std::vector<std::size_t>& dims,
                      std::string_view elements) {
  std::string header = std::string("{'descr': '") + (type.bytes == 1 ? '|' : '<') +
                       static_cast<char>(type.kind) + std::to_string(type.bytes) +
                       "', 'fortran_order': False, 'shape': (";
  for (const std::size_t dim : dims) header += std::to_string(dim) + ", ";
  header += "), }";
  const std::size_t before = kMagic.size() + 4;
  header.append(kAlignment - 1 - (before + header.size()) % kAlignment, ' ');
  header += '\n';
  std::string bytes(kMagic);
  bytes += '\1';
  bytes += '\0';
  bytes += static_cast<char>(header.size() & 255U);
  bytes += static_cast<char>(header.size() >> 8);
  return bytes.append(header).append(elements);
}

}  // namespace dcnsim
