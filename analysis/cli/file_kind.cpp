// SPDX-License-Identifier: Apache-2.0
#include "analysis/cli/file_kind.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "analysis/cli/shipped_files.h"
#include "analysis/trace/trace_format.h"
#include "models/base/text/printable.h"

namespace dcnsim::cli {
namespace {

namespace fs = std::filesystem;

/// What is read of a file.
constexpr std::size_t kLongest = 65536;

FileKind kind_of_json(const std::string& text) {
  const std::size_t schema = text.find("\"schema\"");
  if (schema != std::string::npos) {
    const std::size_t value = text.find("\"dcnsim.", schema);
    const bool is_run =
        value != std::string::npos && text.compare(value, 13, "\"dcnsim.run/1") == 0;
    return is_run ? FileKind::kRunResult : FileKind::kOtherResult;
  }
  return text.find("\"traceEvents\"") != std::string::npos ? FileKind::kTrace : FileKind::kUnknown;
}

/// Words before a colon at the beginning of a line.
std::set<std::string> top_keys(const std::string& text) {
  std::set<std::string> keys;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos || std::isalpha(static_cast<unsigned char>(line[0])) == 0) {
      continue;
    }
    keys.insert(line.substr(0, colon));
  }
  return keys;
}

FileKind kind_of_yaml(const std::string& text) {
  const std::set<std::string> keys = top_keys(text);
  const auto has = [&](const char* key) { return keys.count(key) != 0; };
  if (has("axes") || has("allocations") || has("objectives")) return FileKind::kSweep;
  if (has("array") || has("buffers") || has("dram")) return FileKind::kAccelerator;
  if (has("accelerators")) return FileKind::kPlatform;
  // Both have layers: what is said of them decides, if anything does.
  const auto says = [&](const char* key) { return text.find(key) != std::string::npos; };
  if (has("weights") || has("activations")) return FileKind::kWidths;
  if (has("layers") && says("tile_h:")) return FileKind::kMapping;
  if (has("layers") && says("weights:")) return FileKind::kWidths;
  return FileKind::kUnknown;
}

bool ends_in(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

FileKind kind_of_file(const std::string& path) {
  for (const char* const end : {".onnx", ".onnx.gz", ".tflite", ".tflite.gz"}) {
    if (ends_in(path, end)) return FileKind::kNetwork;
  }
  const std::string text = beginning_of_file(path, kLongest);
  if (text.rfind("SQLite format 3", 0) == 0) return FileKind::kStore;
  if (text.rfind("\x1f\x8b", 0) == 0) return FileKind::kNetwork;
  constexpr std::uintmax_t kRecord = 3073;  // of CIFAR-10
  std::error_code error;
  const bool is_batch = ends_in(path, ".bin") && fs::file_size(path, error) % kRecord == 0;
  if (is_batch || text.rfind("\x93NUMPY", 0) == 0) return FileKind::kImages;
  if (begins_as_perfetto_trace(text)) return FileKind::kTrace;
  if (has_control_characters(std::string_view(text).substr(0, 64))) return FileKind::kUnknown;
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  const bool is_json = first != std::string::npos && text[first] == '{';
  return is_json ? kind_of_json(text) : kind_of_yaml(text);
}

/// What a kind is called and where it belongs: an option, or a command line with {} for its name.
struct KindOfFile {
  FileKind kind;
  const char* words;
  const char* option;
  const char* command;
};

constexpr KindOfFile kKinds[] = {
    {FileKind::kNetwork, "a network", "", "dcnsim run {}"},
    {FileKind::kPreset, "an accelerator preset", "--accelerator", ""},
    {FileKind::kAccelerator, "an accelerator file", "--accelerator", ""},
    {FileKind::kSweep, "a sweep file", "", "dcnsim sweep {}"},
    {FileKind::kWidths, "a file of widths", "--widths", ""},
    {FileKind::kMapping, "a mapping", "--mapping", ""},
    {FileKind::kPlatform, "a platform file", "", "dcnsim-vp --platform {}"},
    {FileKind::kRunResult, "the result of a run", "", "dcnsim report {} -o page.html"},
    {FileKind::kOtherResult, "a result", "", "dcnsim inspect {}"},
    {FileKind::kTrace, "a trace", "", "dcnsim timeline {} --layer NAME -o picture.svg"},
    {FileKind::kStore, "the store of a sweep", "", "dcnsim sweep show {}"},
    {FileKind::kImages, "a file of images", "--images", ""},
};

/// Empty words for a kind that is not known.
KindOfFile row_of(FileKind kind) {
  for (const KindOfFile& row : kKinds) {
    if (row.kind == kind) return row;
  }
  return {kind, "", "", ""};
}

}  // namespace

std::string beginning_of_file(const std::string& path, std::size_t bytes) {
  std::string text(bytes, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

bool has_control_characters(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 && c != '\t' && c != '\n' && c != '\r';
  });
}

FileKind kind_of(const std::string& name) {
  std::error_code error;
  if (fs::is_regular_file(name, error)) return kind_of_file(name);
  if (fs::exists(name, error)) return FileKind::kUnknown;
  const auto is_in = [&](const std::vector<std::string>& names) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  if (is_in(shipped_data().accelerator_names())) return FileKind::kPreset;
  return is_in(shipped_data().network_names()) ? FileKind::kNetwork : FileKind::kNothing;
}

std::string words_for(FileKind kind) { return row_of(kind).words; }

std::string belongs_to_command(const std::string& name) {
  const KindOfFile place = row_of(kind_of(name));
  if (*place.words == '\0') return "";
  const std::string command = *place.command == '\0'
                                  ? fmt::format("dcnsim run {} {}", place.option, printable(name))
                                  : fmt::format(fmt::runtime(place.command), printable(name));
  return fmt::format("that is {}: {}", place.words, command);
}

std::string belongs_to_option(const std::string& name, const std::vector<std::string>& options,
                              const std::string& expected) {
  const KindOfFile place = row_of(kind_of(name));
  if (*place.words == '\0') return "";
  const bool has_option = std::find(options.begin(), options.end(), place.option) != options.end();
  if (has_option)
    return fmt::format("that is {}: {} {}", place.words, place.option, printable(name));
  if (*place.option != '\0') return fmt::format("that is {}, {}", place.words, expected);
  return belongs_to_command(name);
}

}  // namespace dcnsim::cli
