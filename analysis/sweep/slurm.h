// SPDX-License-Identifier: Apache-2.0
// A sweep as two jobs of a Slurm cluster: an array with one shard a task, and the merge of their
// stores when no task is left. Everything lies beside the sweep file, in a folder that all nodes
// see; logs in STEM.slurm.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace dcnsim {

struct SlurmSweep {
  std::string command;  ///< absolute path of dcnsim
  std::string spec;     ///< absolute path of the sweep file
  std::size_t shards = 1;
  std::size_t jobs = 1;     ///< processes and CPUs a task
  std::size_t retries = 3;  ///< restarts of a task after which a failure is final
  std::size_t at_once = 0;  ///< tasks running at the same time; 0: as many as there is room
  std::vector<std::string> options;  ///< of sbatch, for both jobs; they overrule ours
};

struct SlurmJobs {
  std::string shards, merge;  ///< job ids
};

/// A shell program that does what submit() does, for people to read and change.
std::string submission_script(const SlurmSweep& sweep);

/// Submits both jobs, with the caller's environment. Throws std::runtime_error, one line: the log
/// folder cannot be made, sbatch is missing or what it says when it refuses.
SlurmJobs submit(const SlurmSweep& sweep);

/// Where the jobs' logs go.
std::string log_folder(const SlurmSweep& sweep);

}  // namespace dcnsim
