// SPDX-License-Identifier: Apache-2.0
#include "models/perf/evaluate.h"

#include "models/perf/clock.h"
#include "models/perf/dram/device.h"
#include "models/perf/memory_time.h"
#include "models/perf/pipeline.h"

namespace dcnsim {
namespace {

class Evaluation : private PipelineClient {
 public:
  Evaluation(const AcceleratorConfig& config, const DramSpec& spec)
      : config_(config),
        clock_(config.clock_mhz),
        dram_(spec, config.dram),
        pipeline_(config, *this) {}

  LayerCounters run(const Descriptor& layer, std::uint64_t descriptor_address) {
    LayerCounters counters;
    counters_ = &counters;
    pipeline_.fetch(descriptor_address, counters);
    until_idle();
    pipeline_.advance(pipeline_.now() + decode_cycles(config_.dma));
    pipeline_.charge(Stall::kDescriptor, pipeline_.now());
    pipeline_.execute(layer);
    until_idle();
    counters.cycles = accounted_cycles(counters);
    const DramEvents now = dram_.events(clock_.ps(pipeline_.now()));
    counters.dram = now - before_;
    before_ = now;
    return counters;
  }

 private:
  void until_idle() {
    while (!pipeline_.idle()) {
      pipeline_.advance(pipeline_.next_cycle());
      while (const Burst* burst = pipeline_.request()) {
        const std::uint64_t at = clock_.ps(pipeline_.now() + kBusLatencyCycles);
        const std::uint64_t done = dram_.access(at, burst->address, burst->bytes, burst->is_write);
        pipeline_.respond(burst->tag, clock_.edge_at_or_after(done));
      }
    }
  }

  void waited(Stall cause, std::uint64_t from, std::uint64_t to) override {
    charge_memory(dram_.time_between(clock_.ps(from), clock_.ps(to)), clock_, cause, to - from,
                  *counters_);
  }

  const AcceleratorConfig& config_;
  const Clock clock_;
  DramDevice dram_;
  Pipeline pipeline_;
  LayerCounters* counters_ = nullptr;
  DramEvents before_;
};

}  // namespace

std::uint64_t decode_cycles(const DmaConfig& dma) {
  return kDescriptorBytes / static_cast<std::uint64_t>(dma.bus_bytes);
}

std::vector<LayerCounters> evaluate(const std::vector<Descriptor>& layers,
                                    std::uint64_t descriptor_address,
                                    const AcceleratorConfig& config, const DramSpec& dram) {
  Evaluation evaluation(config, dram);
  std::vector<LayerCounters> counters;
  for (const Descriptor& layer : layers) {
    counters.push_back(evaluation.run(layer, descriptor_address));
    descriptor_address += kDescriptorBytes;
  }
  return counters;
}

}  // namespace dcnsim
