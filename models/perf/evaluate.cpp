// SPDX-License-Identifier: Apache-2.0
#include "models/perf/evaluate.h"

#include <algorithm>
#include <utility>

#include "models/arch/accelerator_config.h"
#include "models/base/integer.h"
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

  /// False as soon as what is left to compute or, a bus word a cycle in each direction, to move
  /// takes longer than there is time.
  bool may_be_in_time(const Deadline& deadline) const {
    if (counters->stall_cycles.total() + deadline.compute_cycles > deadline.cycles) return false;
    const std::uint64_t passed = pipeline.now() - begun;
    if (passed > deadline.cycles) return false;
    const StreamBytes& bytes = counters->stream_bytes;
    const std::uint64_t written = bytes[Stream::kOutput], read = bytes.total() - written;
    const std::uint64_t most = (deadline.cycles - passed) * u64(config.dma.bus_bytes);
    return deadline.read_bytes - read <= most && deadline.written_bytes - written <= most;
  }

  /// Whether the pipeline went idle and may keep to the deadline.
  bool until_idle(const Deadline* deadline) {
    while (!pipeline.idle()) {
      if (deadline != nullptr && !may_be_in_time(*deadline)) return false;
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
  std::uint64_t begun = 0;            ///< its first cycle
  bool is_fetched = false;            ///< the next layer's descriptor
};

Evaluator::Evaluator(const AcceleratorConfig& config, const DramSpec& dram)
    : impl_(std::make_unique<Impl>(config, dram)) {}

Evaluator::~Evaluator() = default;

void Evaluator::reset() {
  impl_->pipeline.reset(0);
  impl_->share.begin_job(0);
  impl_->is_fetched = false;
}

std::optional<LayerCounters> Evaluator::run(const Descriptor& layer,
                                            std::uint64_t descriptor_address,
                                            const Deadline* deadline,
                                            std::optional<std::uint64_t> next) {
  Pipeline& pipeline = impl_->pipeline;
  LayerCounters counters;
  impl_->counters = &counters;
  impl_->begun = pipeline.now();
  std::uint64_t fetched = 0;
  if (std::exchange(impl_->is_fetched, next.has_value())) {
    fetched = pipeline.follow(counters);
  } else {
    pipeline.fetch(descriptor_address, counters);
    if (!impl_->until_idle(deadline)) return std::nullopt;
    fetched = pipeline.now();
  }
  pipeline.advance(std::max(pipeline.now(), fetched + decode_cycles(impl_->config.dma)));
  pipeline.charge(Stall::kDescriptor, pipeline.now());
  pipeline.execute(layer);
  if (next) pipeline.prefetch(*next);
  if (!impl_->until_idle(deadline)) return std::nullopt;
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

std::vector<std::vector<LayerCounters>> evaluate_queue(const std::vector<DescriptorList>& lists,
                                                       const AcceleratorConfig& config,
                                                       const DramSpec& dram) {
  Evaluator evaluator(config, dram);
  std::vector<std::vector<LayerCounters>> counters(lists.size());
  for (std::size_t i = 0; i < lists.size(); ++i) {
    std::uint64_t address = lists[i].address;
    for (const Descriptor& layer : lists[i].layers) {
      const bool has_next = &layer == &lists[i].layers.back() && i + 1 < lists.size();
      counters[i].push_back(*evaluator.run(
          layer, address, nullptr, has_next ? std::optional(lists[i + 1].address) : std::nullopt));
      address += kDescriptorBytes;
    }
  }
  return counters;
}

std::uint64_t decode_cycles(const DmaConfig& dma) {
  return kDescriptorBytes / static_cast<std::uint64_t>(dma.bus_bytes);
}

}  // namespace dcnsim
