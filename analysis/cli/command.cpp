// SPDX-License-Identifier: Apache-2.0
#include "analysis/cli/command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <memory>
#include <thread>

#include "analysis/cli/console.h"
#include "analysis/cli/interruption.h"
#include "analysis/cli/shipped_files.h"
#include "analysis/cli/value_checks.h"

namespace dcnsim::cli {

void note_limit(std::uint64_t limit, std::size_t images) {
  if (limit > images) say_note(fmt::format("--limit {}: there are {} images", limit, images));
}

std::size_t default_jobs() { return std::max(1u, std::thread::hardware_concurrency()); }

void WidthOptions::add_to(CLI::App& app) {
  whole(app.add_option("-w,--weights", asked.weight_bits,
                       "Width of every layer's weights, 1..16 bits [8]"),
        kMinBits, kMaxBits, "BITS");
  whole(app.add_option("-a,--activations", asked.activation_bits,
                       "Width of every layer's outputs but the last, 1..16 bits [8]"),
        kMinBits, kMaxBits, "BITS");
  file_of(app.add_option("--widths", asked.file, "YAML file with widths per layer"),
          {FileKind::kWidths}, "FILE");
  file_of(
      app.add_option("--calibration", asked.calibration,
                     "Images from which formats are chosen, as --images [500 training images of "
                     "CIFAR-10]"),
      {FileKind::kImages}, "PATH");
  app.add_option("--calibration-labels", asked.calibration_labels, kLabelsHelp)->type_name("FILE");
  one_of(app.add_option(
             "--format-rule", rule,
             "How binary points are chosen: least squared error, the paper's closed form, or "
             "its\nvariants that round to the nearest and to the finer step"),
         {"min-error", "paper", "nearest", "finer"})
      ->capture_default_str();
}

CLI::Option* add_scales(CLI::App& app, std::string& name) {
  CLI::Option* const option = app.add_option(
      "--scales", name,
      "What a code's step may be: a power of two, for machines that shift; or any, one a\n"
      "tensor or of weights one an output channel, for machines that multiply");
  return one_of(option, {kScalesNames.begin(), kScalesNames.end()})->capture_default_str();
}

FormatRule WidthOptions::format_rule() const {
  for (const FormatRule known : {FormatRule::kPaper, FormatRule::kNearest, FormatRule::kFiner}) {
    if (to_string(known) == rule) return known;
  }
  return FormatRule::kMinimumError;
}

void claim(const FileClaims& claims) {
  try {
    claims.check();
  } catch (const std::invalid_argument& e) {
    throw UsageError(e.what());
  }
  if (claims.standard_output_is_taken()) text_to_standard_error();
}

WidthRequest WidthOptions::request(const std::string& cache) const {
  WidthRequest request = asked;
  request.cache = cache;
  request.rule = format_rule();
  return request;
}

Dataset WidthOptions::calibration_images(const std::string& network, const Shape& input,
                                         std::vector<InputFile>& inputs) const {
  return dcnsim::calibration_images(network, input, asked, shipped_data(), false, inputs).images;
}

StatedNetwork load_stated_floats(const InputPath& file, const PixelOptions& pixels) {
  StatedNetwork stated = load_stated(file.path, pixels.convention(), shipped_data());
  if (std::holds_alternative<FloatNetwork>(stated.network)) return stated;
  throw std::runtime_error(file.path + ": is in fixed point already, expected a float network");
}

void CacheOptions::add_to(CLI::App& app, const std::string& what, const std::string& group) {
  kept = what;
  CLI::Option* folder =
      app.add_option("--cache", folder_option, "Folder for " + what + " [~/.cache/dcnsim]")
          ->type_name("FOLDER");
  CLI::Option* off =
      app.add_flag("--no-cache", none, "Find them anew and keep nothing")->excludes(folder);
  if (group.empty()) return;
  folder->group(group);
  off->group(group);
}

namespace {

/// A cache that cannot be kept is no error, but one that was asked for is.
void require_folder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  const bool is_writable =
      std::filesystem::is_directory(folder, error) && access(folder.c_str(), W_OK | X_OK) == 0;
  if (!is_writable) throw UsageError("--cache: " + folder + ": no folder that can be written to");
}

}  // namespace

std::string CacheOptions::folder() const {
  std::string chosen = chosen_folder();
  if (!chosen.empty()) say_on_interruption_that_cache_keeps(kept);
  return chosen;
}

std::string CacheOptions::chosen_folder() const {
  if (none) return "";
  if (!folder_option.empty()) {
    require_folder(folder_option);
    return folder_option;
  }
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

Progress::Progress(const std::string& what, std::size_t total)
    : what_(what),
      total_(total),
      enabled_(isatty(STDERR_FILENO) != 0),
      start_(std::chrono::steady_clock::now()),
      last_(start_) {
  if (enabled_) show(0, "");
}

void Progress::update(std::size_t done, const std::string& note) {
  using namespace std::chrono_literals;
  const auto now = std::chrono::steady_clock::now();
  if (!enabled_ || done == 0 || now - last_ < 200ms) return;
  last_ = now;
  show(done, note);
}

void Progress::show(std::size_t done, const std::string& note) {
  std::string text = stop_was_asked_for() ? "stopping: " : "";
  text += fmt::format("{}: {} of {}", what_, done, total_);
  const std::chrono::duration<double> elapsed = last_ - start_;
  if (done > 0 && elapsed.count() > 0) {
    const double rate = static_cast<double>(done) / elapsed.count();
    const double left = static_cast<double>(total_ - std::min(done, total_)) / rate;
    text += fmt::format(", {:.{}f}/s, {:.0f} {} left", rate, rate < 10 ? 1 : 0,
                        left < 100 ? left : left / 60, left < 100 ? "s" : "min");
  }
  show_progress(text + (note.empty() ? "" : ", " + note));
}

ProgressFactory on_terminal(const std::vector<std::string>& stages) {
  return [stages, reached = std::make_shared<std::size_t>(0)](const std::string& what,
                                                              std::size_t total) -> OnProgress {
    const auto at = std::find(stages.begin(), stages.end(), what);
    std::string name = what;
    if (at != stages.end()) {
      // Some come more than once: numbers never fall.
      *reached = std::max(*reached, static_cast<std::size_t>(at - stages.begin()) + 1);
      name = fmt::format("{} of {}, {}", *reached, stages.size(), what);
    }
    auto progress = std::make_shared<Progress>(name, total);
    return [progress](std::size_t done) { progress->update(done); };
  };
}

namespace {

const char* words(RunStage stage) {
  switch (stage) {
    case RunStage::kCalibrating:
      return "1 of 4, calibrating";
    case RunStage::kTryingPixels:
      return "2 of 4, trying --pixels";
    case RunStage::kMapping:
      return "3 of 4, mapping";
    case RunStage::kSimulating:
      return "4 of 4, simulating";
  }
  return "";
}

}  // namespace

OnRunProgress run_on_terminal() {
  struct Line {
    std::optional<RunStage> stage;
    std::optional<Progress> progress;
  };
  return [line = std::make_shared<Line>()](const RunProgress& p) {
    if (line->stage != p.stage) {
      line->stage = p.stage;
      line->progress.reset();
      line->progress.emplace(words(p.stage), p.total);
    }
    const bool counts = p.stage == RunStage::kSimulating && p.done > 0;
    line->progress->update(
        p.done, counts ? fmt::format("{:.1f} % right", 100.0 * static_cast<double>(p.correct) /
                                                           static_cast<double>(p.done))
                       : p.layer);
  };
}

}  // namespace dcnsim::cli
