// SPDX-License-Identifier: Apache-2.0
// Shares independent items of work (images, design points) out over worker processes. Results are
// delivered by item, so they do not depend on the number of processes.
#pragma once

#include <cstddef>
#include <cstring>
#include <functional>
#include <string>
#include <type_traits>
#include <vector>

namespace dcnsim {

/// Runs in a worker process: does item `index` and returns its result as bytes.
using Worker = std::function<std::string(std::size_t index)>;

struct WorkPool {
  std::size_t items = 0;
  std::size_t jobs = 1;             ///< processes at a time
  std::function<Worker()> prepare;  ///< called once in every worker process
  /// Called in the parent, in order of completion.
  std::function<void(std::size_t index, const std::string& result)> on_result;
  bool process_per_item = false;  ///< for workers that elaborate SystemC: once in a process
};

/// Results by item. A worker's exception becomes a std::runtime_error here with its text; a worker
/// that dies is an error too. Workers die with the parent.
std::vector<std::string> run(const WorkPool& pool);

/// Plain values as bytes for the way between processes, and back.
template <class T>
std::string to_bytes(const std::vector<T>& values) {
  static_assert(std::is_trivially_copyable_v<T>);
  std::string bytes(values.size() * sizeof(T), '\0');
  if (!values.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

template <class T>
std::vector<T> from_bytes(const std::string& bytes) {
  static_assert(std::is_trivially_copyable_v<T>);
  std::vector<T> values(bytes.size() / sizeof(T));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), values.size() * sizeof(T));
  return values;
}

}  // namespace dcnsim
