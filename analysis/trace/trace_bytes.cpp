// SPDX-License-Identifier: Apache-2.0
#include "analysis/trace/trace_bytes.h"

#include <cstddef>
#include <stdexcept>

namespace dcnsim {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 16;

}  // namespace

void TraceBytes::append(std::string_view bytes) {
  buffer_ += bytes;
  if (buffer_.size() >= kBufferBytes) flush();
}

void TraceBytes::close() {
  flush();
  if (problem_) std::rethrow_exception(problem_);
  file_.commit();
}

void TraceBytes::flush() {
  try {
    if (!problem_) file_.write(buffer_);
  } catch (const std::runtime_error&) {
    problem_ = std::current_exception();
  }
  buffer_.clear();
}

}  // namespace dcnsim
