// SPDX-License-Identifier: Apache-2.0
// Lines of a comma-separated table for spreadsheets and for CsvTable (RFC 4180).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dcnsim {

/// As plain_text() makes it, in quotes where it has to be. Numbers stay as they are; any other text
/// that a spreadsheet might run as a formula gets an apostrophe in front.
std::string csv_field(std::string_view text);

/// The fields, with a line break (LF) at the end.
std::string csv_line(const std::vector<std::string>& fields);

}  // namespace dcnsim
