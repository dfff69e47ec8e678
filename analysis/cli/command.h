// SPDX-License-Identifier: Apache-2.0
// What the subcommands share: their entry points, widths, progress.
#pragma once

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "analysis/allocation/study.h"
#include "analysis/evaluation/input_file.h"
#include "analysis/inference/inference.h"
#include "analysis/quantizer/quantize_network.h"
#include "analysis/report/run_report.h"
#include "workloads/cifar10/dataset.h"
#include "workloads/network.h"

namespace dcnsim {
struct SweepSpec;
}

namespace dcnsim::cli {

/// Each adds one subcommand; the function it leaves in `action` does the work when that subcommand
/// was chosen.
using Action = std::function<void()>;
void add_run(CLI::App& app, Action& action);
void add_quantize(CLI::App& app, Action& action);
void add_finetune(CLI::App& app, Action& action);
void add_allocate(CLI::App& app, Action& action);
void add_map(CLI::App& app, Action& action);
void add_experiment(CLI::App& app, Action& action);
void add_inspect(CLI::App& app, Action& action);
void add_timeline(CLI::App& app, Action& action);
void add_sweep(CLI::App& app, Action& action);
void add_sweep_results(CLI::App& sweep, Action& action);
void add_sweep_slurm(CLI::App& sweep, Action& action);
void add_report(CLI::App& app, Action& action);

/// A contradiction between options: exit code 2.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Stopped by the user, with everything kept that was done: exit code 130.
struct Interrupted : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The sweep file, its names resolved to what comes with dcnsim. Throws std::runtime_error.
SweepSpec load_sweep(const std::string& path);

/// Processes to use by default: one a core.
std::size_t default_jobs();

/// Widths from the command line.
struct WidthOptions {
  WidthRequest asked;  ///< with the default rule, and unchecked
  std::string rule = "min-error";

  void add_to(CLI::App& app);
  bool given() const { return asked.given(); }
  /// Throws std::runtime_error naming the option that is no width.
  WidthRequest request() const;
  QuantizeOptions options() const { return request().options(); }
  FormatRule format_rule() const;
  Dataset calibration_images() const;
  std::string calibration_path() const;
};

/// Where results are kept that cost time and never change.
struct CacheOptions {
  std::string folder_option;
  bool none = false;

  /// `what` is kept.
  void add_to(CLI::App& app, const std::string& what, const std::string& group = "");
  /// "" for nowhere.
  std::string folder() const;
};

/// What `work` returns. What the library says of a request becomes a UsageError in the words of the
/// command line.
template <class Work>
auto in_words_of_options(const Work& work) {
  try {
    return work();
  } catch (const FixedPointAlready& e) {
    throw UsageError(e.network +
                     ": is in fixed point already; --weights, --activations, --widths "
                     "and --calibration are for float networks");
  } catch (const NoSuchImage& e) {
    throw UsageError("--trace-image: " + std::to_string(e.image) + ", expected one of the " +
                     std::to_string(e.count) + " images, from 0 on");
  }
}

/// One line on a terminal's standard error, refreshed a few times a second; silent elsewhere.
class Progress {
 public:
  Progress(std::string what, std::size_t total);
  ~Progress();
  void update(std::size_t done, const std::string& note = "");

 private:
  std::string what_;
  std::size_t total_;
  bool enabled_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point start_, last_;
};

/// Progress for long work: a Progress for each part.
ProgressFactory on_terminal();
/// The same for the stages of a run; the line goes with the listener.
OnRunProgress run_on_terminal();

}  // namespace dcnsim::cli
