// SPDX-License-Identifier: Apache-2.0
// A level interrupt at a controller that is told of interrupts by a call, as that of riscv-vp and
// riscv-vp++ is: a file to copy.
#pragma once

#include <cstdint>
#include <systemc>

/// `Plic` has gateway_trigger_interrupt(number).
template <class Plic>
class PlicLine : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> irq{"irq"};

  PlicLine(const sc_core::sc_module_name& name, Plic& plic, std::uint32_t number)
      : sc_module(name), plic_(plic), number_(number) {
#if IEEE_1666_SYSTEMC < 202301L  // SystemC 2.3
    SC_HAS_PROCESS(PlicLine);
#endif
    SC_METHOD(rose);
    sensitive << irq.pos();
    dont_initialize();
  }

 private:
  // The driver silences the accelerator before it completes the interrupt: an edge is enough.
  void rose() { plic_.gateway_trigger_interrupt(number_); }

  Plic& plic_;
  const std::uint32_t number_;
};
