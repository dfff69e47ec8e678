// SPDX-License-Identifier: Apache-2.0
#include "models/base/file/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace dcnsim {
namespace {

std::string last_error() { return std::generic_category().message(errno); }

}  // namespace

AtomicFile::AtomicFile(std::string path) : path_(std::move(path)), target_(path_) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (fs::is_symlink(fs::symlink_status(path_, error))) {
    target_ = fs::canonical(path_, error).string();  // through the link, not in its place
    if (error) fail(error.message());
  }
  const fs::file_status status = fs::status(target_, error);
  if (fs::exists(status) && !fs::is_regular_file(status)) fail("not a regular file");
  temporary_ = target_ + ".partial-" + std::to_string(::getpid());
  descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0666);
  if (descriptor_ < 0) fail(last_error());
}

AtomicFile::~AtomicFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(temporary_.c_str());
}

void AtomicFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      fail(last_error());
    }
  }
}

void AtomicFile::commit() {
  std::string reason;
  if (::fsync(descriptor_) != 0 && errno != EINVAL) reason = last_error();
  if (::close(descriptor_) != 0 && reason.empty()) reason = last_error();
  descriptor_ = -1;
  if (reason.empty() && std::rename(temporary_.c_str(), target_.c_str()) != 0) {
    reason = last_error();
  }
  if (reason.empty()) return;
  ::unlink(temporary_.c_str());
  fail(reason);
}

void AtomicFile::fail(const std::string& reason) const {
  throw std::runtime_error(path_ + ": cannot be written: " + reason);
}

void write_file_atomically(const std::string& path, std::string_view bytes) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

void require_writable(const std::string& path) {
  namespace fs = std::filesystem;
  const auto fail = [&](const std::string& reason) {
    throw std::runtime_error((path.empty() ? "output path \"\"" : path) +
                             ": cannot be written: " + reason);
  };
  if (path.empty()) fail("the path is empty");
  std::error_code error;
  std::string target = path;
  if (fs::is_symlink(path, error)) target = fs::canonical(path, error).string();
  if (error && error != std::errc::no_such_file_or_directory) fail(error.message());
  if (target.empty()) fail("a link to nowhere");
  if (fs::exists(target, error) && !fs::is_regular_file(target, error)) fail("not a regular file");
  // Permissions say too little (read-only and special file systems): a file is made and removed.
  const std::string probe = target + ".probe-" + std::to_string(::getpid());
  const int descriptor = ::open(probe.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) fail(last_error());
  ::close(descriptor);
  ::unlink(probe.c_str());
}

}  // namespace dcnsim
