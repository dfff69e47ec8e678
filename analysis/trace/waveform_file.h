// SPDX-License-Identifier: Apache-2.0
// Waveforms as a file that appears whole or not at all.
#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <thread>

#include "models/base/file/atomic_file.h"
#include "models/base/process/file_descriptor.h"

namespace dcnsim {

/// SystemC writes waveforms to a file it opens itself and asks of no write whether it succeeded.
/// Here what it opens is a pipe, which a thread empties into an AtomicFile, but for the date of
/// day: equal runs give equal files.
class WaveformFile {
 public:
  /// Throws what AtomicFile throws, std::runtime_error if there is no folder for temporary files.
  explicit WaveformFile(const std::string& path);
  /// SystemC must have closed its file. Without commit() nothing has happened.
  ~WaveformFile();
  WaveformFile(const WaveformFile&) = delete;
  WaveformFile& operator=(const WaveformFile&) = delete;

  /// The name for SystemC, which adds ".vcd".
  std::string stem() const { return folder_ + "/waveforms"; }
  /// After SystemC has closed its file. Throws what AtomicFile throws.
  void commit();

 private:
  void empty_pipe();
  void write(std::string_view bytes);
  void finish();

  AtomicFile file_;
  std::string folder_;
  FileDescriptor from_systemc_, to_file_;
  std::string head_;  ///< what came before the end of the date
  bool has_date_ = true;
  std::exception_ptr problem_;
  std::thread writer_;
};

}  // namespace dcnsim
