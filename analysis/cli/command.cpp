// SPDX-License-Identifier: Apache-2.0
#include "analysis/cli/command.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <system_error>
#include <thread>

#include "analysis/cli/shipped_files.h"
#include "workloads/onnx/onnx_network.h"

namespace dcnsim::cli {

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
  const std::string probe = target + ".probe-" + std::to_string(getpid());
  const int descriptor = open(probe.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) fail(std::generic_category().message(errno));
  close(descriptor);
  unlink(probe.c_str());
}

std::size_t default_jobs() { return std::max(1u, std::thread::hardware_concurrency()); }

void WidthOptions::add_to(CLI::App& app) {
  app.add_option("-w,--weights", weights, "Width of every layer's weights, 1..16 bits [8]");
  app.add_option("-a,--activations", activations,
                 "Width of every layer's outputs but the last, 1..16 bits [8]");
  app.add_option("--widths", file, "YAML file with widths per layer")->type_name("FILE");
  app.add_option("--calibration", calibration,
                 "Images from which formats are chosen: a CIFAR-10 .bin file or a folder of them "
                 "[500 training images]")
      ->type_name("PATH");
  app.add_option("--format-rule", rule,
                 "How binary points are chosen: least squared error, the paper's closed form, or "
                 "its\nvariants that round to the nearest and to the finer step")
      ->check(CLI::IsMember({"min-error", "paper", "nearest", "finer"}))
      ->capture_default_str();
}

FormatRule WidthOptions::format_rule() const {
  for (const FormatRule known : {FormatRule::kPaper, FormatRule::kNearest, FormatRule::kFiner}) {
    if (to_string(known) == rule) return known;
  }
  return FormatRule::kMinimumError;
}

QuantizeOptions WidthOptions::options() const {
  QuantizeOptions options;
  if (!file.empty()) load_widths(file, options);
  const auto check = [](const char* name, int bits) {
    if (bits < kMinBits || bits > kMaxBits) {
      throw std::runtime_error(fmt::format("{}: {}, expected a width of 1..16 bits", name, bits));
    }
    return bits;
  };
  if (weights) options.weight_bits = check("--weights", *weights);
  if (activations) options.activation_bits = check("--activations", *activations);
  return options;
}

std::string WidthOptions::calibration_path() const { return calibration_file(calibration); }

Dataset WidthOptions::calibration_images() const { return load_cifar10(calibration_path()); }

FixedNetwork fixed_network(const std::string& path, const WidthOptions& widths,
                           std::vector<InputFile>& inputs) {
  auto loaded = load_network(path);
  if (auto* fixed = std::get_if<FixedNetwork>(&loaded)) {
    if (widths.given()) {
      throw UsageError(path +
                       ": is in fixed point already; --weights, --activations, --widths "
                       "and --calibration are for float networks");
    }
    return std::move(*fixed);
  }
  const QuantizeOptions options = widths.options();
  const Dataset images = widths.calibration_images();
  inputs.push_back(describe_input("calibration", widths.calibration_path()));
  if (!widths.file.empty()) inputs.push_back(describe_input("widths", widths.file));
  Progress progress("calibrating", images.size());
  return quantize_network(
             std::get<FloatNetwork>(loaded), images, options,
             [&](std::size_t done) { progress.update(done); }, widths.format_rule())
      .network;
}

void CacheOptions::add_to(CLI::App& app, const std::string& what, const std::string& group) {
  CLI::Option* folder =
      app.add_option("--cache", folder_option, "Folder for " + what + " [~/.cache/dcnsim]")
          ->type_name("FOLDER");
  CLI::Option* off = app.add_flag("--no-cache", none, "Find them anew and keep nothing");
  if (group.empty()) return;
  folder->group(group);
  off->group(group);
}

std::string CacheOptions::folder() const {
  if (none) return "";
  if (!folder_option.empty()) return folder_option;
  const auto environment = [](const char* name) {
    const char* const value = std::getenv(name);
    return std::filesystem::path(value == nullptr ? "" : value);
  };
  std::filesystem::path caches = environment("XDG_CACHE_HOME");
  if (caches.empty()) {
    const std::filesystem::path home = environment("HOME");
    if (home.empty()) return "";
    caches = home / ".cache";
  }
  // The folder of all caches may be made, but never the home around it.
  std::error_code error;
  const bool has_home = std::filesystem::is_directory((caches / "..").lexically_normal(), error);
  return has_home ? (caches / "dcnsim").string() : "";
}

Progress::Progress(std::string what, std::size_t total)
    : what_(std::move(what)),
      total_(total),
      enabled_(isatty(STDERR_FILENO) != 0),
      start_(std::chrono::steady_clock::now()),
      last_(start_) {}

Progress::~Progress() {
  if (shown_) fmt::print(stderr, "\r\033[K");
}

void Progress::update(std::size_t done, const std::string& note) {
  using namespace std::chrono_literals;
  const auto now = std::chrono::steady_clock::now();
  if (!enabled_ || done == 0 || now - last_ < 200ms) return;
  last_ = now;
  shown_ = true;
  const std::chrono::duration<double> elapsed = now - start_;
  const double rate = static_cast<double>(done) / elapsed.count();
  fmt::print(stderr, "\r\033[K{}: {} of {}, {:.0f}/s, {:.0f} s left{}{}", what_, done, total_, rate,
             static_cast<double>(total_ - done) / rate, note.empty() ? "" : ", ", note);
  std::fflush(stderr);
}

ProgressFactory on_terminal() {
  return [](const std::string& what, std::size_t total) -> OnProgress {
    auto progress = std::make_shared<Progress>(what, total);
    return [progress](std::size_t done) { progress->update(done); };
  };
}

}  // namespace dcnsim::cli
