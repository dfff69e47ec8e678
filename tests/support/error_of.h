// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <string>

namespace dcnsim {

/// what() of the exception `action` throws, with `prefix` taken off its front.
template <typename Action>
std::string error_of(Action&& action, const std::string& prefix = "") {
  try {
    action();
  } catch (const std::exception& error) {
    const std::string message = error.what();
    return message.rfind(prefix, 0) == 0 ? message.substr(prefix.size()) : message;
  }
  return "no error";
}

}  // namespace dcnsim
