// SPDX-License-Identifier: Apache-2.0
// The timeline of a virtual platform's run: every accelerator's pipeline and the DRAM they share
// (analysis/trace/trace.md).
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "analysis/trace/dram_trace.h"
#include "analysis/trace/pipeline_trace.h"
#include "platform/riscv/memory_image.h"
#include "platform/riscv/virtual_platform.h"

namespace dcnsim {

class PlatformTrace {
 public:
  /// Of the accelerators of `config`, to which it adds itself as their observer; it stays where it
  /// is. Throws what AtomicFile throws.
  PlatformTrace(const std::string& path, riscv::PlatformConfig& config, const DcnBootTable& table,
                const std::vector<riscv::Task>& tasks);
  PlatformTrace(const PlatformTrace&) = delete;
  PlatformTrace& operator=(const PlatformTrace&) = delete;

  /// After the run. The file appears. Throws what AtomicFile throws.
  void close(std::uint64_t end_ps);

 private:
  std::unique_ptr<TraceFile> file_;
  std::deque<PipelineTrace> pipelines_;
  DramTrace dram_;
};

}  // namespace dcnsim
