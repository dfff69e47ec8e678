// SPDX-License-Identifier: Apache-2.0
#include "models/perf/memory_model.h"

#include "models/arch/accelerator_config.h"
#include "models/perf/dram/device.h"
#include "models/perf/dram/meters.h"
#include "models/perf/ideal_device.h"

namespace dcnsim {
namespace {

class OwnDram : public MemoryModel {
 public:
  OwnDram(const DramSpec& spec, const DramConfig& config) : device_(spec, config) {}

  std::uint64_t access(std::uint64_t now_ps, std::uint64_t address, std::uint64_t bytes,
                       bool is_write) override {
    return device_.access(now_ps, address, bytes, is_write);
  }
  void begin_job(std::uint64_t now_ps) override { meter_.begin_job(now_ps); }
  DramTime time_between(std::uint64_t from_ps, std::uint64_t to_ps) override {
    return meter_.time_between(from_ps, to_ps);
  }
  DramEvents events_until(std::uint64_t now_ps) override { return meter_.events_until(now_ps); }

 private:
  DramDevice device_;
  OwnDramMeter meter_{device_};
};

}  // namespace

std::unique_ptr<MemoryModel> make_memory(const AcceleratorConfig& config, const DramSpec& dram) {
  switch (config.memory) {
    case MemoryKind::kDram:
      return std::make_unique<OwnDram>(dram, config.dram);
    case MemoryKind::kIdeal:
      return std::make_unique<IdealDevice>(ideal_memory(config));
  }
  return nullptr;
}

}  // namespace dcnsim
