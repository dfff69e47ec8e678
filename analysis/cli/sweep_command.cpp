// SPDX-License-Identifier: Apache-2.0
// dcnsim sweep: design-space exploration, and what one does with its results.
#include <fmt/format.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <memory>

#include "analysis/cli/command.h"
#include "analysis/sweep/engine.h"
#include "analysis/sweep/export.h"
#include "analysis/sweep/merge.h"
#include "analysis/sweep/plan.h"
#include "analysis/sweep/results.h"
#include "analysis/sweep/shard.h"
#include "analysis/sweep/sweep_text.h"
#include "models/arch/text_file.h"
#include "models/arch/yaml_document.h"
#include "workloads/atomic_file.h"

namespace dcnsim::cli {
namespace {

struct RunOptions {
  std::string spec, store, shard;
  std::size_t jobs = default_jobs();
  CacheOptions cache;
  bool dry_run = false, retry_failed = false;
};

struct ResultOptions {
  std::string store, csv, json;
  std::vector<std::string> shards, objectives, constraints;
  std::optional<std::uint64_t> point;
};

volatile std::sig_atomic_t interrupted = 0;

/// The first interrupt stops the sweep cleanly, the second at once.
void on_signal(int number) {
  interrupted = 1;
  std::signal(number, SIG_DFL);
}

SweepFiles sweep_files() {
  SweepFiles files;
  files.accelerator = accelerator_file;
  files.network = [](const std::string& name) {
    const std::string path = data_file("workloads/networks/" + name + "_float.onnx");
    std::error_code error;
    if (!std::filesystem::exists(path, error)) {
      throw std::runtime_error(name +
                               ": no such network (cifar10_plain7, cifar10_res8), expected one or "
                               "a path like ./" +
                               name);
    }
    return path;
  };
  files.calibration = data_file("workloads/cifar10/calibration_500.bin");
  files.images = data_file("workloads/cifar10/test_1000.bin");
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

void print_plan(const SweepPlan& plan, std::size_t jobs) {
  fmt::print("points                 {:>10}{}\n", plan.points,
             plan.found > 0 ? fmt::format(", {} in the store already", plan.found) : "");
  fmt::print("accuracy evaluations   {:>10}{}\n", plan.allocations,
             plan.allocations_known > 0 ? fmt::format(", {} known", plan.allocations_known) : "");
  fmt::print("timing evaluations     {:>10} at most\n", plan.timings);
  fmt::print("expected time          {:>10} with {} processes, from a few trials\n",
             duration(plan.seconds), jobs);
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
  fmt::print("\n{} points in {}", evaluated, duration(o.seconds));
  if (evaluated > 0) {
    fmt::print(", {:.0f} a second; accuracies reused {} of {}{}, timings {} of {}{}",
               static_cast<double>(evaluated) / o.seconds, o.allocations_reused, o.allocations,
               share(o.allocations_reused, o.allocations), o.timings_reused + evaluated - o.timings,
               evaluated, share(o.timings_reused + evaluated - o.timings, evaluated));
  }
  fmt::print("; largest process {:.0f} MiB\nstored in {}\n", peak_memory_mib(), store);
}

void run_command(const RunOptions& options) {
  const SweepSpec spec = load_sweep(options.spec);
  SweepOptions how;
  how.jobs = options.jobs;
  if (!options.shard.empty()) how.shard = parse_shard(options.shard);
  how.store = options.store.empty() ? default_store(options.spec, how.shard) : options.store;
  how.cache_folder = options.cache.folder();
  how.tables_dir = data_file("models/cost/tables");
  how.version = DCNSIM_VERSION;
  how.retry_failed = options.retry_failed;
  how.progress = on_terminal();
  if (options.dry_run) {
    print_plan(plan_sweep(spec, how), how.jobs);
    return;
  }
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  how.stop = [] { return interrupted != 0; };
  const SweepOutcome outcome = run_sweep(spec, how);
  if (outcome.interrupted) {
    throw Interrupted(fmt::format(
        "interrupted: {} of {} points are stored in {}; the same command goes on from there",
        outcome.found + outcome.done + outcome.failed, outcome.points, how.store));
  }
  if (!how.shard) {
    SweepStore store(how.store);
    fmt::print("{}", to_text(SweepResults(store)));
  }
  print_outcome(outcome, how.store);
}

/// What is asked for instead of the sweep file's objectives and constraints.
std::optional<Judgement> judgement(SweepStore& store, const ResultOptions& options) {
  if (options.objectives.empty() && options.constraints.empty()) return {};
  Judgement result = SweepResults(store).judgement();
  const auto metric = [](const char* option, const std::string& name) {
    if (const auto found = metric_named(name)) return *found;
    throw UsageError(fmt::format("{} {}: no such metric", option, name));
  };
  if (!options.objectives.empty()) result.objectives.clear();
  for (const std::string& name : options.objectives) {
    result.objectives.push_back(metric("--objective", name));
  }
  if (result.objectives.size() > 3) throw UsageError("--objective: more than three");
  if (!options.constraints.empty()) result.constraints.clear();
  for (const std::string& text : options.constraints) {
    const std::size_t at = std::min(text.find("<="), text.find(">="));
    Constraint constraint;
    std::size_t used = 0;
    try {
      const std::string number = at == std::string::npos ? "" : text.substr(at + 2);
      const double bound = std::stod(number, &used);
      if (used != number.size()) throw std::invalid_argument(number);
      constraint.metric = metric("--constraint", text.substr(0, at));
      (text[at] == '<' ? constraint.at_most : constraint.at_least) = bound;
    } catch (const std::logic_error&) {
      throw UsageError(
          fmt::format("--constraint {}: expected METRIC<=NUMBER or METRIC>=NUMBER", text));
    }
    result.constraints.push_back(constraint);
  }
  return result;
}

void show_command(const ResultOptions& options) {
  SweepStore store(options.store);
  const SweepResults results(store, judgement(store, options));
  fmt::print("{}", options.point ? point_text(results, *options.point) : to_text(results));
}

void export_command(const ResultOptions& options) {
  if (options.csv.empty() && options.json.empty()) {
    throw UsageError("sweep export: expected --csv FILE or --json FILE");
  }
  SweepStore store(options.store);
  const SweepResults results(store, judgement(store, options));
  const auto write = [&](const std::string& path, const auto& produce) {
    if (path.empty()) return;
    AtomicFile file(path);
    produce([&](std::string_view text) { file.write(text); });
    file.commit();
    fmt::print("{} points written to {}\n", results.points().size(), path);
  };
  write(options.csv, [&](const Sink& sink) { export_csv(results, sink); });
  write(options.json, [&](const Sink& sink) { export_json(store, results, sink); });
}

void merge_command(const ResultOptions& options) {
  const MergeOutcome outcome = merge_stores(options.store, options.shards);
  fmt::print("{} points merged into {}\n", outcome.points - outcome.missing, options.store);
  for (const std::string& problem : outcome.unreadable) fmt::print("left out: {}\n", problem);
  if (outcome.missing > 0) {
    throw std::runtime_error(
        fmt::format("{}: {} of {} points missing: merge again when the other shards are there, or "
                    "go on with dcnsim sweep SPEC --store {}",
                    options.store, outcome.missing, outcome.points, options.store));
  }
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
  sweep.add_option("-j,--jobs", options.jobs, "Worker processes; results do not depend on it")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  sweep
      .add_option("--shard", options.shard,
                  "Only share K of N, of nearly equal cost, with a store of its own")
      ->type_name("K/N");
  sweep.add_flag("--retry-failed", options.retry_failed, "Evaluate points that failed again");
  options.cache.add_to(sweep, "evaluations");
}

CLI::App* add_results(CLI::App& sweep, const char* name, const char* about,
                      ResultOptions& options) {
  CLI::App* command = sweep.add_subcommand(name, about);
  command->add_option("store", options.store, "Store of a sweep")->required()->type_name("STORE");
  command
      ->add_option("--objective", options.objectives,
                   "Metrics of the front, up to three, instead of the sweep file's")
      ->delimiter(',')
      ->type_name("METRIC,...");
  command
      ->add_option("--constraint", options.constraints,
                   "What points must meet instead, such as area_mm2<=2; may be repeated")
      ->type_name("BOUND");
  return command;
}

}  // namespace

SweepSpec load_sweep(const std::string& path) {
  return parse_sweep(read_text_file(path, kMaxYamlBytes), path, sweep_files());
}

void add_sweep(CLI::App& app, Action& action) {
  auto run = std::make_shared<RunOptions>();
  CLI::App* sweep = app.add_subcommand("sweep", "Explore a space of machines and bit-widths");
  sweep->description(
      "Evaluates every point of a space of accelerators, memories and bit-width allocations that "
      "a\n"
      "YAML file describes: accuracy, latency, traffic, energy and area. Every distinct evaluation "
      "is\n"
      "made once; a sweep that was interrupted or killed goes on where it was.");
  add_run_options(*sweep, *run);
  sweep->callback([run, sweep, &action] {
    if (!sweep->get_subcommands().empty()) return;
    if (run->spec.empty()) throw CLI::RequiredError("SPEC or a subcommand of sweep");
    action = [run] { run_command(*run); };
  });

  auto show = std::make_shared<ResultOptions>();
  add_results(*sweep, "show", "Pareto front, best point, what moves the objective", *show)
      ->callback([show, &action] { action = [show] { show_command(*show); }; })
      ->add_option("--point", show->point, "One point instead, and what dominates it")
      ->type_name("ID");

  auto exported = std::make_shared<ResultOptions>();
  CLI::App* export_app = add_results(*sweep, "export", "Results as CSV or JSON", *exported);
  export_app->callback([exported, &action] { action = [exported] { export_command(*exported); }; });
  export_app->add_option("--csv", exported->csv, "Write one line a point")->type_name("FILE");
  export_app->add_option("--json", exported->json, "Write everything (schema dcnsim.sweep/1)")
      ->type_name("FILE");

  auto merge = std::make_shared<ResultOptions>();
  CLI::App* merge_app = sweep->add_subcommand("merge", "One store out of those of shards");
  merge_app->callback([merge, &action] { action = [merge] { merge_command(*merge); }; });
  merge_app->add_option("store", merge->store, "Store to merge into, made if need be")
      ->required()
      ->type_name("OUT");
  merge_app->add_option("shards", merge->shards, "Stores of the shards")
      ->required()
      ->type_name("SHARD");

  add_sweep_slurm(*sweep, action);
}

}  // namespace dcnsim::cli
