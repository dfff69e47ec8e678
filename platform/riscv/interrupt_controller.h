// SPDX-License-Identifier: Apache-2.0
// Platform-level interrupt controller for level interrupts and one hart (RISC-V PLIC
// specification 1.0, one context): a source that is up becomes pending, a claim takes it, and only
// after its completion can it become pending again.
#pragma once

#include <vector>

#include "platform/riscv/peripheral.h"

namespace dcnsim::riscv {

class InterruptController : public Peripheral {
 public:
  sc_core::sc_vector<sc_core::sc_in<bool>> sources;  ///< source 1 first; there is no source 0
  sc_core::sc_out<bool> irq;

  /// At most 31 sources.
  InterruptController(const sc_core::sc_module_name& name, std::size_t source_count);

 private:
  std::optional<std::uint32_t> read(std::uint32_t offset, const sc_core::sc_time& at) override;
  bool write(std::uint32_t offset, std::uint32_t value) override;

  void update();
  std::uint32_t claim();
  /// The pending and enabled source of the highest priority above the threshold; 0 for none.
  std::uint32_t best() const;
  bool is_source(std::uint32_t number) const { return number > 0 && number < priorities_.size(); }

  std::vector<std::uint32_t> priorities_;                     ///< by source, 0 never interrupts
  std::uint32_t pending_ = 0, in_service_ = 0, enabled_ = 0;  ///< bits by source
  std::uint32_t threshold_ = 0;
  sc_core::sc_event changed_;
};

}  // namespace dcnsim::riscv
