// SPDX-License-Identifier: Apache-2.0
#include "analysis/cli/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>

#include "models/base/file/output_place.h"
#include "models/base/text/printable.h"
#include "models/base/text/text_layout.h"
#include "models/base/text/wrap.h"

namespace dcnsim::cli {
namespace {

constexpr std::size_t kLongestError = 2000;  // code points
constexpr const char *kClearLine = "\r\033[K", *kClearScreen = "\033[H\033[J", *kRed = "\033[1;31m",
                     *kYellow = "\033[33m";

/// A line of standard error that is to be replaced: the terminal has one such line.
bool progress_is_shown = false;

int descriptor(Output output) { return ::fileno(output == Output::kText ? stdout : stderr); }

/// Cleaned, but for bold and its end.
std::string coloured_line(std::string_view line) {
  std::string text;
  const auto take_up_to = [&](std::size_t end) {
    text += plain_text(line.substr(0, end));
    line.remove_prefix(end);
  };
  bool is_bold = false;
  for (;;) {
    const std::string_view mark = is_bold ? kPlain : kBold;
    const std::size_t at = line.find(mark);
    if (at == std::string_view::npos) break;
    take_up_to(at);
    text += mark;
    line.remove_prefix(mark.size());
    is_bold = !is_bold;
  }
  take_up_to(line.size());
  if (is_bold) text += kPlain;
  const std::size_t word = std::string_view("warning").size();
  return text.compare(0, word, "warning") == 0
             ? kYellow + text.substr(0, word) + kPlain + text.substr(word)
             : text;
}

[[noreturn]] void fail_to_say() {
  fail_to_write(stdout == stderr ? "standard error" : kStandardOutput);
}

}  // namespace

bool has_colour(Output output) {
  const auto is_set = [](const char* name) {
    const char* const value = std::getenv(name);
    return value != nullptr && *value != '\0';
  };
  const char* const terminal = std::getenv("TERM");
  const bool is_dumb = terminal == nullptr || std::string_view(terminal) == "dumb";
  return !is_set("NO_COLOR") && !is_dumb && isatty(descriptor(output)) != 0;
}

std::size_t terminal_columns() {
  constexpr std::size_t kLeast = 40, kMost = 1000;
  std::size_t columns = 80;
  winsize size{};
  const char* const variable = std::getenv("COLUMNS");
  const unsigned long named = variable == nullptr ? 0 : std::strtoul(variable, nullptr, 10);
  if (named != 0) {
    columns = named;
  } else if (ioctl(descriptor(Output::kText), TIOCGWINSZ, &size) == 0 && size.ws_col != 0) {
    columns = size.ws_col;
  }
  return std::clamp(columns, kLeast, kMost);
}

void say_text(std::string_view text) {
  end_progress();
  const bool coloured = has_colour(Output::kText);
  std::string clean;
  for (std::size_t end = 0; !text.empty(); text.remove_prefix(end)) {
    const std::size_t line = std::min(text.find('\n'), text.size());
    clean += coloured ? coloured_line(text.substr(0, line)) : plain_text(text.substr(0, line));
    end = line;
    if (end == text.size()) continue;
    clean += '\n';
    ++end;
  }
  if (std::fwrite(clean.data(), 1, clean.size(), stdout) != clean.size()) fail_to_say();
}

bool begin_screen() {
  if (isatty(descriptor(Output::kText)) == 0) return false;
  end_progress();
  return std::fputs(kClearScreen, stdout) >= 0;
}

// The GNU C library's standard streams are variables for this purpose.
void text_to_standard_error() {
  stdout = stderr;
  std::cout.rdbuf(std::cerr.rdbuf());
}

void require_all_said() {
  end_progress();
  if (!std::cout.flush() || std::fflush(stdout) != 0 || std::ferror(stdout) != 0) fail_to_say();
}

void say_note(std::string_view text) {
  end_progress();
  const std::string line = wrapped("note: " + plain_text(text), terminal_columns()) + '\n';
  std::fputs(line.c_str(), stderr);
}

void say_error(std::string_view line) {
  end_progress();
  std::string text = shorten(plain_text(line), kLongestError) + "\n";
  if (has_colour(Output::kErrors)) {
    const std::size_t name = std::min(text.find(':'), text.size() - 1);
    text = kRed + text.substr(0, name) + kPlain + text.substr(name);
  }
  std::fputs(text.c_str(), stderr);
}

void show_progress(std::string_view line) {
  const std::string text = kClearLine + shorten(plain_text(line), terminal_columns() - 1);
  std::fputs(text.c_str(), stderr);
  std::fflush(stderr);
  progress_is_shown = true;
}

void end_progress() {
  if (!progress_is_shown) return;
  std::fputs(kClearLine, stderr);
  std::fflush(stderr);
  progress_is_shown = false;
}

}  // namespace dcnsim::cli
