// SPDX-License-Identifier: Apache-2.0
#include "analysis/trace/waveform_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string_view>
#include <system_error>

namespace dcnsim {

namespace fs = std::filesystem;

namespace {
constexpr std::size_t kLongestHead = 4096;
}  // namespace

WaveformFile::WaveformFile(const std::string& path) : file_(path) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail_to_write(path);
  to_file_ = FileDescriptor(ends[0]);
  from_systemc_ = FileDescriptor(ends[1]);
  std::error_code error;
  folder_ = (fs::temp_directory_path(error) / "dcnsim-XXXXXX").string();
  if (error || ::mkdtemp(folder_.data()) == nullptr) {
    throw std::runtime_error(path + ": no folder for temporary files: set TMPDIR to one");
  }
  // Opened by this name, the pipe is what opens.
  fs::create_symlink("/proc/self/fd/" + std::to_string(from_systemc_.number()), stem() + ".vcd");
  writer_ = std::thread([this] { empty_pipe(); });
}

WaveformFile::~WaveformFile() { finish(); }

void WaveformFile::commit() {
  finish();
  if (problem_) std::rethrow_exception(problem_);
  file_.commit();
}

/// To its end, whatever happens to the file: SystemC would wait for ever otherwise.
void WaveformFile::empty_pipe() {
  std::array<char, 1U << 16U> bytes{};
  for (;;) {
    const ssize_t count = ::read(to_file_.number(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    if (problem_) continue;
    try {
      write(std::string_view(bytes.data(), static_cast<std::size_t>(count)));
    } catch (const std::runtime_error&) {
      problem_ = std::current_exception();
    }
  }
}

/// The first section of a VCD file, $date ... $end (IEEE 1364-2001, 18.2.3.2), is left out.
void WaveformFile::write(std::string_view bytes) {
  if (!has_date_) return file_.write(bytes);
  constexpr std::string_view kEnd = "$end";
  head_ += bytes;
  const std::size_t end = head_.find(kEnd);
  if (end == std::string::npos && head_.size() < kLongestHead) return;
  has_date_ = false;
  const bool is_date = end != std::string::npos && head_.compare(0, 5, "$date") == 0;
  file_.write(std::string_view(head_).substr(is_date ? end + kEnd.size() : 0));
}

void WaveformFile::finish() {
  from_systemc_.close();
  if (writer_.joinable()) writer_.join();
  std::error_code error;
  fs::remove_all(folder_, error);
}

}  // namespace dcnsim
