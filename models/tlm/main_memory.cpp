// SPDX-License-Identifier: Apache-2.0
#include "models/tlm/main_memory.h"

#include "models/arch/accelerator_config.h"
#include "models/tlm/dram.h"
#include "models/tlm/ideal_memory.h"

namespace dcnsim {
namespace {

class DramMainMemory : public MainMemory {
 public:
  DramMainMemory(const DramSpec& spec, const DramConfig& config) : dram_("dram", spec, config) {}

  tlm::tlm_target_socket<32>& socket() override { return dram_.socket; }
  MemoryMeter& own_meter() override { return dram_.own_meter(); }
  MemoryMeter& shared_meter() override { return dram_.shared_meter(); }
  void observe(const DramObserver& observer) override { dram_.observe(observer); }

 private:
  Dram dram_;
};

class IdealMainMemory : public MainMemory {
 public:
  explicit IdealMainMemory(const AcceleratorConfig& config)
      : memory_("memory", ideal_memory(config),
                static_cast<std::uint64_t>(config.dram.capacity_bytes)) {}

  tlm::tlm_target_socket<32>& socket() override { return memory_.socket; }
  MemoryMeter& own_meter() override { return memory_.own_meter(); }
  MemoryMeter& shared_meter() override { return memory_.shared_meter(); }
  void observe(const DramObserver&) override {}

 private:
  IdealMemory memory_;
};

}  // namespace

std::unique_ptr<MainMemory> make_main_memory(const AcceleratorConfig& config,
                                             const DramSpec& dram) {
  switch (config.memory) {
    case MemoryKind::kDram:
      return std::make_unique<DramMainMemory>(dram, config.dram);
    case MemoryKind::kIdeal:
      return std::make_unique<IdealMainMemory>(config);
  }
  return nullptr;
}

}  // namespace dcnsim
