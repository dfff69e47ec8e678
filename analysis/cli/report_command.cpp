// SPDX-License-Identifier: Apache-2.0
// dcnsim report: a result or several runs as one HTML file, and as pictures for slides.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string_view>

#include "analysis/cli/command.h"
#include "analysis/cli/command_description.h"
#include "analysis/cli/console.h"
#include "analysis/cli/value_checks.h"
#include "analysis/report/page/page.h"
#include "analysis/report/page/slides.h"
#include "analysis/sweep/export.h"
#include "models/base/file/atomic_file.h"
#include "models/base/file/text_file.h"
#include "models/base/json/document.h"

namespace dcnsim::cli {
namespace {

struct ReportOptions {
  std::vector<std::string> inputs;
  std::string output;
  std::optional<std::string> pictures;  ///< folder
};

/// What comes through a pipe is none, and can be read only once.
bool is_store(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return false;
  constexpr std::string_view kSqlite = "SQLite format 3";
  std::ifstream in(path, std::ios::binary);
  std::string start(kSqlite.size(), '\0');
  return in.read(start.data(), static_cast<std::streamsize>(start.size())) && start == kSqlite;
}

/// A result as JSON: the file's text, or what a sweep's store holds.
std::string result_text(const std::string& path) {
  if (!is_store(path)) return read_text_file(path, kMaxJsonBytes);
  SweepStore store(path);
  return export_json(store, SweepResults(store));
}

/// How many.
std::size_t draw_slides(const std::string& page, const std::string& folder) {
  const std::vector<Slide> slides = page_slides(page);
  std::filesystem::create_directories(folder);
  for (const Slide& slide : slides) {
    write_file_atomically((std::filesystem::path(folder) / (slide.name + ".svg")).string(),
                          slide.svg);
  }
  return slides.size();
}

/// A page has a name of a page: what is asked for otherwise would not be what it is called.
void require_page(const std::string& output) {
  const std::string extension = std::filesystem::path(output).extension().string();
  if (extension.empty() || extension == ".html" || extension == ".htm") return;
  std::error_code error;
  if (std::filesystem::exists(output, error) && !std::filesystem::is_regular_file(output, error)) {
    return;  // a pipe under whatever name
  }
  throw UsageError(
      fmt::format("--output: {}, expected a name that ends in .html: it is a page; "
                  "--svg FOLDER draws pictures, a browser prints to PDF",
                  output));
}

void write_report(const ReportOptions& options) {
  FileClaims claims;
  for (const std::string& input : options.inputs) claims.reads("result", input);
  claims.writes("--output", options.output);
  if (options.pictures) claims.writes_into("--svg", *options.pictures, {".svg"});
  claim(claims);
  require_page(options.output);
  std::vector<PageInput> inputs;
  for (const std::string& input : options.inputs) {
    inputs.push_back({input, result_text(input)});
  }
  const std::string page = report_page(inputs);
  write_file_atomically(options.output, page);
  say("{} written, {:.1f} MB\n", output_name(options.output),
      1e-6 * static_cast<double>(page.size()));
  if (!options.pictures) return;
  const std::size_t count = draw_slides(page, *options.pictures);
  say("{} pictures drawn into {}\n", count, output_name(*options.pictures));
}

}  // namespace

void add_report(CLI::App& app, Action& action) {
  auto options = std::make_shared<ReportOptions>();
  CLI::App* report = add_command(
      app, "report", "Results as a page to look at",
      "Makes one HTML file of a sweep's store, of a result that `--json` of run, allocate,\n"
      "quantize or sweep export has written, or of up to six runs side by side. The page needs\n"
      "no network and nothing beside it.",
      {{"dcnsim report result.json -o result.html", ""},
       {"dcnsim report before.json after.json -o difference.html", "two runs side by side"},
       {"dcnsim report study.sqlite -o study.html --svg slides", "a sweep, and pictures of it"}});
  file_of(report->add_option("results", options->inputs,
                             "One result, or runs to compare with the first"),
          {FileKind::kRunResult, FileKind::kOtherResult, FileKind::kStore}, "FILE")
      ->required()
      ->expected(1, static_cast<int>(kMostResults));
  report->add_option("-o,--output", options->output, "Page to write")
      ->required()
      ->type_name("FILE.html|-");
  report
      ->add_option("--svg", options->pictures,
                   "Draw the charts as pictures into this folder as well, for\n"
                   "slides, by node")
      ->type_name("FOLDER");
  report->callback([options, &action] { action = [options] { write_report(*options); }; });
}

}  // namespace dcnsim::cli
