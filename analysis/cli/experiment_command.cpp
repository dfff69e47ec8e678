// SPDX-License-Identifier: Apache-2.0
// dcnsim experiment: measures a claim of the paper or reproduces published results, and writes a
// results page.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>

#include "analysis/cli/command.h"
#include "analysis/cli/command_description.h"
#include "analysis/cli/console.h"
#include "analysis/cli/layout_options.h"
#include "analysis/cli/shipped_files.h"
#include "analysis/cli/value_checks.h"
#include "analysis/evaluation/machine.h"
#include "analysis/evaluation/network_file.h"
#include "analysis/experiments/experiment.h"
#include "models/base/file/output_place.h"
#include "workloads/images/cifar10_file.h"
#include "workloads/onnx/onnx_network.h"

namespace dcnsim::cli {
namespace {

struct ExperimentOptions {
  std::string claim;
  std::vector<std::string> networks;
  std::vector<std::string> accelerators;  ///< the claim's if empty
  CacheOptions cache;
  LayoutOptions layout;
  std::string calibration, images;
  std::string results;
  std::uint64_t limit = 0;
  std::string folder = ".";
  std::size_t jobs = default_jobs();
};

struct Claim {
  void (*measure)(const Experiment&);
  const char* words;
  bool needs_networks = false;
  std::vector<std::string> accelerators =
      {};                           ///< unless the user names others; none: it needs none
  const char* published = nullptr;  ///< table to compare with, among dcnsim's data, or their folder
  bool has_own_machines = false;    ///< other accelerators cannot be named
  bool needs_results = false;       ///< of dcnsim finetune
  bool needs_test_images = false;   ///< with networks they are needed anyhow

  bool takes_images() const { return needs_networks || needs_test_images; }
};

const std::vector<std::string> kEdgePresets = {"small_edge", "large_edge"};

const std::map<std::string, Claim> kClaims = {
    {"quantizer-tables",
     {quantizer_tables, "optimal uniform quantizers of four densities, 1 to 16 bits"}},
    {"sqnr-additivity",
     {sqnr_additivity, "noise adds up: predicted against measured SQNR", true, kEdgePresets}},
    {"equal-against-optimised",
     {equal_against_optimised, "size and simulated energy at equal accuracy", true, kEdgePresets}},
    {"error-by-width",
     {error_by_width, "error over weight and activation widths, without fine-tuning", true,
      kEdgePresets}},
    {"fine-tuned-error",
     {fine_tuned_error,
      "the same with fine-tuning, from results of dcnsim finetune",
      false,
      {},
      "analysis/experiments/lin2016_fine_tuned.csv",
      false,
      true}},
    {"fine-tuned-curve",
     {fine_tuned_curve,
      "equal against allocated widths with fine-tuning, likewise",
      false,
      {},
      nullptr,
      false,
      true,
      true}},
    {"bit-fusion",
     {bit_fusion, "cycles and DRAM traffic as Bit Fusion's authors publish them", false,
      std::vector<std::string>{"bit_fusion"}, "analysis/experiments/bitfusion_cifar10.csv"}},
    {"validation",
     {validation, "everything published that can be compared with, in minutes", false,
      std::vector<std::string>{"gemmini_16", "atoms_8", "bit_fusion", "small_edge",
                               "small_edge_serial", "small_edge_fully_serial"},
      "analysis/experiments/published", true}}};

std::string file_name(const std::string& path) {
  return std::filesystem::path(path).lexically_normal().filename().string();
}

std::string count_words(std::size_t images, const std::string& what, const std::string& path) {
  return fmt::format("{} {} images (`{}`)", images, what, file_name(path));
}

/// The command that repeats the experiment, without folders: another machine has others.
std::string command_words(const ExperimentOptions& options) {
  std::string words = "dcnsim experiment " + options.claim;
  for (const std::string& network : options.networks) words += " --network " + file_name(network);
  for (const std::string& name : options.accelerators) {
    words += " --accelerator " + file_name(name);
  }
  if (!options.calibration.empty()) words += " --calibration " + file_name(options.calibration);
  if (!options.images.empty()) words += " --images " + file_name(options.images);
  if (!options.results.empty()) words += " --results " + file_name(options.results);
  if (options.limit != 0) words += fmt::format(" --limit {}", options.limit);
  return words;
}

/// With everything that the user left to the claim.
ExperimentOptions completed(ExperimentOptions options, const Claim& claim) {
  if (claim.needs_networks && options.networks.empty()) {
    options.networks = {"cifar10_plain7", "cifar10_res8"};
  }
  if (options.accelerators.empty()) options.accelerators = claim.accelerators;
  if (claim.accelerators.empty()) options.accelerators.clear();
  return options;
}

FileClaims claims_of(const ExperimentOptions& options, const Claim& claim) {
  const ShippedData& data = shipped_data();
  FileClaims claims;
  for (const std::string& name : options.networks)
    claim_network(claims, "network", network_file(name).path);
  for (const std::string& name : options.accelerators) {
    claim_machine(claims, accelerator_file(name).path, data.cost_tables().path);
  }
  if (claim.needs_networks) {
    claims.reads_folder("calibration", data.calibration(options.calibration).path, ".bin");
  }
  if (claim.takes_images()) {
    claims.reads_folder("images", data.images(options.images).path, ".bin");
  }
  if (claim.published != nullptr)
    claims.reads_folder("published results", data.file(claim.published).path, ".csv");
  claims.writes_into("--output", options.folder, {".md", ".csv", ".json", ".svg"});
  return claims;
}

void add_networks(Experiment& experiment, const ExperimentOptions& options) {
  for (const std::string& name : options.networks) {
    const InputPath file = network_file(name);
    experiment.networks.push_back({file_name(file.path), describe_network("network", file).sha256,
                                   load_float_network(file.path)});
  }
  const std::string calibration = shipped_data().calibration(options.calibration).path;
  experiment.calibration = load_cifar10(calibration);
  experiment.calibration_words =
      count_words(experiment.calibration.size(), "training", calibration);
}

void add_test_images(Experiment& experiment, const ExperimentOptions& options) {
  const InputPath images = shipped_data().images(options.images);
  experiment.test = load_cifar10(images.path, options.limit);
  note_limit(options.limit, experiment.test.size());
  experiment.test_words = count_words(experiment.test.size(), "test", images.path);
  experiment.test_sha256 = describe_input("images", images).sha256;
}

/// Options that the claim would ignore are refused.
void require_use_of_options(const ExperimentOptions& options, const Claim& claim) {
  const auto refuse = [&](const char* option, bool is_given, bool is_used) {
    if (!is_given || is_used) return;
    throw UsageError(fmt::format("{}: has no effect on {}", option, options.claim));
  };
  refuse("--results", !options.results.empty(), claim.needs_results);
  if (claim.needs_results && options.results.empty()) {
    throw UsageError(fmt::format("--results: {} needs it", options.claim));
  }
  refuse("--network", !options.networks.empty(), claim.needs_networks);
  refuse("--calibration", !options.calibration.empty(), claim.needs_networks);
  refuse("--images", !options.images.empty(), claim.takes_images());
  refuse("--limit", options.limit != 0, claim.needs_networks);
  refuse("--accelerator", !options.accelerators.empty(),
         !claim.accelerators.empty() && !claim.has_own_machines);
}

void experiment_command(const ExperimentOptions& asked) {
  const Claim& about = kClaims.at(asked.claim);
  require_use_of_options(asked, about);
  const ExperimentOptions options = completed(asked, about);
  claim(claims_of(options, about));
  std::filesystem::create_directories(options.folder);
  Experiment experiment;
  experiment.folder = options.folder;
  experiment.version = DCNSIM_VERSION;
  experiment.date = fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::time(nullptr)));
  experiment.jobs = options.jobs;
  experiment.progress = on_terminal();
  experiment.print = [](const std::string& text) { say_text(text); };
  experiment.layout = options.layout.layout();
  experiment.command = command_words(asked);
  if (about.needs_networks) add_networks(experiment, options);
  if (about.takes_images()) add_test_images(experiment, options);
  std::vector<Machine> machines;
  for (const std::string& name : options.accelerators) {
    machines.push_back(load_machine(accelerator_file(name).path, shipped_data().cost_tables().path,
                                    options.cache.folder()));
  }
  for (const Machine& machine : machines) experiment.machines.push_back(&machine);
  experiment.results = options.results;
  experiment.data_folder = shipped_data().folder();
  if (about.published != nullptr) {
    experiment.published = shipped_data().file(about.published).path;
  }
  about.measure(experiment);
  say("written to {}\n", output_name(options.folder));
}

}  // namespace

void add_experiment(CLI::App& app, Action& action) {
  auto options = std::make_shared<ExperimentOptions>();
  std::string description =
      "Measures a claim of Lin, Talathi and Annapureddy (2016) or compares\n"
      "with published results, and writes a page with date, command, network and data:\n";
  std::vector<std::string> names;
  for (const auto& [name, claim] : kClaims) {
    names.push_back(name);
    description += fmt::format("  {:<24} {}\n", name, claim.words);
  }
  CLI::App* experiment =
      add_command(app, "experiment",
                  "Measure a claim or reproduce published results, and write a page", description,
                  {{"dcnsim experiment bit-fusion -o pages", "the one that is done in a second"},
                   {"dcnsim experiment error-by-width --limit 200 -o pages", ""}});
  one_of(experiment->add_option("claim", options->claim, "Which"), names)->required();
  experiment
      ->add_option("--network", options->networks,
                   "Float ONNX file or name, any number of times [cifar10_plain7, cifar10_res8]")
      ->type_name("FILE|NAME");
  experiment
      ->add_option("--accelerator", options->accelerators,
                   "Accelerator YAML file or preset, any number of times [small_edge and\n"
                   "large_edge; bit_fusion for bit-fusion]")
      ->type_name("FILE|PRESET");
  options->cache.add_to(*experiment, "mappings");
  options->layout.add_to(*experiment);
  file_of(experiment->add_option("--calibration", options->calibration,
                                 "Images from which everything is chosen [500 training images]"),
          {FileKind::kImages}, "PATH");
  file_of(
      experiment->add_option("--images", options->images,
                             "Images on which accuracy is measured [the first 1,000 test images]"),
      {FileKind::kImages}, "PATH");
  experiment
      ->add_option("--results", options->results,
                   "Folder of results of dcnsim finetune --json, for fine-tuned-error\n"
                   "and fine-tuned-curve, which wants --images, the test images of these")
      ->type_name("FOLDER");
  whole(experiment->add_option("--limit", options->limit, "Use only the first N of them"), 1);
  experiment
      ->add_option("-o,--output", options->folder,
                   "Folder for the page; dcnsim's own pages are in analysis/experiments/results")
      ->type_name("FOLDER")
      ->capture_default_str();
  whole(experiment->add_option("-j,--jobs", options->jobs, "Worker processes"), 1, 1024)
      ->capture_default_str();
  experiment->callback(
      [options, &action] { action = [options] { experiment_command(*options); }; });
}

}  // namespace dcnsim::cli
