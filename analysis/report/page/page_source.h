// SPDX-License-Identifier: Apache-2.0
// The page's files, put into the executable by embed.cmake.
#pragma once

#include <string_view>

namespace dcnsim::page {

extern const std::string_view kTemplate;  ///< HTML with {{slots}}
extern const std::string_view kStyle;
extern const std::string_view kScript;    ///< the files of script/, one after the other
extern const std::string_view kRender;    ///< what node runs
extern const std::string_view kGlossary;  ///< GLOSSARY.md
extern const std::string_view kD3;
extern const std::string_view kD3Licence;

}  // namespace dcnsim::page
