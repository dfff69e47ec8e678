// SPDX-License-Identifier: Apache-2.0
#include "models/base/file/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <utility>

#include "models/base/file/output_place.h"
#include "models/base/file/sha256.h"
#include "models/base/process/pipe_signal.h"

namespace dcnsim {
namespace {

namespace fs = std::filesystem;

/// In the same folder, of a length that any file system takes; one for each file and process.
std::string temporary_beside(const std::string& path) {
  const fs::path file(path);
  const std::string name = ".partial-" + std::to_string(::getpid()) + '-' +
                           sha256_hex(file.filename().string()).substr(0, 16);
  return (file.parent_path() / name).string();
}

}  // namespace

AtomicFile::AtomicFile(std::string path) : path_(std::move(path)), place_(output_place(path_)) {
  switch (place_.kind) {
    case OutputPlace::Kind::kFile:
      open_temporary();
      break;
    case OutputPlace::Kind::kStream:
      descriptor_ = ::open(place_.path.c_str(), O_WRONLY | O_CLOEXEC);
      break;
    case OutputPlace::Kind::kDescriptor:
      descriptor_ = ::fcntl(place_.descriptor, F_DUPFD_CLOEXEC, 3);
      break;
  }
  if (descriptor_ < 0) fail_to_write(path_);
}

void AtomicFile::open_temporary() {
  temporary_ = temporary_beside(place_.path);
  const fs::path folder = fs::path(place_.path).parent_path();
  // Without a name until it is complete, where file systems can: nothing is left if we are killed.
  descriptor_ =
      ::open(folder.empty() ? "." : folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
  has_name_ = descriptor_ < 0;
  if (has_name_) {
    descriptor_ =
        ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
  }
  struct stat old {};
  if (descriptor_ >= 0 && ::stat(place_.path.c_str(), &old) == 0) {
    ::fchmod(descriptor_, old.st_mode & 07777U);  // as it was; where that is not possible, as new
  }
}

AtomicFile::~AtomicFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  if (has_name_) ::unlink(temporary_.c_str());
}

void AtomicFile::write(std::string_view bytes) {
  std::optional<NoPipeSignal> no_signal;
  if (temporary_.empty()) no_signal.emplace();
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      fail_to_write(path_);
    }
  }
}

void AtomicFile::commit(OnDisk on_disk) {
  int problem = 0;
  const bool sync = !temporary_.empty() && on_disk == OnDisk::kNow;
  if (sync && ::fsync(descriptor_) != 0 && errno != EINVAL) problem = errno;
  if (problem == 0 && !temporary_.empty() && !has_name_) problem = give_name();
  if (::close(std::exchange(descriptor_, -1)) != 0 && problem == 0) problem = errno;
  if (temporary_.empty() && problem == 0) return;
  if (problem == 0 && std::rename(temporary_.c_str(), place_.path.c_str()) == 0) return;
  if (problem == 0) problem = errno;
  if (has_name_) ::unlink(temporary_.c_str());
  errno = problem;
  fail_to_write(path_);
}

int AtomicFile::give_name() {
  const std::string file = "/proc/self/fd/" + std::to_string(descriptor_);
  ::unlink(temporary_.c_str());  // of a process of the same number that was killed just here
  if (::linkat(AT_FDCWD, file.c_str(), AT_FDCWD, temporary_.c_str(), AT_SYMLINK_FOLLOW) != 0) {
    return errno;
  }
  has_name_ = true;
  return 0;
}

void write_file_atomically(const std::string& path, std::string_view bytes,
                           AtomicFile::OnDisk on_disk) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit(on_disk);
}

void require_writable(const std::string& path) {
  const OutputPlace place = output_place(path);
  if (place.kind != OutputPlace::Kind::kFile) return;
  const fs::path folder = fs::path(place.path).parent_path();
  std::error_code error;
  if (!folder.empty() && !fs::is_directory(folder, error)) {
    fail_to_write(path, "there is no folder " + folder.string());
  }
  // Permissions say too little (read-only and special file systems): a file is made and removed.
  const std::string probe = temporary_beside(place.path);
  const int descriptor = ::open(probe.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (descriptor < 0) fail_to_write(path);
  ::close(descriptor);
  ::unlink(probe.c_str());
}

}  // namespace dcnsim
