// SPDX-License-Identifier: Apache-2.0
#include "models/arch/accelerator_yaml.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <vector>

#include "models/arch/config_fields.h"
#include "models/base/file/text_file.h"
#include "models/base/text/printable.h"
#include "models/base/text/suggest.h"
#include "models/base/yaml/document.h"

namespace dcnsim {
namespace {

struct Scalar {
  std::string text;
  int line = 0;
  bool quoted = false;
  bool is_null = false;
};

/// Flattens a document to its scalars by path ("buffers.input.banks"), refusing whatever is not in
/// the table of fields. It descends into known sections only, so aliases cannot make it loop.
class Flattener {
 public:
  explicit Flattener(const std::string& file) : file_(file) {
    AcceleratorConfig any;
    fields::visit_fields(any, [this](const fields::Field& field, const auto&) {
      const std::string path(field.path);
      std::string section;
      for (std::size_t start = 0;;) {
        const std::size_t dot = path.find('.', start);
        const std::string key = path.substr(start, dot - start);
        std::vector<std::string>& keys = sections_[section];
        if (keys.empty() || keys.back() != key) keys.push_back(key);
        if (dot == std::string::npos) break;
        section = path.substr(0, dot);
        start = dot + 1;
      }
    });
  }

  std::map<std::string, Scalar> flatten(const YAML::Node& document) {
    section(document, "");
    return std::move(scalars_);
  }

 private:
  void section(const YAML::Node& node, const std::string& path) {
    if (!node.IsMap()) fail(node, path.empty() ? "accelerator" : path, "expected keys and values");
    const std::vector<std::string>& keys = sections_.at(path);
    for (const auto& entry : node) {
      if (!entry.first.IsScalar()) fail(entry.first, path, "a key is not a plain word");
      const std::string key = entry.first.Scalar();
      std::string child = path;
      child.append(path.empty() ? "" : ".").append(key);
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
        fail(entry.first, printable(child), "unknown key" + suggestion(key, keys));
      }
      if (!seen_.insert(child).second) fail(entry.first, child, "given twice");
      if (sections_.count(child) != 0) {
        section(entry.second, child);
      } else {
        scalar(entry.first, entry.second, child);
      }
    }
  }

  void scalar(const YAML::Node& key, const YAML::Node& node, const std::string& path) {
    if (node.IsMap()) fail(node, path, "a mapping, expected a single value");
    if (node.IsSequence()) fail(node, path, "a list, expected a single value");
    Scalar value;
    value.is_null = !node.IsScalar();
    // yaml-cpp places an absent value where the next key starts.
    value.line = (value.is_null ? key : node).Mark().line + 1;
    if (node.IsScalar()) value.text = node.Scalar();
    value.quoted = node.Tag() == "!";
    scalars_.emplace(path, std::move(value));
  }

  [[noreturn]] void fail(const YAML::Node& node, const std::string& path,
                         const std::string& problem) const {
    throw std::runtime_error(file_ + ':' + std::to_string(node.Mark().line + 1) + ": " + path +
                             ": " + problem);
  }

  const std::string& file_;
  std::map<std::string, std::vector<std::string>> sections_;  ///< keys in file order
  std::set<std::string> seen_;
  std::map<std::string, Scalar> scalars_;
};

template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
  Number value{};
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return value;
}

/// "4096", "4 KiB", "2MiB"; nothing if malformed or beyond 64 bits.
std::optional<std::int64_t> parse_bytes(std::string_view text) {
  std::int64_t unit = 1;
  for (const auto& [suffix, bytes] : {std::pair{std::string_view("KiB"), std::int64_t{1} << 10},
                                      std::pair{std::string_view("MiB"), std::int64_t{1} << 20}}) {
    if (text.size() > suffix.size() && text.substr(text.size() - suffix.size()) == suffix) {
      unit = bytes;
      text.remove_suffix(suffix.size());
      while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    }
  }
  const auto count = parse_number<std::int64_t>(text);
  if (!count || *count > std::numeric_limits<std::int64_t>::max() / unit ||
      *count < std::numeric_limits<std::int64_t>::min() / unit) {
    return std::nullopt;
  }
  return *count * unit;
}

/// Converts scalars to the members they belong to. Ranges are left to validate().
class Reader {
 public:
  /// With `partial`, members without a scalar stay as they are.
  Reader(const std::string& file, const std::map<std::string, Scalar>& scalars,
         bool partial = false)
      : file_(file), scalars_(scalars), partial_(partial) {}

  void operator()(const fields::Text& field, std::string& value) const {
    if (const Scalar* scalar = find(field)) value = scalar->text;
  }
  void operator()(const fields::Flag& field, bool& value) const {
    const Scalar* scalar = find(field);
    if (scalar == nullptr) return;
    if (scalar->quoted || (scalar->text != "true" && scalar->text != "false")) fail(field, *scalar);
    value = scalar->text == "true";
  }
  void operator()(const fields::Real& field, double& value) const {
    const Scalar* scalar = find(field);
    if (scalar == nullptr) return;
    const auto number = parse_number<double>(scalar->text);
    if (scalar->quoted || !number) fail(field, *scalar);
    value = *number;
  }
  void operator()(const fields::RealOrWord& field, std::optional<double>& value) const {
    const Scalar* scalar = find(field);
    if (scalar == nullptr) return;
    value = parse_number<double>(scalar->text);
    if (scalar->quoted || (!value && scalar->text != field.word)) fail(field, *scalar);
  }
  template <typename Integer>
  void operator()(const fields::Whole& field, Integer& value) const {
    const Scalar* scalar = find(field);
    if (scalar == nullptr) return;
    const auto number = field.kind == fields::Kind::kBytes
                            ? parse_bytes(scalar->text)
                            : parse_number<std::int64_t>(scalar->text);
    // Checked here too: what validate() sees must fit the member.
    if (scalar->quoted || !number || *number < field.low || *number > field.high) {
      fail(field, *scalar);
    }
    value = static_cast<Integer>(*number * field.unit);
  }
  template <typename Enum, std::size_t N>
  void operator()(const fields::Choice<Enum, N>& field, Enum& value) const {
    const Scalar* scalar = find(field);
    if (scalar == nullptr) return;
    std::vector<std::string> names;
    for (const auto& [name, known] : field.names) {
      if (scalar->text == name) {
        value = known;
        return;
      }
      names.emplace_back(name);
    }
    fail(field, *scalar, suggestion(scalar->text, names));
  }

 private:
  template <typename FieldType>
  const Scalar* find(const FieldType& field) const {
    const auto found = scalars_.find(std::string(field.path));
    if (found == scalars_.end()) {
      if (partial_ || field.presence == fields::kOptional) return nullptr;
      throw std::runtime_error(file_ + ": " + std::string(field.path) + ": missing, expected " +
                               fields::expected(field));
    }
    if (found->second.is_null) fail(field, found->second);
    return &found->second;
  }
  template <typename FieldType>
  [[noreturn]] void fail(const FieldType& field, const Scalar& scalar,
                         const std::string& hint = "") const {
    const std::string place = file_.empty() ? "" : file_ + ':' + std::to_string(scalar.line) + ": ";
    throw std::runtime_error(place + std::string(field.path) + ": " +
                             (scalar.is_null ? "no value" : printable(scalar.text)) +
                             ", expected " + fields::expected(field) + hint);
  }

  const std::string& file_;
  const std::map<std::string, Scalar>& scalars_;
  const bool partial_;
};

/// What follows from the fields that were read. Throws InvalidField if they exclude one another.
void settle(AcceleratorConfig& config, const std::map<std::string, Scalar>& scalars) {
  for (const auto& [path, scalar] : scalars) {
    const std::string problem = fields::why_unused(config, path);
    if (!problem.empty()) throw InvalidField(path, problem);
  }
  if (config.shares_buffer()) config.share(config.shared_buffer);
}

/// Names and words of the table need no quotes, so that only texts are yaml-cpp's business: sweeps
/// write every machine they have.
class Writer {
 public:
  void operator()(const fields::Text& field, const std::string& value) {
    YAML::Emitter quoted;
    quoted << YAML::DoubleQuoted << value;
    add(field, quoted.c_str());
  }
  void operator()(const fields::Flag& field, bool value) { add(field, value ? "true" : "false"); }
  void operator()(const fields::Real& field, double value) { add(field, fields::decimal(value)); }
  void operator()(const fields::RealOrWord& field, const std::optional<double>& value) {
    add(field, value ? fields::decimal(*value) : field.word);
  }
  void operator()(const fields::Whole& field, std::int64_t value) {
    add(field, std::to_string(value / field.unit));
  }
  template <typename Enum, std::size_t N>
  void operator()(const fields::Choice<Enum, N>& field, Enum value) {
    for (const auto& [name, known] : field.names) {
      if (value == known) add(field, name);
    }
  }

  const std::string& text() const { return text_; }

 private:
  /// Opens the sections that the previous field was not in.
  void add(const fields::Field& field, std::string_view value) {
    std::string_view rest = field.path;
    std::size_t depth = 0;
    for (std::size_t dot; (dot = rest.find('.')) != std::string_view::npos; ++depth) {
      const std::string_view section = rest.substr(0, dot);
      rest.remove_prefix(dot + 1);
      if (depth < open_.size() && open_[depth] == section) continue;
      open_.resize(depth);
      open_.push_back(section);
      line(depth, section, "");
    }
    open_.resize(depth);
    line(depth, rest, value);
  }
  void line(std::size_t depth, std::string_view name, std::string_view value) {
    text_.append(2 * depth, ' ').append(name) += ':';
    if (!value.empty()) text_.append(1, ' ').append(value);
    text_ += '\n';
  }

  std::string text_;
  std::vector<std::string_view> open_;  ///< sections of the previous field
};

}  // namespace

AcceleratorConfig load_accelerator(const std::string& path) {
  AcceleratorConfig config = parse_accelerator(read_text_file(path, kMaxYamlBytes), path);
  std::string& tables = config.cost.tables;
  if (!tables.empty()) {
    tables = (std::filesystem::path(path).parent_path() / tables).lexically_normal().string();
  }
  return config;
}

AcceleratorConfig parse_accelerator(const std::string& text, const std::string& file) {
  const std::map<std::string, Scalar> scalars = Flattener(file).flatten(parse_yaml(text, file));
  AcceleratorConfig config;
  fields::visit_fields(config, Reader(file, scalars));
  try {
    settle(config, scalars);
    validate(config);
  } catch (const InvalidField& error) {
    const auto scalar = scalars.find(error.path());
    const std::string line =
        scalar == scalars.end() ? "" : ':' + std::to_string(scalar->second.line);
    throw std::runtime_error(file + line + ": " + error.what());
  }
  return config;
}

std::string in_accelerator_file(const std::string& path, const std::string& problem) {
  const std::map<std::string, Scalar> scalars =
      Flattener(path).flatten(parse_yaml(read_text_file(path, kMaxYamlBytes), path));
  const auto is_part = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.';
  };
  std::size_t first = std::string::npos;
  std::string line;
  for (const auto& [field, scalar] : scalars) {
    const std::size_t at = problem.find(field);
    const std::size_t end = at + field.size();
    if (at >= first || (at > 0 && is_part(problem[at - 1]))) continue;
    if (end < problem.size() && is_part(problem[end])) continue;
    first = at;
    line = ':' + std::to_string(scalar.line);
  }
  return path + line + ": " + problem;
}

void set_fields(AcceleratorConfig& config, const std::map<std::string, std::string>& values) {
  std::vector<std::string> known;
  fields::visit_fields(
      config, [&](const fields::Field& field, const auto&) { known.emplace_back(field.path); });
  std::map<std::string, Scalar> scalars;
  for (const auto& [path, text] : values) {
    if (std::find(known.begin(), known.end(), path) == known.end()) {
      throw std::runtime_error(printable(path) + ": unknown key" + suggestion(path, known));
    }
    scalars[path].text = text;
  }
  const std::string no_file;
  fields::visit_fields(config, Reader(no_file, scalars, true));
  try {
    settle(config, scalars);
  } catch (const InvalidField& error) {
    throw std::runtime_error(error.what());
  }
}

std::string to_yaml(const AcceleratorConfig& config) {
  Writer writer;
  fields::visit_fields(config, [&](const auto& field, const auto& member) {
    if (fields::why_unused(config, field.path).empty()) writer(field, member);
  });
  return writer.text();
}

}  // namespace dcnsim
