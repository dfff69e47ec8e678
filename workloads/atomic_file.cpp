// SPDX-License-Identifier: Apache-2.0
#include "workloads/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <system_error>

namespace dcnsim {
namespace {

[[noreturn]] void fail(const std::string& path, const std::string& reason) {
  throw std::runtime_error(path + ": cannot be written: " + reason);
}

std::string last_error() { return std::generic_category().message(errno); }

/// Writes and closes; returns the reason of a failure, or "".
std::string write_all(int descriptor, std::string_view bytes) {
  std::string reason;
  while (!bytes.empty() && reason.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      reason = last_error();
    }
  }
  if (reason.empty() && ::fsync(descriptor) != 0 && errno != EINVAL) reason = last_error();
  if (::close(descriptor) != 0 && reason.empty()) reason = last_error();
  return reason;
}

}  // namespace

void write_file_atomically(const std::string& path, std::string_view bytes) {
  namespace fs = std::filesystem;
  std::error_code error;
  std::string target = path;
  if (fs::is_symlink(fs::symlink_status(path, error))) {
    target = fs::canonical(path, error).string();  // through the link, not in its place
    if (error) fail(path, error.message());
  }
  const fs::file_status status = fs::status(target, error);
  if (fs::exists(status) && !fs::is_regular_file(status)) fail(path, "not a regular file");

  const std::string temporary = target + ".partial-" + std::to_string(::getpid());
  const int descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0666);
  if (descriptor < 0) fail(path, last_error());
  std::string reason = write_all(descriptor, bytes);
  if (reason.empty() && std::rename(temporary.c_str(), target.c_str()) != 0) reason = last_error();
  if (!reason.empty()) {
    ::unlink(temporary.c_str());
    fail(path, reason);
  }
}

}  // namespace dcnsim
