// SPDX-License-Identifier: Apache-2.0
// What a command says: the only way to standard output and standard error.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace dcnsim::cli {

/// Where something is said: standard output, or standard error after text_to_standard_error(); and
/// standard error.
enum class Output : std::uint8_t { kText, kErrors };

/// A terminal that may be given colours: the environment has no NO_COLOR.
bool has_colour(Output output);

/// Of a line of text: those of the terminal, or what the environment's COLUMNS says, or 80.
std::size_t terminal_columns();

/// Lines stay; other control characters and what is no UTF-8, which can only come out of a file,
/// are replaced; where there are colours, bold (TextLayout) stays and warnings are yellow. Throws
/// std::runtime_error if it cannot be written.
void say_text(std::string_view text);
template <class... Values>
void say(fmt::format_string<Values...> format, Values&&... values) {
  say_text(fmt::format(format, std::forward<Values>(values)...));
}

/// Empties the terminal for what is said next; false, and nothing, if that goes elsewhere.
bool begin_screen();

/// From here on standard output is for one of the command's results alone.
void text_to_standard_error();

/// Throws std::runtime_error if something said, by whatever library, did not get through.
void require_all_said();

/// Something to know beside the results: on standard error, wrapped, with "note: " before it.
void say_note(std::string_view text);

/// One line on standard error, cleaned and cut, whatever the state of that stream. What is before
/// its first colon is the name of the command.
void say_error(std::string_view line);

/// Replaces the last line of standard error, a terminal, by `line`; cleaned. It stays until
/// something else is said.
void show_progress(std::string_view line);
/// Takes it away.
void end_progress();

}  // namespace dcnsim::cli
