// SPDX-License-Identifier: Apache-2.0
// The tables of registers (models/arch/registers.h) and of a descriptor's fields
// (models/arch/descriptor_fields.h) in the formats that software, documents and tools read. Each
// function returns the whole text of a file.
#pragma once

#include <string>

namespace dcnsim {

std::string c_header();             ///< C99 and C++, freestanding
std::string descriptor_c_header();  ///< C99 and C++, freestanding
std::string reference_page();       ///< Markdown
std::string ip_xact();              ///< IEEE 1685-2014 component
std::string system_rdl();           ///< SystemRDL 2.0 address map

}  // namespace dcnsim
