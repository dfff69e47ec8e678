// SPDX-License-Identifier: Apache-2.0
// dcnsim sweep show, export and merge: what one does with a sweep's results.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <stdexcept>

#include "analysis/cli/command.h"
#include "analysis/cli/command_description.h"
#include "analysis/cli/console.h"
#include "analysis/cli/layout_options.h"
#include "analysis/cli/value_checks.h"
#include "analysis/sweep/export.h"
#include "analysis/sweep/merge.h"
#include "analysis/sweep/results.h"
#include "analysis/sweep/sweep_text.h"
#include "models/base/file/atomic_file.h"
#include "models/base/text/suggest.h"

namespace dcnsim::cli {
namespace {

struct ResultOptions {
  std::string store;
  std::optional<std::string> csv, json;
  std::vector<std::string> shards, objectives, constraints;
  std::optional<std::uint64_t> point;
  LayoutOptions layout;
};

std::vector<std::string> metric_names() {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < kMetrics; ++i) {
    names.emplace_back(info(static_cast<Metric>(i)).name);
  }
  return names;
}

/// What is asked for instead of the sweep file's objectives and constraints.
std::optional<Judgement> judgement(SweepStore& store, const ResultOptions& options) {
  if (options.objectives.empty() && options.constraints.empty()) return {};
  const SweepSpec spec = stored_spec(store);
  Judgement result{spec.objectives, spec.constraints};
  const auto metric = [&](const char* option, const std::string& name) {
    const auto found = metric_named(name);
    if (!found) {
      throw UsageError(
          fmt::format("{} {}: no such metric{}", option, name, suggestion(name, metric_names())));
    }
    const std::string reason = spec.why_unknown(*found);
    if (!reason.empty()) throw UsageError(fmt::format("{}: {}", option, reason));
    return *found;
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
  const TextLayout layout = options.layout.layout();
  say_text(options.point ? point_text(results, *options.point, layout) : to_text(results, layout));
}

void export_command(const ResultOptions& options) {
  if (!options.csv && !options.json) {
    throw UsageError("sweep export: expected --csv FILE or --json FILE");
  }
  FileClaims claims;
  for (const char* file : {"", "-wal", "-shm", "-journal"}) {
    claims.reads("store", options.store + file);
  }
  claims.writes("--csv", options.csv);
  claims.writes("--json", options.json);
  claim(claims);
  SweepStore store(options.store);
  const SweepResults results(store, judgement(store, options));
  const auto write = [&](const std::optional<std::string>& path, const auto& produce) {
    if (!path) return;
    AtomicFile file(*path);
    produce([&](std::string_view text) { file.write(text); });
    file.commit();
    say("{} points written to {}\n", results.points().size(), output_name(*path));
  };
  write(options.csv, [&](const Sink& sink) { export_csv(results, sink); });
  write(options.json, [&](const Sink& sink) { export_json(store, results, sink); });
}

void merge_command(const ResultOptions& options) {
  FileClaims claims;
  for (const std::string& shard : options.shards) claims.reads("shard", shard);
  claims.updates("merged store", options.store);
  claim(claims);
  const MergeOutcome outcome = merge_stores(options.store, options.shards);
  say("{} points merged into {}\n", outcome.points - outcome.missing, options.store);
  for (const std::string& problem : outcome.unreadable) say("left out: {}\n", problem);
  if (outcome.missing > 0) {
    throw std::runtime_error(
        fmt::format("{}: {} of {} points missing: merge again when the other shards are there, or "
                    "go on with dcnsim sweep SPEC --store {}",
                    options.store, outcome.missing, outcome.points, options.store));
  }
}

CLI::App* add_results(CLI::App& sweep, const char* name, const char* about,
                      const std::vector<Example>& examples, ResultOptions& options) {
  CLI::App* command = add_command(sweep, name, about, "", examples);
  file_of(command->add_option("store", options.store, "Store of a sweep"), {FileKind::kStore},
          "STORE")
      ->required();
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

void add_sweep_results(CLI::App& sweep, Action& action) {
  auto show = std::make_shared<ResultOptions>();
  CLI::App* show_app =
      add_results(sweep, "show", "Pareto front, best point, what moves the objective",
                  {{"dcnsim sweep show study.sqlite", ""},
                   {"dcnsim sweep show study.sqlite --objective energy_uj,area_mm2 --constraint "
                    "'latency_ms<=5'",
                    ""},
                   {"dcnsim sweep show study.sqlite --point 7", "one point, and what is better"}},
                  *show);
  show_app->callback([show, &action] { action = [show] { show_command(*show); }; });
  whole(show_app->add_option("--point", show->point, "One point instead, and what dominates it"), 0,
        kNoLimit, "ID");
  show->layout.add_to(*show_app);

  auto exported = std::make_shared<ResultOptions>();
  CLI::App* export_app =
      add_results(sweep, "export", "Results as CSV or JSON",
                  {{"dcnsim sweep export study.sqlite --csv study.csv", ""}}, *exported);
  export_app->callback([exported, &action] { action = [exported] { export_command(*exported); }; });
  export_app->add_option("--csv", exported->csv, "Write one line a point")->type_name(kOutputType);
  export_app->add_option("--json", exported->json, "Write everything (schema dcnsim.sweep/1)")
      ->type_name(kOutputType);

  auto merge = std::make_shared<ResultOptions>();
  CLI::App* merge_app = add_command(
      sweep, "merge", "One store out of those of shards", "",
      {{"dcnsim sweep merge study.sqlite study.shard-1-of-2.sqlite study.shard-2-of-2.sqlite",
        ""}});
  merge_app->callback([merge, &action] { action = [merge] { merge_command(*merge); }; });
  merge_app->add_option("store", merge->store, "Store to merge into, made if need be")
      ->required()
      ->type_name("OUT");
  merge_app->add_option("shards", merge->shards, "Stores of the shards")
      ->required()
      ->type_name("SHARD");
}

}  // namespace dcnsim::cli
