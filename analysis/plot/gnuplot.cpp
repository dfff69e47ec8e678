// SPDX-License-Identifier: Apache-2.0
#include "analysis/plot/gnuplot.h"

#include <array>
#include <charconv>
#include <stdexcept>

#include "models/base/file/atomic_file.h"
#include "models/base/process/pipe_through.h"
#include "models/base/text/printable.h"

namespace dcnsim::gnuplot {
namespace {

std::string picture(const std::string& script) {
  try {
    // -d: no start-up files, which could change the picture.
    std::string bytes = pipe_through({"gnuplot", "-d"}, script);
    if (bytes.empty()) throw std::runtime_error("gnuplot: printed nothing");
    return bytes;
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(std::string(error.what()) +
                             "; install gnuplot-nox (5.4 or newer) to draw pictures");
  }
}

}  // namespace

// Whatever could mean something to it is an octal escape: inside
// quotes gnuplot 5.4 still looks for backquotes and macros, and ends 'strings' at some doubled
// apostrophes. Escapes that begin with 0 have four digits, so a digit may follow.
std::string quoted(std::string_view text, std::size_t length) {
  const auto octal = [](unsigned digit) { return static_cast<char>('0' + (digit & 7U)); };
  std::string result = "\"";
  for (const char c : shorten(plain_text(text), length)) {
    const auto byte = static_cast<unsigned char>(c);
    const bool letter =
        byte >= 0x80 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (letter || c == ' ' || c == '.' || c == ',' || c == '-' || c == '_') {
      result += c;
    } else {
      result += {'\\', '0', octal(byte >> 6U), octal(byte >> 3U), octal(byte)};
    }
  }
  return result + "\"";
}

std::string number(double value) {
  std::array<char, 32> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

std::string terminal(PictureFormat format, double width, double height) {
  const auto size = [&](double scale) {
    return number(width * scale) + "," + number(height * scale);
  };
  const std::string common =
      " noenhanced rounded font 'sans-serif,14' background rgb 'white' size ";
  switch (format) {
    case PictureFormat::kSvg:
      return "set terminal svg" + common + size(1) + " fixed\n";
    case PictureFormat::kPng:
      return "set terminal pngcairo" + common + size(2) +
             " fontscale 1.5 linewidth 2 pointscale 2.6\n";
  }
  throw std::invalid_argument("plot: no such format");
}

void draw_script(const std::string& script, const std::string& path) {
  write_file_atomically(path, picture(script));
}

}  // namespace dcnsim::gnuplot
