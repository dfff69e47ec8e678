// SPDX-License-Identifier: Apache-2.0
#include "models/base/file/file_claims.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <tuple>

#include "models/base/file/atomic_file.h"
#include "models/base/file/output_place.h"

namespace dcnsim {
namespace {

namespace fs = std::filesystem;

/// A file, or the name of none yet in a folder.
struct Identity {
  dev_t device;
  ino_t inode;
  std::string name;  ///< "" for what is there

  bool operator==(const Identity& other) const {
    return std::tie(device, inode, name) == std::tie(other.device, other.inode, other.name);
  }
};

/// Of what a descriptor is open on, if that is a regular file or a pipe: who writes to a device
/// twice gets what was asked for.
std::optional<Identity> identity(const struct stat& status) {
  if (!S_ISREG(status.st_mode) && !S_ISFIFO(status.st_mode)) return {};
  return Identity{status.st_dev, status.st_ino, ""};
}

std::optional<Identity> identity(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) return identity(status);
  const fs::path file(path);
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  if (::stat(folder.c_str(), &status) != 0) return {};
  return Identity{status.st_dev, status.st_ino, file.filename().string()};
}

std::optional<Identity> identity_of_output(const std::string& path) {
  const OutputPlace place = output_place(path);
  if (place.kind != OutputPlace::Kind::kDescriptor) return identity(place.path);
  struct stat status {};
  if (::fstat(place.descriptor, &status) != 0) return {};
  if (auto known = identity(status)) return known;
  // A terminal: two outputs in one stream cannot be told apart again.
  return Identity{0, 0, "descriptor " + std::to_string(place.descriptor)};
}

/// Another name of the pipe or terminal that standard output is.
bool is_standard_output(const std::string& stream) {
  struct stat named {
  }, standard{};
  return ::stat(stream.c_str(), &named) == 0 && ::fstat(STDOUT_FILENO, &standard) == 0 &&
         named.st_dev == standard.st_dev && named.st_ino == standard.st_ino &&
         (S_ISFIFO(named.st_mode) || ::isatty(STDOUT_FILENO) != 0);
}

bool ends_so(const fs::path& file, const std::vector<std::string>& endings) {
  return std::find(endings.begin(), endings.end(), file.extension().string()) != endings.end();
}

bool is_in(const std::string& path, const std::string& folder) {
  std::error_code error;
  const fs::path file = fs::weakly_canonical(path, error);
  return !error && fs::equivalent(file.parent_path(), folder, error);
}

[[noreturn]] void fail_read(const std::string& option, const std::string& path,
                            const std::string& role) {
  throw std::invalid_argument(option + ": " + output_name(path) + " is an input too (" + role +
                              "), expected another file");
}

[[noreturn]] void fail_twice(const std::string& first, const std::string& second,
                             const std::string& path) {
  throw std::invalid_argument(first + " and " + second + ": both " + output_name(path) +
                              ", expected different files");
}

/// The nearest folder around that is there.
fs::path existing(fs::path folder) {
  std::error_code error;
  while (!fs::exists(folder, error) && folder.has_parent_path() && folder != folder.parent_path()) {
    folder = folder.parent_path();
  }
  return fs::exists(folder, error) ? folder : fs::path(".");
}

void require_folder(const std::string& path) {
  if (path.empty()) fail_to_write(path, "the path is empty");
  const fs::path there = existing(path);
  std::error_code error;
  if (!fs::is_directory(there, error)) fail_to_write(path, there.string() + " is not a folder");
  try {
    require_writable((there / "probe").string());
  } catch (const std::runtime_error&) {
    fail_to_write(path, "no files can be made in " + there.string());
  }
}

}  // namespace

void FileClaims::reads(const std::string& what, const std::string& path) {
  if (!path.empty()) inputs_.push_back({what, path});
}

void FileClaims::reads_folder(const std::string& what, const std::string& path,
                              const std::string& ending) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return reads(what, path);
  for (const fs::directory_entry& entry : fs::directory_iterator(path, error)) {
    if (entry.path().extension() == ending) reads(what, entry.path().string());
  }
}

void FileClaims::writes(const std::string& what, const std::optional<std::string>& path) {
  if (path) outputs_.push_back({what, *path});
}

void FileClaims::updates(const std::string& what, const std::string& path) {
  writes(what, path);
  updated_.push_back({what, path});
}

void FileClaims::writes_into(const std::string& what, const std::string& folder,
                             const std::vector<std::string>& endings) {
  folders_.push_back({what, folder, endings});
}

void FileClaims::check() const {
  require_distinct();
  require_folders_apart();
  for (const File& file : updated_) {
    if (output_place(file.path).kind != OutputPlace::Kind::kFile) {
      fail_to_write(file.path, "not a regular file");
    }
  }
  for (const File& output : outputs_) require_writable(output.path);
  for (const Folder& folder : folders_) require_folder(folder.path);
}

bool FileClaims::standard_output_is_taken() const {
  return std::any_of(outputs_.begin(), outputs_.end(), [](const File& output) {
    const OutputPlace place = output_place(output.path);
    return place.descriptor == STDOUT_FILENO ||
           (place.kind == OutputPlace::Kind::kStream && is_standard_output(place.path));
  });
}

void FileClaims::require_distinct() const {
  std::vector<std::pair<std::string, Identity>> written;
  const bool is_taken = standard_output_is_taken();
  for (const auto& [name, descriptor] :
       {std::pair{"standard output", STDOUT_FILENO}, {"standard error", STDERR_FILENO}}) {
    struct stat status {};
    if (descriptor == STDOUT_FILENO && is_taken) continue;
    if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) continue;
    const auto at = identity(status);
    const bool same_as_before =
        std::any_of(written.begin(), written.end(), [&](const auto& w) { return w.second == *at; });
    if (!same_as_before) written.emplace_back(name, *at);
  }
  for (const File& output : outputs_) {
    const auto at = identity_of_output(output.path);
    if (!at) continue;
    for (const File& input : inputs_) {
      if (identity(input.path) == at) fail_read(output.what, output.path, input.what);
    }
    for (const auto& [what, other] : written) {
      if (other == *at) fail_twice(what, output.what, output.path);
    }
    written.emplace_back(output.what, *at);
  }
}

void FileClaims::require_folders_apart() const {
  for (const Folder& folder : folders_) {
    require_entries_apart(folder);
    const auto is_hit = [&](const File& file) {
      return ends_so(file.path, folder.endings) && is_in(file.path, folder.path);
    };
    for (const File& input : inputs_) {
      if (is_hit(input))
        fail_read(folder.what, folder.path + "/" + fs::path(input.path).filename().string(),
                  input.what);
    }
    for (const File& output : outputs_) {
      if (is_hit(output)) fail_twice(folder.what, output.what, output.path);
    }
  }
}

void FileClaims::require_entries_apart(const Folder& folder) const {
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder.path, error)) {
    if (!ends_so(entry.path(), folder.endings)) continue;
    const std::string path = entry.path().string();
    const auto at = identity_of_output(path);
    for (const File& input : inputs_) {
      if (identity(input.path) == at) fail_read(folder.what, path, input.what);
    }
    for (const File& output : outputs_) {
      if (identity_of_output(output.path) == at) fail_twice(folder.what, output.what, path);
    }
  }
}

}  // namespace dcnsim
