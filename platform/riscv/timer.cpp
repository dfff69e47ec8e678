// SPDX-License-Identifier: Apache-2.0
#include "platform/riscv/timer.h"

#include "models/tlm/clocking.h"
#include "models/tlm/systemc.h"
#include "platform/riscv/memory_map.h"

namespace dcnsim::riscv {
namespace {

constexpr std::uint64_t kTickPs = 1'000'000'000'000 / DCN_TIMER_HZ;
/// A year of ticks and more: no simulation gets there, and no product overflows on the way.
constexpr std::uint64_t kNever = std::uint64_t{1} << 46;

std::uint64_t ticks(const sc_core::sc_time& at) { return Clocking::to_ps(at) / kTickPs; }

}  // namespace

Timer::Timer(const sc_core::sc_module_name& name)
    : Peripheral(name), irq("irq"), compare_event_("compare_event") {
  DCNSIM_PROCESSES_OF(Timer);
  SC_METHOD(drive_irq);
  sensitive << compare_event_;
}

std::optional<std::uint32_t> Timer::read(std::uint32_t offset, const sc_core::sc_time& at) {
  switch (offset) {
    case DCN_TIMER_MTIMECMP:
      return static_cast<std::uint32_t>(compare_);
    case DCN_TIMER_MTIMECMP + 4:
      return static_cast<std::uint32_t>(compare_ >> 32);
    case DCN_TIMER_MTIME:
      return static_cast<std::uint32_t>(ticks(at));
    case DCN_TIMER_MTIME + 4:
      return static_cast<std::uint32_t>(ticks(at) >> 32);
    default:
      return std::nullopt;
  }
}

bool Timer::write(std::uint32_t offset, std::uint32_t value) {
  constexpr std::uint64_t kLow = 0xFFFFFFFF;
  switch (offset) {
    case DCN_TIMER_MTIMECMP:
      compare_ = (compare_ & ~kLow) | value;
      break;
    case DCN_TIMER_MTIMECMP + 4:
      compare_ = (compare_ & kLow) | std::uint64_t{value} << 32;
      break;
    default:
      return false;
  }
  compare_event_.cancel();
  compare_event_.notify(sc_core::SC_ZERO_TIME);
  return true;
}

void Timer::drive_irq() {
  const bool reached = ticks(sc_core::sc_time_stamp()) >= compare_;
  irq.write(reached);
  if (!reached && compare_ < kNever) {
    compare_event_.notify(Clocking::to_time(compare_ * kTickPs) - sc_core::sc_time_stamp());
  }
}

}  // namespace dcnsim::riscv
