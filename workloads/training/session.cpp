// SPDX-License-Identifier: Apache-2.0
#include "workloads/training/session.h"

#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

#include <chrono>
#include <climits>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "models/base/file/atomic_file.h"

namespace dcnsim {
namespace {

using Clock = std::chrono::steady_clock;

std::string log_text(const std::vector<EpochRecord>& records) {
  std::string text = "epoch,loss,training_accuracy,validation_accuracy,seconds\n";
  for (std::size_t i = 0; i < records.size(); ++i) {
    text += fmt::format("{},{:.5f},{:.5f},{:.5f},{:.1f}\n", i + 1, records[i].loss,
                        records[i].training_accuracy, records[i].validation_accuracy,
                        records[i].seconds);
  }
  return text;
}

void call(const std::function<void()>& report) {
  if (report) report();
}

}  // namespace

std::string checkpoint_of(const std::string& output) { return output + ".checkpoint"; }

std::string log_of(const std::string& output) { return output + ".csv"; }

bool train_to_end(Trainer& trainer, const std::string& output, double checkpoint_seconds,
                  const SessionReports& reports) {
  const std::string checkpoint = checkpoint_of(output);
  if (std::filesystem::exists(checkpoint)) {
    trainer.resume(checkpoint);
    call(reports.resumed);
  }
  auto saved = Clock::now();
  while (!trainer.finished() && !(reports.stopped && reports.stopped())) {
    const std::size_t epochs = trainer.records().size();
    trainer.step();
    call(reports.stepped);
    if (trainer.records().size() > epochs) {
      write_file_atomically(log_of(output), log_text(trainer.records()));
      call(reports.epoch_ended);
    }
    if (std::chrono::duration<double>(Clock::now() - saved).count() >= checkpoint_seconds) {
      trainer.save(checkpoint);
      saved = Clock::now();
    }
  }
  trainer.save(checkpoint);
  return trainer.finished();
}

void prepare_processor(char** argv) {
  if (std::getenv("OMP_WAIT_POLICY") == nullptr) {
    setenv("OMP_WAIT_POLICY", "PASSIVE", 1);
    // By its own path, so that the process keeps its name.
    std::error_code unknown;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", unknown);
    execv(program.c_str(), argv);
  }
  // Feature maps come and go: their pages shall stay with the process.
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, INT_MAX);
}

void use_threads(int threads) {
  torch::set_num_threads(threads > 0 ? threads
                                     : static_cast<int>(std::thread::hardware_concurrency()));
}

}  // namespace dcnsim
