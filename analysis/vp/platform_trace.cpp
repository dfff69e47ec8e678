// SPDX-License-Identifier: Apache-2.0
#include "analysis/vp/platform_trace.h"

#include "analysis/trace/observed_run.h"

namespace dcnsim {

PlatformTrace::PlatformTrace(const std::string& path, riscv::PlatformConfig& config,
                             const DcnBootTable& table, const std::vector<riscv::Task>& tasks)
    : file_(make_trace_file(path, trace_format_of(path))),
      dram_(*file_, config.dram, config.memory.dram) {
  const bool alone = config.accelerators.size() == 1;
  for (std::size_t k = 0; k < config.accelerators.size(); ++k) {
    riscv::PlatformAccelerator& accelerator = config.accelerators[k];
    const DcnJobMemory& job = table.jobs[k];
    const TracePlace place{alone ? "" : "accelerator " + std::to_string(k) + ": ",
                           kTraceRows * static_cast<int>(k), job.sets[0].descriptors};
    accelerator.observer = &pipelines_.emplace_back(
        *file_, traced_layers(tasks.at(job.task).program), Clock(accelerator.config.clock_mhz),
        accelerator.config.dma.bus_bytes, place);
  }
  config.dram_observer = [this](const DramCommand& command) { dram_.observe(command); };
}

void PlatformTrace::close(std::uint64_t end_ps) {
  for (PipelineTrace& pipeline : pipelines_) pipeline.finish();
  dram_.finish(end_ps);
  file_->close();
}

}  // namespace dcnsim
