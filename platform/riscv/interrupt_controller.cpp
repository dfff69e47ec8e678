// SPDX-License-Identifier: Apache-2.0
#include "platform/riscv/interrupt_controller.h"

#include "models/tlm/systemc.h"
#include "platform/riscv/memory_map.h"

namespace dcnsim::riscv {

InterruptController::InterruptController(const sc_core::sc_module_name& name,
                                         std::size_t source_count)
    : Peripheral(name),
      sources("sources", source_count),
      irq("irq"),
      priorities_(source_count + 1),
      changed_("changed") {
  DCNSIM_PROCESSES_OF(InterruptController);
  SC_METHOD(update);
  sensitive << changed_;
  for (sc_core::sc_in<bool>& source : sources) sensitive << source;
}

void InterruptController::update() {
  for (std::uint32_t i = 0; i < sources.size(); ++i) {
    const std::uint32_t bit = 2u << i;
    if (sources[i].read() && (in_service_ & bit) == 0) pending_ |= bit;
  }
  irq.write(best() != 0);
}

std::uint32_t InterruptController::best() const {
  std::uint32_t found = 0, highest = threshold_;
  for (std::uint32_t i = 1; i < priorities_.size(); ++i) {
    if ((pending_ & enabled_ & 1u << i) == 0 || priorities_[i] <= highest) continue;
    found = i;
    highest = priorities_[i];
  }
  return found;
}

std::uint32_t InterruptController::claim() {
  const std::uint32_t source = best();
  if (source != 0) {
    pending_ &= ~(1u << source);
    in_service_ |= 1u << source;
    changed_.notify(sc_core::SC_ZERO_TIME);
  }
  return source;
}

std::optional<std::uint32_t> InterruptController::read(std::uint32_t offset,
                                                       const sc_core::sc_time&) {
  switch (offset) {
    case DCN_PLIC_PENDING:
      return pending_;
    case DCN_PLIC_ENABLE:
      return enabled_;
    case DCN_PLIC_THRESHOLD:
      return threshold_;
    case DCN_PLIC_CLAIM:
      return claim();
    default:
      if (!is_source(offset / 4)) return std::nullopt;
      return priorities_[offset / 4];
  }
}

bool InterruptController::write(std::uint32_t offset, std::uint32_t value) {
  switch (offset) {
    case DCN_PLIC_ENABLE:
      enabled_ = value;
      break;
    case DCN_PLIC_THRESHOLD:
      threshold_ = value;
      break;
    case DCN_PLIC_CLAIM:  // completion; of what is not a source it is ignored
      if (is_source(value)) in_service_ &= ~(1u << value);
      break;
    default:
      if (!is_source(offset / 4)) return false;
      priorities_[offset / 4] = value;
  }
  changed_.notify(sc_core::SC_ZERO_TIME);
  return true;
}

}  // namespace dcnsim::riscv
