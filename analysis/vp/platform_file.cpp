// SPDX-License-Identifier: Apache-2.0
#include "analysis/vp/platform_file.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <optional>
#include <set>
#include <utility>

#include "models/base/file/text_file.h"
#include "models/base/text/printable.h"
#include "models/base/yaml/document.h"
#include "models/base/yaml/reader.h"

namespace dcnsim {
namespace {

constexpr std::uint32_t kWindowBytes = 0x1000, kInterruptsMax = 31;

/// What else is on the bus.
constexpr struct {
  const char* name;
  std::uint64_t base, bytes;
} kTaken[] = {{"finisher", DCN_MAP_FINISHER, DCN_MAP_FINISHER_BYTES},
              {"timer", DCN_MAP_TIMER, DCN_MAP_TIMER_BYTES},
              {"interrupt controller", DCN_MAP_PLIC, DCN_MAP_PLIC_BYTES},
              {"UART", DCN_MAP_UART, DCN_MAP_UART_BYTES},
              {"RAM", DCN_MAP_RAM, DCN_MAP_RAM_BYTES},
              {"memory", DCN_MAP_DRAM, DCN_MAP_DRAM_BYTES_MAX}};

class PlatformReader : private YamlReader {
 public:
  explicit PlatformReader(const std::string& path)
      : YamlReader(path), folder_(std::filesystem::path(path).parent_path()) {}

  PlatformFile read(const YAML::Node& document) {
    PlatformFile platform;
    for_each_of(document, "", "platform", {"cpu_mhz", "quantum_us", "memory", "accelerators"},
                [&](const std::string& key, const std::string& field, const YAML::Node& value) {
                  if (key == "cpu_mhz") platform.cpu_mhz = real(value, field, 1, 1e4);
                  if (key == "quantum_us") platform.quantum_us = real(value, field, 0, 1e6);
                  if (key == "memory") platform.memory = file(value, field);
                  if (key == "accelerators") read_groups(value, field, platform);
                });
    if (platform.groups.empty()) fail(document, "accelerators", "missing, expected a list");
    return platform;
  }

 private:
  void read_groups(const YAML::Node& list, const std::string& path, PlatformFile& platform) {
    if (!list.IsSequence() || list.size() == 0) fail(list, path, "expected a list of accelerators");
    for (std::size_t i = 0; i < list.size(); ++i) {
      platform.groups.push_back(read_group(list[i], path + '[' + std::to_string(i) + ']'));
    }
  }

  PlatformGroup read_group(const YAML::Node& map, const std::string& path) {
    PlatformGroup group;
    std::uint32_t count = 1;
    std::optional<std::uint32_t> address, interrupt;
    for_each_of(map, path, path,
                {"accelerator", "network", "images", "labels", "pixels", "limit", "timing", "count",
                 "address", "interrupt"},
                [&](const std::string& key, const std::string& field, const YAML::Node& value) {
                  if (key == "accelerator") group.accelerator = file(value, field);
                  if (key == "network") group.network = file(value, field);
                  if (key == "images") group.images = file(value, field);
                  if (key == "labels") group.labels = file(value, field);
                  if (key == "pixels") group.pixels = scalar(value, field, "a pixel convention");
                  if (key == "limit") group.limit = whole(value, field, 1, UINT32_MAX);
                  if (key == "timing") group.transport = timing(value, field);
                  if (key == "count") count = whole(value, field, 1, DCN_ACCELERATORS_MAX);
                  if (key == "address") address = whole(value, field, 0, UINT32_MAX);
                  if (key == "interrupt") interrupt = whole(value, field, 1, kInterruptsMax);
                });
    if (group.network.empty()) fail(map, path + ".network", "missing, expected a network");
    for (std::uint32_t k = 0; k < count; ++k) {
      const std::uint32_t index = accelerators_++;
      if (index >= DCN_ACCELERATORS_MAX) {
        fail(map, path,
             "one more accelerator than the " + std::to_string(DCN_ACCELERATORS_MAX) +
                 " that there can be");
      }
      group.places.push_back({address ? *address + k * kWindowBytes : DCN_MAP_ACCELERATOR(index),
                              interrupt ? *interrupt + k : DCN_PLIC_ACCELERATOR(index)});
      require_free(map, path, group.places.back());
    }
    return group;
  }

  void require_free(const YAML::Node& at, const std::string& path, const DcnPlace& place) {
    const std::string address = path + ".address: " + in_hex(place.registers);
    if (place.registers % kWindowBytes != 0) {
      fail(at, address, "expected a multiple of " + in_hex(kWindowBytes));
    }
    for (const auto& range : kTaken) {
      if (place.registers + std::uint64_t{kWindowBytes} > range.base &&
          place.registers < range.base + range.bytes) {
        fail(at, address, std::string("the ") + range.name + " is there");
      }
    }
    if (!addresses_.insert(place.registers).second)
      fail(at, address, "another accelerator is there");
    const std::string interrupt = path + ".interrupt: " + std::to_string(place.interrupt);
    if (place.interrupt > kInterruptsMax) {
      fail(at, interrupt, "expected at most " + std::to_string(kInterruptsMax));
    }
    if (!interrupts_.insert(place.interrupt).second) {
      fail(at, interrupt, "another accelerator has it");
    }
  }

  static std::string in_hex(std::uint32_t value) {
    char digits[8];
    const auto end = std::to_chars(std::begin(digits), std::end(digits), value, 16);
    return "0x" + std::string(digits, end.ptr);
  }

  /// A name stays; a path is seen from where the file is.
  std::string file(const YAML::Node& node, const std::string& field) const {
    const std::string text = scalar(node, field, "a file or a name");
    if (text.empty()) fail(node, field, "empty, expected a file or a name");
    if (text.find_first_of("./") == std::string::npos) return text;
    return (folder_ / text).lexically_normal().string();
  }

  Transport timing(const YAML::Node& node, const std::string& field) const {
    const std::string text = scalar(node, field, "lt or at");
    if (text == "at") return Transport::kApproximatelyTimed;
    if (text != "lt") fail(node, field, printable(text) + ", expected lt or at");
    return Transport::kLooselyTimed;
  }

  double real(const YAML::Node& node, const std::string& field, double low, double high) const {
    const std::string text = scalar(node, field, "a number");
    double value = 0;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, value);
    if (read.ec != std::errc() || read.ptr != end || !(value >= low && value <= high)) {
      fail(node, field,
           printable(text) + ", expected a number from " + rounded(low) + " to " + rounded(high));
    }
    return value;
  }
  static std::string rounded(double value) { return std::to_string(std::lround(value)); }

  /// Decimal, or hexadecimal after "0x".
  std::uint32_t whole(const YAML::Node& node, const std::string& field, std::uint32_t low,
                      std::uint32_t high) const {
    const std::string text = scalar(node, field, "a whole number");
    const bool is_hex = text.substr(0, 2) == "0x";
    std::uint32_t value = 0;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data() + (is_hex ? 2 : 0), end, value, is_hex ? 16 : 10);
    if (read.ec != std::errc() || read.ptr != end || value < low || value > high) {
      fail(node, field,
           printable(text) + ", expected a whole number from " + std::to_string(low) + " to " +
               std::to_string(high));
    }
    return value;
  }

  const std::filesystem::path folder_;
  std::uint32_t accelerators_ = 0;
  std::set<std::uint32_t> addresses_, interrupts_;
};

}  // namespace

PlatformFile load_platform(const std::string& path) {
  return PlatformReader(path).read(parse_yaml(read_text_file(path, kMaxYamlBytes), path));
}

}  // namespace dcnsim
