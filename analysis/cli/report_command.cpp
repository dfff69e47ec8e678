// SPDX-License-Identifier: Apache-2.0
// dcnsim report: a run, a sweep or two runs as one HTML file, and as pictures for slides.
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string_view>

#include "analysis/cli/command.h"
#include "analysis/report/page/page.h"
#include "analysis/report/page/slides.h"
#include "analysis/sweep/export.h"
#include "models/base/file/atomic_file.h"
#include "models/base/file/text_file.h"

namespace dcnsim::cli {
namespace {

constexpr std::size_t kMaxResultBytes = std::size_t{1} << 30;

struct ReportOptions {
  std::vector<std::string> inputs;
  std::string output;
  std::string pictures;  ///< folder, "" for none
};

/// A result as JSON: the file's text, or what a sweep's store holds.
std::string result_text(const std::string& path) {
  constexpr std::string_view kSqlite = "SQLite format 3";
  std::ifstream in(path, std::ios::binary);
  std::string start(kSqlite.size(), '\0');
  if (!in.read(start.data(), static_cast<std::streamsize>(start.size())) || start != kSqlite) {
    return read_text_file(path, kMaxResultBytes);
  }
  SweepStore store(path);
  const SweepResults results(store);
  std::string text;
  export_json(store, results, [&](std::string_view piece) { text += piece; });
  return text;
}

/// How many.
std::size_t draw_slides(const std::vector<PageInput>& inputs, const std::string& folder) {
  std::filesystem::create_directories(folder);
  const std::vector<Slide> slides = report_slides(inputs);
  for (const Slide& slide : slides) {
    draw(slide.plot, (std::filesystem::path(folder) / (slide.name + ".svg")).string());
  }
  return slides.size();
}

void write_report(const ReportOptions& options) {
  require_writable(options.output);
  std::vector<PageInput> inputs;
  for (const std::string& input : options.inputs) {
    inputs.push_back({input, result_text(input)});
  }
  const std::string page = report_page(inputs);
  write_file_atomically(options.output, page);
  fmt::print("{} written, {:.1f} MB\n", options.output, 1e-6 * static_cast<double>(page.size()));
  if (options.pictures.empty()) return;
  const std::size_t count = draw_slides(inputs, options.pictures);
  fmt::print("{} pictures drawn into {}\n", count, options.pictures);
}

}  // namespace

void add_report(CLI::App& app, Action& action) {
  auto options = std::make_shared<ReportOptions>();
  CLI::App* report = app.add_subcommand("report", "Results as a page to look at");
  report->description(
      "Makes one HTML file of a sweep's store, of a result that `dcnsim run --json` or\n"
      "`dcnsim sweep export --json` has written, or of two runs side by side. The page needs no\n"
      "network and nothing beside it.");
  report->add_option("results", options->inputs, "One result, or two runs to compare")
      ->required()
      ->expected(1, 2)
      ->type_name("FILE");
  report->add_option("-o,--output", options->output, "Page to write")
      ->required()
      ->type_name("FILE.html");
  report
      ->add_option("--svg", options->pictures,
                   "Draw pictures for slides into this folder as well, by gnuplot")
      ->type_name("FOLDER");
  report->callback([options, &action] { action = [options] { write_report(*options); }; });
}

}  // namespace dcnsim::cli
