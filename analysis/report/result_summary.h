// SPDX-License-Identifier: Apache-2.0
// JSON files of earlier runs and allocations, for a terminal.
#pragma once

#include <string>

namespace dcnsim {

class Fields;

/// What the file holds, by its schema. Throws std::runtime_error naming file and field: unreadable,
/// no JSON, a schema that is not known, a field missing or of another type.
std::string summarize_result(const std::string& path);

/// The tables of a dcnsim.run/1 document.
std::string summarize_run(const Fields& run);
/// The tables of a dcnsim.allocate/1 document: those that the command printed.
std::string summarize_allocation(const Fields& result);

}  // namespace dcnsim
