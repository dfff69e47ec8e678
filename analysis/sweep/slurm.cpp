// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/slurm.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <system_error>

#include "analysis/sweep/shard.h"
#include "models/base/process/pipe_through.h"

namespace dcnsim {
namespace {

namespace fs = std::filesystem;

/// A job as sbatch takes it: options on its command line, the script on its standard input.
struct Job {
  std::vector<std::string> options;
  std::string script;
};

/// One word of a POSIX shell, whatever is in it.
std::string quoted(const std::string& text) {
  const bool plain = !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || std::strchr("-_=./,:%@+", c) != nullptr;
  });
  if (plain) return text;
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

/// A task that runs again finds what it had done in its store. Slurm itself repeats tasks whose
/// node was lost; those that failed ask for it. A usage error (2) would only repeat itself. Slurm's
/// SIGTERM at the time limit is for dcnsim; the shell has to live to see it end.
constexpr const char* kShardScript = R"(#!/bin/bash
trap : TERM
{command} sweep {spec} --shard "$SLURM_ARRAY_TASK_ID/{shards}" --jobs {jobs}
status=$?
if [ $status -ne 0 ] && [ $status -ne 2 ] && [ "${{SLURM_RESTART_COUNT:-0}}" -lt {retries} ]; then
  echo "exit status $status: asking for another attempt"
  scontrol requeue "${{SLURM_ARRAY_JOB_ID}}_$SLURM_ARRAY_TASK_ID" && sleep 60
fi
exit $status
)";

/// Store names stay relative: thousands of them have to fit into one command line.
constexpr const char* kMergeScript = R"(#!/bin/bash
cd {folder} || exit
stores=()
for ((k = 1; k <= {shards}; ++k)); do
  store=./{stem}.shard-$k-of-{shards}.sqlite
  if [ -e "$store" ]; then stores+=("$store"); else echo "shard $k has left no store"; fi
done
[ ${{#stores[@]}} -gt 0 ] && exec {command} sweep merge {store} "${{stores[@]}}"
exit 1
)";

Job make_job(const SlurmSweep& sweep, const std::string& name, const std::string& log) {
  return {{"--parsable", "--job-name=" + name, "--chdir=" + log_folder(sweep), "--output=" + log,
           "--open-mode=append", "--requeue"},
          ""};
}

Job shard_job(const SlurmSweep& sweep) {
  Job job = make_job(sweep, fs::path(sweep.spec).stem().string(), "shard-%a.log");
  std::string array = fmt::format("--array=1-{}", sweep.shards);
  if (sweep.at_once > 0) array += fmt::format("%{}", sweep.at_once);
  job.options.push_back(array);
  job.options.push_back(fmt::format("--cpus-per-task={}", sweep.jobs));
  job.options.insert(job.options.end(), sweep.options.begin(), sweep.options.end());
  job.script = fmt::format(kShardScript, fmt::arg("command", quoted(sweep.command)),
                           fmt::arg("spec", quoted(sweep.spec)), fmt::arg("shards", sweep.shards),
                           fmt::arg("jobs", sweep.jobs), fmt::arg("retries", sweep.retries));
  return job;
}

/// Without its dependency on the shards.
Job merge_job(const SlurmSweep& sweep) {
  const fs::path spec = sweep.spec;
  Job job = make_job(sweep, "merge of " + spec.stem().string(), "merge.log");
  job.options.insert(job.options.end(), sweep.options.begin(), sweep.options.end());
  job.script = fmt::format(
      kMergeScript, fmt::arg("command", quoted(sweep.command)),
      fmt::arg("folder", quoted(spec.parent_path().string())),
      fmt::arg("stem", quoted(spec.stem().string())), fmt::arg("shards", sweep.shards),
      fmt::arg("store", quoted("./" + fs::path(default_store(sweep.spec)).filename().string())));
  return job;
}

/// Returns the job's id. `job ID;CLUSTER` is what sbatch prints with several clusters.
std::string submit(const Job& job) {
  std::vector<std::string> command{"sbatch"};
  command.insert(command.end(), job.options.begin(), job.options.end());
  const std::string said = pipe_through(command, job.script, {}, Environment::kInherited);
  const std::size_t digits = std::min(said.find_first_not_of("0123456789"), said.size());
  if (digits == 0) throw std::runtime_error("sbatch: printed no job id");
  return said.substr(0, digits);
}

std::string as_command(const Job& job, const std::string& dependency) {
  std::string text = "sbatch";
  for (const std::string& option : job.options) text += " " + quoted(option);
  return text + dependency + " <<'END OF JOB'\n" + job.script + "END OF JOB\n";
}

}  // namespace

std::string log_folder(const SlurmSweep& sweep) {
  return fs::path(sweep.spec).replace_extension(".slurm").string();
}

std::string submission_script(const SlurmSweep& sweep) {
  return fmt::format("#!/bin/sh -e\nmkdir -p {}\nshards=$({})\n{}", quoted(log_folder(sweep)),
                     as_command(shard_job(sweep), ""),
                     as_command(merge_job(sweep), " --dependency=\"afterany:${shards%%;*}\""));
}

SlurmJobs submit(const SlurmSweep& sweep) {
  std::error_code error;
  fs::create_directories(log_folder(sweep), error);
  if (error) throw std::runtime_error(log_folder(sweep) + ": cannot be made: " + error.message());
  SlurmJobs jobs;
  jobs.shards = submit(shard_job(sweep));
  Job merge = merge_job(sweep);
  merge.options.push_back("--dependency=afterany:" + jobs.shards);
  try {
    jobs.merge = submit(merge);
  } catch (const std::runtime_error& refused) {
    throw std::runtime_error(fmt::format(
        "the shards are submitted as job {}, their merge is not: {}", jobs.shards, refused.what()));
  }
  return jobs;
}

}  // namespace dcnsim
