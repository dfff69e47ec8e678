// SPDX-License-Identifier: Apache-2.0
// dcnsim sweep slurm: a sweep on a Slurm cluster.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "analysis/cli/command.h"
#include "analysis/cli/command_description.h"
#include "analysis/cli/console.h"
#include "analysis/cli/shipped_files.h"
#include "analysis/cli/value_checks.h"
#include "analysis/sweep/shard.h"
#include "analysis/sweep/slurm.h"
#include "analysis/sweep/sweep_inputs.h"
#include "analysis/sweep/sweep_spec.h"
#include "models/base/file/output_place.h"

namespace dcnsim::cli {
namespace {

struct SlurmOptions {
  SlurmSweep sweep;
  bool print = false;
};

void slurm_command(const SlurmOptions& options) {
  namespace fs = std::filesystem;
  // A mistake in it shows now, not in every task.
  const SweepSpec spec = load_sweep(options.sweep.spec);
  SlurmSweep sweep = options.sweep;
  sweep.command = fs::read_symlink("/proc/self/exe").string();
  sweep.spec = fs::absolute(sweep.spec).lexically_normal().string();
  if (options.print) {
    say_text(submission_script(sweep));
    return;
  }
  const std::string store = default_store(sweep.spec);
  FileClaims claims;
  claim_inputs(claims, spec, shipped_data().cost_tables().path);
  claims.updates("merged store", store);
  claim(claims);
  const SlurmJobs jobs = submit(sweep);
  say("{} shards submitted as job {}, their merge as job {}\n", sweep.shards, jobs.shards,
      jobs.merge);
  say("logs in {}\nthe merge writes {}\n", output_name(log_folder(sweep)), output_name(store));
}

}  // namespace

void add_sweep_slurm(CLI::App& sweep, Action& action) {
  auto options = std::make_shared<SlurmOptions>();
  CLI::App* slurm = add_command(
      sweep, "slurm", "Submit a sweep to a Slurm cluster",
      "Submits a sweep to a Slurm cluster: a job array with one shard a task, and a job that\n"
      "merges their stores when no task is left, whatever became of them. Submitted again with\n"
      "as many shards it does only what is missing. All nodes have to see dcnsim and the folder\n"
      "of the sweep file.",
      {{"dcnsim sweep slurm study.yaml --shards 20 --print", "what would be submitted"},
       {"dcnsim sweep slurm study.yaml --shards 20 -- --partition=long", ""}});
  slurm->add_option("spec", options->sweep.spec, "Sweep file")->required()->type_name("SPEC");
  whole(slurm->add_option("--shards", options->sweep.shards, "Tasks to share the points out to"), 1,
        static_cast<std::int64_t>(kMaxShards))
      ->required();
  whole(slurm->add_option("-j,--jobs", options->sweep.jobs, "Processes and CPUs of a task"), 1,
        1024)
      ->capture_default_str();
  whole(slurm->add_option("--retries", options->sweep.retries,
                          "Times a task is started again before a failure is final,\n"
                          "after lost nodes and at its time limit included"),
        0, 100)
      ->capture_default_str();
  whole(slurm->add_option("--at-once", options->sweep.at_once,
                          "Tasks that may run at the same time [all]"),
        1, static_cast<std::int64_t>(kMaxShards));
  slurm
      ->add_option("options", options->sweep.options,
                   "After --: options of sbatch for both jobs, for example\n"
                   "-- --partition=long --time=2:00:00")
      ->type_name("OPTION");
  slurm->add_flag("--print", options->print, "Submit nothing, print the shell program that would");
  slurm->callback([options, &action] { action = [options] { slurm_command(*options); }; });
}

}  // namespace dcnsim::cli
