// SPDX-License-Identifier: Apache-2.0
// Shares independent items of work (images, design points) out over worker processes. A worker gets
// an item when it has done the one before; results are delivered by item, so they do not depend on
// the number of processes.
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
  /// If given, whether an item has much in common with the one before: a worker goes on with such
  /// items, which others take only when nothing else is left.
  std::function<bool(std::size_t index)> continues;
  /// Called in the parent, in order of completion.
  std::function<void(std::size_t index, const std::string& result)> on_result;
  /// If given, an item whose worker throws or dies is told here, and the others go on; without, it
  /// ends everything.
  std::function<void(std::size_t index, const std::string& reason)> on_failure;
  /// If given, asked before an item is handed out and when a signal has arrived: once true, items
  /// under way are finished and no other begun. Workers do not see the terminal's interrupts then.
  std::function<bool()> stop;
  bool process_per_item = false;  ///< for workers that elaborate SystemC: once in a process
};

/// Does the items. Without `on_failure` a worker's exception becomes a std::runtime_error here with
/// its text, and a worker that dies is an error too. Workers die with the parent.
void for_each(const WorkPool& pool);

/// The same, and keeps the results, by item; those of items that failed or were not begun are
/// empty.
std::vector<std::string> results_of(const WorkPool& pool);

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
