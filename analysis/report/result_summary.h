// SPDX-License-Identifier: Apache-2.0
// JSON files of earlier runs and allocations, for a terminal.
#pragma once

#include <string>

#include "models/base/json/document.h"
#include "models/base/text/text_layout.h"

namespace dcnsim {

class Fields;
struct PixelStatement;

/// What the file holds, by its schema. Throws std::runtime_error naming file and field: unreadable,
/// no JSON, a schema that is not known, a field missing or of another type.
std::string summarize_result(const std::string& path, const TextLayout& layout = {});
/// The same for what was read already.
std::string summarize_result(const Json& result, const std::string& file,
                             const TextLayout& layout = {});

/// `pixels` of a result; as assumed where an older one has none.
PixelStatement pixel_statement(const Fields& result);

/// The tables of a dcnsim.run/1 document.
std::string summarize_run(const Fields& run, const TextLayout& layout);
/// The tables of a dcnsim.allocate/1 document: those that the command printed.
std::string summarize_allocation(const Fields& result, const TextLayout& layout);

}  // namespace dcnsim
