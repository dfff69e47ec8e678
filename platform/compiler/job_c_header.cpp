// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cctype>

#include "models/base/text/printable.h"
#include "platform/compiler/job_files.h"
#include "workloads/pixel_table.h"

namespace dcnsim {
namespace {

/// Letters, digits and underscores, the first no digit.
std::string identifier(const std::string& name, bool upper) {
  std::string result;
  for (const char c : name) {
    const auto u = static_cast<unsigned char>(c);
    const bool fits = u < 0x80 && std::isalnum(u) != 0;
    result += fits ? static_cast<char>(upper ? std::toupper(u) : std::tolower(u)) : '_';
  }
  if (result.empty() || std::isdigit(static_cast<unsigned char>(result[0])) != 0) {
    result.insert(0, upper ? "JOB_" : "job_");
  }
  return result;
}

/// Of a line of comment: no backslash may be at its end.
std::string comment(const std::string& text) { return printable(text) + '.'; }

class Header {
 public:
  Header(const NetworkJob& job, const std::string& name)
      : job_(job), upper_(identifier(name, true)), lower_(identifier(name, false)) {}

  std::string text() {
    text_ = fmt::format(
        "// Written by dcnsim compile: do not edit.\n"
        "// Network {}\n// Accelerator {}\n// Pixels {}\n"
        "// Use: DcnJob job = {}_INIT; of dcnsim/platform/driver/dcn_job.h, whose "
        "dcn_put_pixels()\n"
        "// writes an image and dcn_largest() reads the class.\n"
        "#pragma once\n\n#include <stdint.h>\n\n",
        comment(job_.network), comment(job_.accelerator),
        job_.pixels + (job_.pixels_are_assumed ? " (assumed)." : "."), upper_);
    define("BASE", address(job_.base), "where the image is to be loaded");
    define("IMAGE_BYTES", bytes(job_.image.size()), "descriptors, weights and biases");
    define("BYTES", bytes(job_.bytes), "of memory in all, from the base on");
    define("DESCRIPTOR_ADDRESS", address(job_.descriptor_address), "DCN_REG_DESCRIPTOR_ADDRESS");
    define("DESCRIPTOR_COUNT", bytes(job_.descriptor_count), "DCN_REG_DESCRIPTOR_COUNT");
    define_map("INPUT", job_.input);
    define_map("OUTPUT", job_.output);
    define("PIXELS_BGR", job_.bgr ? "1" : "0", "1: channel 0 is the last plane of an RGB image");
    text_ +=
        "\n/* Codes of pixels 0..255, 256 a channel; two's complement where they are signed. */\n";
    text_ += fmt::format("static const uint16_t {}_pixel_codes[{}] = {{", lower_,
                         job_.pixel_codes.size());
    for (std::size_t i = 0; i < job_.pixel_codes.size(); ++i) {
      const auto cut =
          static_cast<unsigned>(job_.pixel_codes[i]) & ((1u << job_.input.format.bits) - 1);
      text_ += fmt::format("{}{},", i % 16 == 0 ? "\n  " : " ", cut);
    }
    text_ += "\n};\n\n";
    text_ += fmt::format(
        "#define {0}_INIT \\\n  {{ {0}_BASE, {0}_BYTES, {0}_IMAGE_BYTES, {0}_DESCRIPTOR_ADDRESS, "
        "{0}_DESCRIPTOR_COUNT, \\\n    {0}_INPUT_INIT, {0}_OUTPUT_INIT, {1}_pixel_codes, "
        "{0}_PIXELS_BGR }}\n",
        upper_, lower_);
    return text_;
  }

 private:
  static std::string address(std::uint64_t value) { return fmt::format("UINT64_C({:#x})", value); }
  static std::string bytes(std::uint64_t value) { return fmt::format("{}u", value); }

  void define(const std::string& name, const std::string& value, const char* about) {
    text_ += fmt::format("#define {:<32} {:<24} /* {} */\n", upper_ + '_' + name, value, about);
  }

  void define_map(const std::string& name, const JobMap& map) {
    const MapLayout layout = map.layout();
    const MapPlane first = layout.plane(0), last = layout.plane(map.shape.channels - 1);
    text_ += '\n';
    const auto part = [&](const char* what, const std::string& value, const char* about) {
      define(name + '_' + what, value, about);
    };
    const auto count = [](std::int64_t value) { return bytes(static_cast<std::uint64_t>(value)); };
    part("ADDRESS", address(map.address), "of the map");
    part("MAP_BYTES", bytes(map.bytes()), "of the map");
    part("HEIGHT", count(map.shape.height), "rows");
    part("WIDTH", count(map.shape.width), "columns");
    part("CHANNELS", count(map.shape.channels), "of a pixel; of an output, classes");
    part("BITS", count(map.format.bits), "of a code");
    part("SIGNED", map.format.is_signed ? "1" : "0", "1: two's complement");
    part("FRACTION_BITS", fmt::format("({})", map.format.frac), "scale = 2^-this, if it is one");
    part("SEGMENT", count(layout.segment()), "channels a plane");
    part("STRIP", count(layout.strip()), "columns a strip");
    part("PLANE_BYTES", count(map.shape.height * first.row_pitch), "from one plane to the next");
    part("ROW_BYTES", count(first.row_pitch), "from one row to the next");
    part("STRIP_BYTES", count(first.strip_pitch), "from one strip of a row to the next");
    part("LAST_ROW_BYTES", count(last.row_pitch), "the same in the last plane");
    part("LAST_STRIP_BYTES", count(last.strip_pitch), "likewise");
    part("ZERO_POINT", fmt::format("({})", map.format.zero_point), "the code that stands for 0");
    part("SCALE", fmt::format("{}", map.scale), "value = (code - zero point) * this");
    text_ += fmt::format(
        "#define {0}_INIT \\\n  {{ {0}_ADDRESS, {0}_MAP_BYTES, {0}_HEIGHT, {0}_WIDTH, "
        "{0}_CHANNELS, "
        "{0}_BITS, \\\n    {0}_SIGNED, {0}_FRACTION_BITS, {0}_SEGMENT, {0}_STRIP, {0}_PLANE_BYTES, "
        "\\\n    {{ {0}_ROW_BYTES, {0}_LAST_ROW_BYTES }}, {{ {0}_STRIP_BYTES, {0}_LAST_STRIP_BYTES "
        "}}, \\\n    {0}_ZERO_POINT, {0}_SCALE }}\n",
        upper_ + '_' + name);
  }

  const NetworkJob& job_;
  const std::string upper_, lower_;
  std::string text_;
};

}  // namespace

std::string job_c_header(const NetworkJob& job, const std::string& name) {
  return Header(job, name).text();
}

}  // namespace dcnsim
