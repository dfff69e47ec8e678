// SPDX-License-Identifier: Apache-2.0
#include "models/base/file/output_place.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "models/base/text/printable.h"

namespace dcnsim {
namespace {

namespace fs = std::filesystem;

std::optional<int> descriptor_named(std::string_view path) {
  if (path == kStandardOutput || path == "/dev/stdout") return STDOUT_FILENO;
  if (path == "/dev/stderr") return STDERR_FILENO;
  for (const std::string_view folder : {"/dev/fd/", "/proc/self/fd/"}) {
    if (path.substr(0, folder.size()) != folder) continue;
    const std::string_view digits = path.substr(folder.size());
    int number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error == std::errc() && end == digits.data() + digits.size() && number >= 0) return number;
  }
  return {};
}

/// Whether renaming a file to `path`, which is there, is refused although writing to it is not: a
/// file of another user's in a folder like /tmp, or one that is mounted, as into a container.
std::string why_not_replaced(const std::string& path) {
  struct statx file {};
  if (::statx(AT_FDCWD, path.c_str(), 0, STATX_BASIC_STATS, &file) != 0) return "";
  if ((file.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0) {
    return "a mount point, which no new file can take the place of";
  }
  const fs::path around = fs::path(path).parent_path();
  struct stat folder {};
  if (::stat(around.empty() ? "." : around.c_str(), &folder) != 0) return "";
  const uid_t user = ::geteuid();
  const bool is_ours = user == 0 || user == file.stx_uid || user == folder.st_uid;
  return (folder.st_mode & S_ISVTX) == 0U || is_ours ? "" : "another user's, in a sticky folder";
}

void require_open_for_writing(const std::string& path, int descriptor) {
  const int flags = ::fcntl(descriptor, F_GETFL);
  if (flags < 0) fail_to_write(path);
  if ((flags & O_ACCMODE) == O_RDONLY) fail_to_write(path, "not open for writing");
}

}  // namespace

std::string output_name(const std::string& path) {
  return path == kStandardOutput ? "standard output"
         : path.empty()          ? "output path \"\""
                                 : printable(path, path.size());
}

OutputPlace output_place(const std::string& path) {
  if (path.empty()) fail_to_write(path, "the path is empty");
  if (const auto descriptor = descriptor_named(path)) {
    require_open_for_writing(path, *descriptor);
    return {OutputPlace::Kind::kDescriptor, path, *descriptor};
  }
  std::error_code error;
  const bool is_link = fs::is_symlink(fs::symlink_status(path, error));
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) {
    if (is_link) fail_to_write(path, "a link to nowhere");
    return {OutputPlace::Kind::kFile, path, -1};
  }
  if (error) fail_to_write(path, error.message());
  if (fs::is_directory(status)) fail_to_write(path, "a folder");
  const bool is_stream = fs::is_fifo(status) || fs::is_character_file(status);
  if (!is_stream && !fs::is_regular_file(status)) fail_to_write(path, "not a regular file");
  if (::access(path.c_str(), W_OK) != 0) fail_to_write(path);
  if (is_stream) return {OutputPlace::Kind::kStream, path, -1};
  const std::string target = is_link ? fs::canonical(path).string() : path;
  if (const std::string why = why_not_replaced(target); !why.empty()) fail_to_write(path, why);
  return {OutputPlace::Kind::kFile, target, -1};
}

void fail_to_write(const std::string& path, std::string reason) {
  if (reason.empty()) reason = std::generic_category().message(errno);
  throw std::runtime_error(output_name(path) + ": cannot be written: " + reason);
}

}  // namespace dcnsim
