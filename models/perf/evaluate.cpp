// SPDX-License-Identifier: Apache-2.0
#include "models/perf/evaluate.h"

#include "models/arch/accelerator_config.h"
#include "models/perf/clock.h"
#include "models/perf/memory_model.h"
#include "models/perf/memory_share.h"
#include "models/perf/pipeline.h"

namespace dcnsim {

struct Evaluator::Impl : private PipelineClient {
  Impl(const AcceleratorConfig& accelerator, const DramSpec& spec)
      : config(accelerator),
        clock(accelerator.clock_mhz),
        memory(make_memory(accelerator, spec)),
        share(*memory, clock),
        pipeline(accelerator, *this) {}

  /// Whether the pipeline went idle before the array had waited for more than `most_stall_cycles`.
  bool until_idle(std::uint64_t most_stall_cycles) {
    while (!pipeline.idle()) {
      if (counters->stall_cycles.total() > most_stall_cycles) return false;
      pipeline.advance(pipeline.next_cycle());
      while (const Burst* burst = pipeline.request()) {
        const std::uint64_t at = clock.ps(pipeline.now() + kBusLatencyCycles);
        const std::uint64_t done =
            memory->access(at, burst->address, burst->bytes, burst->is_write);
        pipeline.respond(burst->tag, clock.edge_at_or_after(done));
      }
    }
    return true;
  }

  void waited(Stall cause, std::uint64_t from, std::uint64_t to) override {
    share.waited(cause, from, to, *counters);
  }
  void layer_finished(std::uint64_t cycle) override { share.end_layer(cycle, *counters); }

  const AcceleratorConfig& config;
  const Clock clock;
  const std::unique_ptr<MemoryModel> memory;
  MemoryShare share;
  Pipeline pipeline;
  LayerCounters* counters = nullptr;  ///< of the layer being run
};

Evaluator::Evaluator(const AcceleratorConfig& config, const DramSpec& dram)
    : impl_(std::make_unique<Impl>(config, dram)) {}

Evaluator::~Evaluator() = default;

void Evaluator::reset() {
  impl_->pipeline.reset(0);
  impl_->share.begin_job(0);
}

std::optional<LayerCounters> Evaluator::run(const Descriptor& layer,
                                            std::uint64_t descriptor_address,
                                            std::uint64_t most_stall_cycles) {
  Pipeline& pipeline = impl_->pipeline;
  LayerCounters counters;
  impl_->counters = &counters;
  pipeline.fetch(descriptor_address, counters);
  if (!impl_->until_idle(most_stall_cycles)) return std::nullopt;
  pipeline.advance(pipeline.now() + decode_cycles(impl_->config.dma));
  pipeline.charge(Stall::kDescriptor, pipeline.now());
  pipeline.execute(layer);
  if (!impl_->until_idle(most_stall_cycles)) return std::nullopt;
  counters.cycles = accounted_cycles(counters);
  return counters;
}

std::vector<LayerCounters> evaluate(const std::vector<Descriptor>& layers,
                                    std::uint64_t descriptor_address,
                                    const AcceleratorConfig& config, const DramSpec& dram) {
  Evaluator evaluator(config, dram);
  std::vector<LayerCounters> counters;
  for (const Descriptor& layer : layers) {
    counters.push_back(*evaluator.run(layer, descriptor_address));
    descriptor_address += kDescriptorBytes;
  }
  return counters;
}

std::uint64_t decode_cycles(const DmaConfig& dma) {
  return kDescriptorBytes / static_cast<std::uint64_t>(dma.bus_bytes);
}

}  // namespace dcnsim
