// SPDX-License-Identifier: Apache-2.0
// The accelerator's registers behind a TLM-2.0 target socket, following the table in
// models/arch/registers.h. Access rules live here; what the accelerator does about START and RESET
// lives with its owner. An initiator may be ahead of simulated time: what it reads agrees with what
// it wrote before, while what its writes make happen outside of the registers waits for its time.
// An access is one or two words; byte enables may leave out whole words, as buses of 64 bits do.
#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <deque>
#include <map>
#include <tlm>

#include "models/arch/registers.h"
#include "models/tlm/systemc.h"

namespace dcnsim {

/// The descriptor list as the registers described it when START or QUEUE was written.
struct Job {
  std::uint64_t descriptor_address = 0;
  std::uint32_t descriptor_count = 0;
};

/// What the register bank asks of the accelerator behind it, at the time of the access.
class RegisterOwner {
 public:
  virtual ~RegisterOwner() = default;
  /// CONTROL.START was written while idle.
  virtual void start(const Job& job) = 0;
  /// CONTROL.QUEUE was written while a job ran and none waited. It may have ended since.
  virtual void queue(const Job& job) = 0;
  /// CONTROL.RESET was written; the registers are reset already.
  virtual void soft_reset() = 0;
  /// Present value of a 64-bit counter of reg::kCounters.
  virtual std::uint64_t counter(std::uint32_t offset) const = 0;
  /// IRQ_STATUS or IRQ_ENABLE changed.
  virtual void update_interrupt() = 0;
};

class RegisterBank : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<RegisterBank, 32> socket;

  RegisterBank(const sc_core::sc_module_name& name, RegisterOwner& owner);

  /// All registers to their reset values; what writes were still to make happen does not.
  void reset();
  /// RESET was written by an initiator that is ahead of simulated time, and is yet to happen: what
  /// the accelerator does in the meantime no longer reaches the registers.
  bool reset_pending() const { return pending(Effect::kReset); }
  /// A job has failed: a QUEUE by an initiator that is ahead of simulated time does not happen.
  void forget_queue();

  /// Value as the hardware behind the bank sees it, whatever the bus may do.
  std::uint32_t get(reg::Offset offset) const { return values_.at(offset); }
  void set(reg::Offset offset, std::uint32_t value) { values_.at(offset) = value; }

  /// Shows in `file` the registers that change.
  void trace(sc_core::sc_trace_file* file) const override;

  bool interrupt() const { return (get(reg::kIrqStatus) & get(reg::kIrqEnable)) != 0; }

 private:
  enum class Effect : std::uint8_t { kStart, kQueue, kReset, kInterrupt };
  struct PendingEffect {
    sc_core::sc_time at;
    Effect effect;
    Job job;  ///< of kStart, kQueue
  };

  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned transport_dbg(tlm::tlm_generic_payload& payload);
  bool get_direct_mem_ptr(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi);

  void reset_values();
  tlm::tlm_response_status check(const tlm::tlm_generic_payload& payload) const;
  void report_refused(const tlm::tlm_generic_payload& payload);
  std::uint32_t read(std::uint32_t offset) const;
  void write(std::uint32_t offset, std::uint32_t value, const sc_core::sc_time& delay);
  void write_control(std::uint32_t value, const sc_core::sc_time& delay);

  void schedule(const sc_core::sc_time& delay, Effect effect, const Job& job = {});
  void apply_due();
  bool pending(Effect effect) const;

  RegisterOwner& owner_;
  std::map<std::uint32_t, std::uint32_t> values_;  ///< kRegisters, by offset
  std::deque<PendingEffect> pending_;              ///< in the order of their times
  sc_core::sc_event due_;
  bool has_refused_ = false;
};

}  // namespace dcnsim
