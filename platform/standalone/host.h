// SPDX-License-Identifier: Apache-2.0
// A host without a processor: one process that runs the driver against the bus, one job or several
// that are queued, and reaches memory through the debug transport, which takes no simulated time.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <cstdint>
#include <functional>
#include <systemc>
#include <tlm>
#include <vector>

#include "models/tlm/clocking.h"
#include "models/values/value_sequencer.h"
#include "platform/driver/driver.h"

namespace dcnsim {

class Host : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<Host, 32> bus;
  sc_core::sc_in<bool> irq;

  /// `register_base`: bus address of the accelerator's register window.
  Host(const sc_core::sc_module_name& name, std::uint64_t register_base, const Clocking& clocking);

  struct List {
    std::uint64_t descriptor_address = 0;
    std::uint32_t descriptor_count = 0;
  };

  /// Outside simulation: asks for a job, which runs at the next sc_start.
  void request(const List& list) { request_queue({list}, {}); }
  /// Likewise for jobs one behind the other, each queued while the one before runs; `done` is told
  /// when one has ended, by its place, before the second behind it is queued.
  void request_queue(std::vector<List> lists, std::function<void(std::size_t job)> done);
  const DcnResult& result() const { return result_; }
  /// The accelerator's CYCLES register after the last job.
  std::uint64_t cycles() const { return cycles_; }
  bool finished() const { return finished_; }

  /// Memory without time; throws std::runtime_error if the address is not all memory.
  void write_memory(std::uint64_t address, const std::vector<std::uint8_t>& bytes);
  std::vector<std::uint8_t> read_memory(std::uint64_t address, std::size_t count);
  /// All of the memory from address 0 on, where it grants a direct pointer; else null.
  MemoryBytes direct_memory();

 private:
  void run();
  void run_queue(const DcnPort& accelerator);
  /// The driver's way to the registers and the interrupt line.
  DcnPort port();
  bool access(tlm::tlm_command command, std::uint64_t address, std::uint32_t& value);
  void debug(tlm::tlm_command command, std::uint64_t address, std::uint8_t* data,
             std::size_t count);

  const std::uint64_t register_base_;
  const Clocking clocking_;
  std::vector<List> lists_;
  std::function<void(std::size_t)> done_;
  DcnResult result_{};
  std::uint64_t cycles_ = 0;
  bool finished_ = true;
  sc_core::sc_event go_;
};

}  // namespace dcnsim
