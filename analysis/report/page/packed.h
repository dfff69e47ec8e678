// SPDX-License-Identifier: Apache-2.0
// Bytes as they travel inside a page.
#pragma once

#include <string>
#include <string_view>

namespace dcnsim::page {

std::string base64(std::string_view bytes);

/// What a Content-Security-Policy calls a script or style by: 'sha256-...'.
std::string csp_hash(std::string_view text);

/// `text` as HTML shows it, in an element or a quoted attribute.
std::string html_escaped(std::string_view text);

/// JSON of pure ASCII as the content of a script element: no character ends or opens markup.
std::string script_safe(std::string_view ascii_json);

}  // namespace dcnsim::page
