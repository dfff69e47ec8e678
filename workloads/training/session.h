// SPDX-License-Identifier: Apache-2.0
// A training from start or checkpoint to its end, whatever interrupts it.
#pragma once

#include <functional>
#include <string>

#include "workloads/training/trainer.h"

namespace dcnsim {

/// What a session tells whoever waits for it; each may be empty.
struct SessionReports {
  std::function<void()> resumed;      ///< a checkpoint was taken up
  std::function<void()> stepped;      ///< after each step
  std::function<void()> epoch_ended;  ///< after each epoch
  std::function<bool()> stopped;      ///< whether to stop, asked before each step
};

/// Files beside the network that a training writes to.
std::string checkpoint_of(const std::string& output);
std::string log_of(const std::string& output);

/// Trains `trainer` to its end, from OUTPUT.checkpoint where there is one. The checkpoint is
/// renewed after a step when it is `checkpoint_seconds` old, OUTPUT.csv, the log, after each epoch.
/// Returns false, everything kept, if it was to stop before. Throws what
/// Trainer::resume() and AtomicFile throw.
bool train_to_end(Trainer& trainer, const std::string& output, double checkpoint_seconds,
                  const SessionReports& reports);

/// To be called first in main(): threads sleep while they wait for each other. GNU OpenMP's spin by
/// default, which on a busy machine makes two threads far slower than one; it reads its settings at
/// load time, so that the program starts itself again with them.
void prepare_processor(char** argv);

/// Threads of the tensor library; 0: one a core.
void use_threads(int threads);

}  // namespace dcnsim
