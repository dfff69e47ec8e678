// SPDX-License-Identifier: Apache-2.0
// dcnsim sweep slurm: a sweep on a Slurm cluster.
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "analysis/cli/command.h"
#include "analysis/sweep/shard.h"
#include "analysis/sweep/slurm.h"
#include "analysis/sweep/sweep_spec.h"
#include "models/base/file/atomic_file.h"

namespace dcnsim::cli {
namespace {

struct SlurmOptions {
  SlurmSweep sweep;
  bool print = false;
};

void slurm_command(const SlurmOptions& options) {
  namespace fs = std::filesystem;
  load_sweep(options.sweep.spec);  // a mistake in it shows now, not in every task
  SlurmSweep sweep = options.sweep;
  sweep.command = fs::read_symlink("/proc/self/exe").string();
  sweep.spec = fs::absolute(sweep.spec).lexically_normal().string();
  if (options.print) {
    fmt::print("{}", submission_script(sweep));
    return;
  }
  const std::string store = default_store(sweep.spec);
  require_writable(store);
  const SlurmJobs jobs = submit(sweep);
  fmt::print("{} shards submitted as job {}, their merge as job {}\n", sweep.shards, jobs.shards,
             jobs.merge);
  fmt::print("logs in {}\nthe merge writes {}\n", log_folder(sweep), store);
}

}  // namespace

void add_sweep_slurm(CLI::App& sweep, Action& action) {
  auto options = std::make_shared<SlurmOptions>();
  CLI::App* slurm = sweep.add_subcommand("slurm", "Submit a sweep to a Slurm cluster");
  slurm->description(
      "Submits a sweep to a Slurm cluster: a job array with one shard a task, and a job that\n"
      "merges their stores when no task is left, whatever became of them. Submitted again with\n"
      "as many shards it does only what is missing. All nodes have to see dcnsim and the folder\n"
      "of the sweep file.");
  slurm->add_option("spec", options->sweep.spec, "Sweep file")->required()->type_name("SPEC");
  slurm->add_option("--shards", options->sweep.shards, "Tasks to share the points out to")
      ->required()
      ->check(CLI::Range(std::size_t{1}, kMaxShards))
      ->type_name("N");
  slurm->add_option("-j,--jobs", options->sweep.jobs, "Processes and CPUs of a task")
      ->check(CLI::Range(1, 1024))
      ->type_name("N")
      ->capture_default_str();
  slurm
      ->add_option("--retries", options->sweep.retries,
                   "Times a task is started again before a failure is final,\n"
                   "after lost nodes and at its time limit included")
      ->check(CLI::Range(0, 100))
      ->type_name("N")
      ->capture_default_str();
  slurm
      ->add_option("--at-once", options->sweep.at_once, "Tasks that may run at the same time [all]")
      ->check(CLI::Range(std::size_t{1}, kMaxShards))
      ->type_name("N");
  slurm
      ->add_option("options", options->sweep.options,
                   "After --: options of sbatch for both jobs, for example\n"
                   "-- --partition=long --time=2:00:00")
      ->type_name("OPTION");
  slurm->add_flag("--print", options->print, "Submit nothing, print the shell program that would");
  slurm->callback([options, &action] { action = [options] { slurm_command(*options); }; });
}

}  // namespace dcnsim::cli
