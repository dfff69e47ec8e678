// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/external_data.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <stdexcept>

#include "models/base/text/printable.h"

namespace dcnsim {
namespace {

struct Part {
  std::string location;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;  ///< 0: to the end of the file
};

std::uint64_t number(const onnx::StringStringEntryProto& entry) {
  const std::string& text = entry.value();
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw std::runtime_error("external data: " + printable(entry.key()) + " " + printable(text) +
                             " is not a number of bytes");
  }
  return value;
}

Part part_of(const onnx::TensorProto& tensor) {
  Part part;
  for (const onnx::StringStringEntryProto& entry : tensor.external_data()) {
    if (entry.key() == "location") part.location = entry.value();
    if (entry.key() == "offset") part.offset = number(entry);
    if (entry.key() == "length") part.length = number(entry);
  }
  return part;
}

/// Bytes `part` names of a file.
std::string bytes_of(const std::filesystem::path& path, Part part, std::size_t limit) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) throw std::runtime_error("cannot be read: " + error.message());
  if (part.offset > size || part.length > size - part.offset) {
    throw std::runtime_error("has only " + std::to_string(size) + " bytes");
  }
  if (part.length == 0) part.length = size - part.offset;
  if (part.length > limit) throw std::runtime_error("makes the model too large");
  std::string bytes(static_cast<std::size_t>(part.length), '\0');
  std::ifstream file(path, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(part.offset));
  if (!file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()))) {
    throw std::runtime_error("cannot be read");
  }
  return bytes;
}

}  // namespace

bool is_external(const onnx::TensorProto& tensor) {
  return tensor.data_location() == onnx::TensorProto::EXTERNAL;
}

std::filesystem::path external_path(const std::string& model_path,
                                    const onnx::TensorProto& tensor) {
  return std::filesystem::path(model_path).parent_path() / part_of(tensor).location;
}

ExternalData::ExternalData(const std::string& model_path, std::size_t limit)
    : folder_(std::filesystem::path(model_path).parent_path()), limit_(limit) {
  if (folder_.empty()) folder_ = ".";
}

std::filesystem::path ExternalData::resolved(const std::string& location) const {
  namespace fs = std::filesystem;
  const fs::path relative(location);
  if (location.empty() || location.find('\0') != std::string::npos || relative.is_absolute() ||
      std::find(relative.begin(), relative.end(), "..") != relative.end()) {
    throw std::runtime_error("is not a file in the model's folder");
  }
  std::error_code error;
  const fs::path target = fs::canonical(folder_ / relative, error);
  if (error) throw std::runtime_error("cannot be read: " + error.message());
  // A link may still lead elsewhere.
  const fs::path folder = fs::canonical(folder_, error);
  const auto parts = std::mismatch(folder.begin(), folder.end(), target.begin(), target.end());
  if (error || parts.first != folder.end() || !fs::is_regular_file(target, error)) {
    throw std::runtime_error("is not a file in the model's folder");
  }
  return target;
}

void ExternalData::load(onnx::TensorProto& tensor) {
  if (!is_external(tensor)) return;
  const Part part = part_of(tensor);
  try {
    std::string bytes = bytes_of(resolved(part.location), part, limit_ - bytes_read_);
    bytes_read_ += bytes.size();
    tensor.set_raw_data(std::move(bytes));
  } catch (const std::runtime_error& error) {
    throw std::runtime_error("the data of tensor '" + printable(tensor.name()) + "' is in '" +
                             printable(part.location) + "', which " + error.what());
  }
  tensor.clear_external_data();
  tensor.set_data_location(onnx::TensorProto::DEFAULT);
}

}  // namespace dcnsim
