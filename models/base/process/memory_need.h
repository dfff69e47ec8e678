// SPDX-License-Identifier: Apache-2.0
// What is said where memory runs out.
#pragma once

#include <exception>
#include <stdexcept>
#include <string>

namespace dcnsim {

/// what() in a person's words.
std::string problem_of(const std::exception& e);

/// "FILE: not enough memory for what is in its 123 bytes".
std::runtime_error not_enough_memory_for(const std::string& file);

}  // namespace dcnsim
