// SPDX-License-Identifier: Apache-2.0
// dcnsim sweep watch: a sweep's results while it runs, on the terminal and as a page that a browser
// loads anew. It reads beside the writer and needs nothing of it.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>

#include "analysis/cli/command.h"
#include "analysis/cli/command_description.h"
#include "analysis/cli/console.h"
#include "analysis/cli/layout_options.h"
#include "analysis/cli/value_checks.h"
#include "analysis/report/page/page.h"
#include "analysis/sweep/export.h"
#include "analysis/sweep/results.h"
#include "analysis/sweep/sweep_text.h"
#include "models/base/file/atomic_file.h"

namespace dcnsim::cli {
namespace {

struct WatchOptions {
  std::string store;
  std::optional<std::string> output;
  int every_seconds = 2;
  LayoutOptions layout;
};

/// Looking takes at most this share of the time.
constexpr int kPauseToLook = 10;
/// A writer may be too busy for a reader now and then.
constexpr int kFailuresInARow = 5;

/// What one look at the store has found.
struct View {
  std::string heading, text;
  bool is_complete = false;
};

View look(const WatchOptions& options) {
  SweepStore store(options.store);
  const SweepResults results(store);
  View view{sweep_heading(results), to_text(results, options.layout.layout()),
            results.count(PointState::kMissing) == 0};
  if (options.output) {
    std::string page = report_page({{options.store, export_json(store, results)}});
    if (!view.is_complete) page = reloading(std::move(page), options.every_seconds);
    write_file_atomically(*options.output, page);
  }
  return view;
}

/// On a terminal the screen begins anew each time; anywhere else there is a line for each change,
/// and the whole at the end.
void show(const View& view, std::string& said) {
  if (begin_screen()) {
    say_text(view.text);
  } else {
    if (view.heading != said) say_text(view.heading);
    if (view.is_complete) say_text('\n' + view.text);
  }
  said = view.heading;
  require_all_said();
}

void watch_command(const WatchOptions& options) {
  FileClaims claims;
  claims.reads("store", options.store);
  claims.writes("--output", options.output);
  claim(claims);
  std::string said;
  for (int failures = 0;;) {
    const auto begin = std::chrono::steady_clock::now();
    try {
      const View view = look(options);
      show(view, said);
      if (view.is_complete) return;
      failures = 0;
    } catch (const std::runtime_error&) {
      if (said.empty() || ++failures == kFailuresInARow) throw;
    }
    const auto took = std::chrono::steady_clock::now() - begin;
    std::this_thread::sleep_for(std::max<std::chrono::nanoseconds>(
        std::chrono::seconds(options.every_seconds), kPauseToLook * took));
  }
}

}  // namespace

void add_sweep_watch(CLI::App& sweep, Action& action) {
  auto options = std::make_shared<WatchOptions>();
  CLI::App* watch = add_command(
      sweep, "watch", "The results of a running sweep, again and again",
      "Shows what `dcnsim sweep show` does, every few seconds until all points are there, or ^C.\n"
      "With --output it writes the page of `dcnsim report` each time; a browser that shows it "
      "loads\n"
      "it anew by itself as long as points are missing.",
      {{"dcnsim sweep watch study.sqlite", "beside dcnsim sweep study.yaml"},
       {"dcnsim sweep watch study.sqlite -o study.html --every 10", "a page that renews itself"}});
  file_of(watch->add_option("store", options->store, "Store of a sweep"), {FileKind::kStore},
          "STORE")
      ->required();
  watch->add_option("-o,--output", options->output, "Page to write")->type_name(kOutputType);
  whole(watch->add_option("--every", options->every_seconds, "Seconds between two looks"), 1, 3600)
      ->capture_default_str();
  options->layout.add_to(*watch);
  watch->callback([options, &action] { action = [options] { watch_command(*options); }; });
}

}  // namespace dcnsim::cli
