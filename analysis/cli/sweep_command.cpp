// SPDX-License-Identifier: Apache-2.0
// dcnsim sweep: design-space exploration.
#include <fmt/format.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>

#include "analysis/cli/command.h"
#include "analysis/cli/command_description.h"
#include "analysis/cli/console.h"
#include "analysis/cli/file_kind.h"
#include "analysis/cli/interruption.h"
#include "analysis/cli/layout_options.h"
#include "analysis/cli/shipped_files.h"
#include "analysis/cli/value_checks.h"
#include "analysis/sweep/engine.h"
#include "analysis/sweep/plan.h"
#include "analysis/sweep/results.h"
#include "analysis/sweep/shard.h"
#include "analysis/sweep/sweep_inputs.h"
#include "analysis/sweep/sweep_text.h"
#include "models/base/file/text_file.h"
#include "models/base/text/suggest.h"
#include "models/base/text/wrap.h"
#include "models/base/yaml/document.h"
#include "workloads/onnx/onnx_network.h"

namespace dcnsim::cli {
namespace {

struct RunOptions {
  std::string spec, shard;
  std::optional<std::string> store;
  std::size_t jobs = default_jobs();
  CacheOptions cache;
  LayoutOptions layout;
  bool dry_run = false, retry_failed = false;
};

SweepFiles sweep_files() {
  SweepFiles files;
  files.accelerator = [](const std::string& name) { return shipped_data().accelerator(name); };
  files.network = [](const std::string& name) { return shipped_data().network(name); };
  files.calibration = shipped_data().calibration();
  files.images = shipped_data().images();
  files.is_fixed_point = [](const InputPath& file) {
    return std::holds_alternative<FixedNetwork>(load_network(file.path));
  };
  return files;
}

std::string duration(double seconds) {
  if (seconds < 100) return fmt::format("{:.1f} s", seconds);
  if (seconds < 6000)
    return fmt::format("{:.0f} min {:02.0f} s", std::floor(seconds / 60),
                       std::floor(std::fmod(seconds, 60)));
  return fmt::format("{:.1f} h", seconds / 3600);
}

std::string share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? ""
                    : fmt::format(" ({:.0f} %)",
                                  100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

void print_warnings(const std::vector<std::string>& warnings) {
  for (const std::string& warning : warnings) {
    say("{}\n", wrapped("warning: " + warning, terminal_columns()));
  }
}

void print_plan(const SweepPlan& plan, std::size_t jobs) {
  say("points                 {:>10}{}\n", plan.points,
      plan.found > 0 ? fmt::format(", {} in the store already", plan.found) : "");
  say("accuracy evaluations   {:>10}{}\n", plan.allocations,
      plan.allocations_known > 0 ? fmt::format(", {} known", plan.allocations_known) : "");
  say("timing evaluations     {:>10} at most\n", plan.timings);
  say("expected time          {:>10} with {} processes, from a few trials\n",
      duration(plan.seconds), jobs);
  print_warnings(plan.warnings);
}

/// Of the largest process, this one or a worker, MiB.
double peak_memory_mib() {
  rusage own{}, workers{};
  getrusage(RUSAGE_SELF, &own);
  getrusage(RUSAGE_CHILDREN, &workers);
  return static_cast<double>(std::max(own.ru_maxrss, workers.ru_maxrss)) / 1024;
}

void print_outcome(const SweepOutcome& o, const std::string& store) {
  const std::uint64_t evaluated = o.done + o.failed;
  std::string text = fmt::format("{} points in {}", evaluated, duration(o.seconds));
  if (evaluated > 0) {
    text += fmt::format(", {:.0f} a second; accuracies reused {} of {}{}, timings {} of {}{}",
                        static_cast<double>(evaluated) / o.seconds, o.allocations_reused,
                        o.allocations, share(o.allocations_reused, o.allocations),
                        o.timings_reused + evaluated - o.timings, evaluated,
                        share(o.timings_reused + evaluated - o.timings, evaluated));
  }
  text += fmt::format("; largest process {:.0f} MiB", peak_memory_mib());
  say("\n{}\n", wrapped(text, terminal_columns()));
  print_warnings(o.warnings);
  say("stored in {}\n", store);
}

Shard shard_of(const std::string& text) {
  try {
    return parse_shard(text);
  } catch (const std::exception& e) {
    throw UsageError(e.what());
  }
}

void run_command(const RunOptions& options) {
  std::optional<StopOnInterruption> stop;
  if (!options.dry_run) {
    stop.emplace(
        "\n"
        "stopping after the evaluations under way, which are kept; the same command goes on from\n"
        "there. ^C again ends at once, with what is stored by then\n");
  }
  const SweepSpec spec = load_sweep(options.spec);
  SweepOptions how;
  how.jobs = options.jobs;
  if (!options.shard.empty()) how.shard = shard_of(options.shard);
  how.store = options.store.value_or(default_store(options.spec, how.shard));
  how.cache_folder = options.cache.folder();
  how.cost_tables = shipped_data().cost_tables();
  how.version = DCNSIM_VERSION;
  how.retry_failed = options.retry_failed;
  how.progress =
      on_terminal({"calibrating", "measuring sensitivities, batches", "simulating",
                   spec.has_accuracy ? "accuracies of allocations" : "quantizing", "points"});
  FileClaims claims;
  claim_inputs(claims, spec, how.cost_tables.path);
  if (!options.dry_run) claims.updates("--store", how.store);
  claim(claims);
  if (options.dry_run) {
    print_plan(plan_sweep(spec, how), how.jobs);
    return;
  }
  how.stop = stop_was_asked_for;
  const SweepOutcome outcome = run_sweep(spec, how);
  if (outcome.interrupted) {
    throw Interrupted(fmt::format(
        "interrupted: {} of {} points are stored in {}; the same command goes on from there",
        outcome.found + outcome.done + outcome.failed, outcome.points, how.store));
  }
  if (!how.shard) {
    SweepStore store(how.store);
    say_text(to_text(SweepResults(store), options.layout.layout()));
  }
  print_outcome(outcome, how.store);
}

void add_run_options(CLI::App& sweep, RunOptions& options) {
  sweep.add_option("spec", options.spec, "Sweep file (analysis/sweep/sweep.md)")->type_name("SPEC");
  sweep.add_flag("--dry-run", options.dry_run,
                 "Say how many points and evaluations there are and how long they take");
  sweep
      .add_option("--store", options.store,
                  "SQLite file of the results; if it is there, the sweep goes on from it "
                  "[SPEC with .sqlite]")
      ->type_name("FILE");
  whole(
      sweep.add_option("-j,--jobs", options.jobs, "Worker processes; results do not depend on it"),
      1, 1024)
      ->capture_default_str();
  sweep
      .add_option("--shard", options.shard,
                  "Only share K of N, of nearly equal cost, with a store of its own")
      ->type_name("K/N");
  sweep.add_flag("--retry-failed", options.retry_failed, "Evaluate points that failed again");
  options.cache.add_to(sweep, "evaluations");
  options.layout.add_to(sweep);
}

}  // namespace

SweepSpec load_sweep(const std::string& path) {
  const FileKind kind = kind_of(path);
  const std::string command = suggestion(path, {"show", "export", "merge", "slurm"});
  if (kind == FileKind::kNothing && !command.empty()) {
    throw UsageError(path + ": no such sweep file" + command);
  }
  if (kind != FileKind::kSweep && kind != FileKind::kUnknown && kind != FileKind::kNothing) {
    throw UsageError(path + ": " + "that is " + words_for(kind) + ", expected a sweep file");
  }
  return parse_sweep(read_text_file(path, kMaxYamlBytes), path, sweep_files());
}

void add_sweep(CLI::App& app, Action& action) {
  auto run = std::make_shared<RunOptions>();
  CLI::App* sweep = add_command(
      app, "sweep", "Explore a space of machines and bit-widths",
      "Evaluates every point of a space of accelerators, memories and bit-width allocations that "
      "a\n"
      "YAML file describes: accuracy, latency, traffic, energy and area. Every distinct evaluation "
      "is\n"
      "made once; a sweep that was interrupted or killed goes on where it was.",
      {{"dcnsim sweep study.yaml --dry-run", "how many points, and how long they take"},
       {"dcnsim sweep study.yaml", "the results are in study.sqlite"},
       {"dcnsim sweep show study.sqlite", "the Pareto front, and what moves it"},
       {"dcnsim report study.sqlite -o study.html", "a page to look at"}});
  add_run_options(*sweep, *run);
  sweep->callback([run, sweep, &action] {
    if (!sweep->get_subcommands().empty()) return;
    if (run->spec.empty()) throw CLI::RequiredError("SPEC or a subcommand of sweep");
    action = [run] { run_command(*run); };
  });

  add_sweep_results(*sweep, action);
  add_sweep_watch(*sweep, action);
  add_sweep_slurm(*sweep, action);
}

}  // namespace dcnsim::cli
