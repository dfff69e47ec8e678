// SPDX-License-Identifier: Apache-2.0
// Reads an accelerator YAML file. Every key is known; an unknown one is an error with a suggestion.
#pragma once

#include <map>
#include <string>

#include "models/arch/accelerator_config.h"

namespace dcnsim {

/// Throws std::runtime_error with one line: file, line, field path, value, what was expected. A
/// relative cost.tables is made relative to where `path` is.
AcceleratorConfig load_accelerator(const std::string& path);

/// The same for text already in memory, cost.tables as it stands there; `file` is the name that
/// errors carry.
AcceleratorConfig parse_accelerator(const std::string& text, const std::string& file);

/// A problem that shows after the file was read, with the file and the line of the field that it
/// names first, if the file has one that it names.
std::string in_accelerator_file(const std::string& path, const std::string& problem);

/// Sets single fields by path ("array.rows") to what the text would mean in a YAML file. Throws
/// std::runtime_error with one line: path, value, what was expected; for an unknown path with a
/// suggestion. Fields are checked one by one: validate() checks them together.
void set_fields(AcceleratorConfig& config, const std::map<std::string, std::string>& values);

/// The configuration as YAML with every key, in the order of the struct. Reading it back gives an
/// equal configuration if the configuration is valid.
std::string to_yaml(const AcceleratorConfig& config);

}  // namespace dcnsim
