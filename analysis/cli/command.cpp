// SPDX-License-Identifier: Apache-2.0
#include "analysis/cli/command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <thread>

#include "analysis/cli/shipped_files.h"

namespace dcnsim::cli {

std::size_t default_jobs() { return std::max(1u, std::thread::hardware_concurrency()); }

void WidthOptions::add_to(CLI::App& app) {
  app.add_option("-w,--weights", asked.weight_bits,
                 "Width of every layer's weights, 1..16 bits [8]");
  app.add_option("-a,--activations", asked.activation_bits,
                 "Width of every layer's outputs but the last, 1..16 bits [8]");
  app.add_option("--widths", asked.file, "YAML file with widths per layer")->type_name("FILE");
  app.add_option("--calibration", asked.calibration,
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

WidthRequest WidthOptions::request() const {
  const auto check = [](const char* name, const std::optional<int>& bits) {
    if (bits && (*bits < kMinBits || *bits > kMaxBits)) {
      throw std::runtime_error(fmt::format("{}: {}, expected a width of 1..16 bits", name, *bits));
    }
  };
  check("--weights", asked.weight_bits);
  check("--activations", asked.activation_bits);
  WidthRequest request = asked;
  request.rule = format_rule();
  return request;
}

std::string WidthOptions::calibration_path() const {
  return shipped_data().calibration(asked.calibration);
}

Dataset WidthOptions::calibration_images() const { return load_cifar10(calibration_path()); }

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

OnRunProgress run_on_terminal() {
  struct Line {
    std::optional<RunStage> stage;
    std::optional<Progress> progress;
  };
  return [line = std::make_shared<Line>()](const RunProgress& p) {
    if (line->stage != p.stage) {
      line->stage = p.stage;
      line->progress.reset();
      line->progress.emplace(p.stage == RunStage::kCalibrating ? "calibrating"
                             : p.stage == RunStage::kMapping   ? "mapping"
                                                               : "simulating",
                             p.total);
    }
    const bool counts = p.stage == RunStage::kSimulating && p.done > 0;
    line->progress->update(
        p.done, counts ? fmt::format("{:.1f} % right", 100.0 * static_cast<double>(p.correct) /
                                                           static_cast<double>(p.done))
                       : p.layer);
  };
}

}  // namespace dcnsim::cli
