// SPDX-License-Identifier: Apache-2.0
// Timer, interrupt controller, UART, finisher and RAM behind their sockets.
#include <gtest/gtest.h>
#include <tlm_utils/simple_initiator_socket.h>

#include <functional>
#include <set>
#include <sstream>
#include <string>

#include "platform/riscv/cpu.h"
#include "platform/riscv/finisher.h"
#include "platform/riscv/interrupt_controller.h"
#include "platform/riscv/ram.h"
#include "platform/riscv/timer.h"
#include "platform/riscv/uart.h"
#include "tests/support/fresh_kernel.h"
#include "tests/tlm/checked_wiring.h"

namespace dcnsim::riscv {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;
using sc_core::SC_US;

/// Runs a script that talks to one device.
class Bench : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<Bench, 32> device{"device"};
  CheckedWiring wiring;
  std::function<void()> script;

  explicit Bench(const sc_core::sc_module_name& name) : sc_module(name) {
    SC_HAS_PROCESS(Bench);
    SC_THREAD(run);
  }

  tlm::tlm_response_status access(tlm::tlm_command command, std::uint32_t address,
                                  std::uint8_t* data, unsigned bytes,
                                  sc_time delay = sc_core::SC_ZERO_TIME) {
    payload_.set_command(command);
    payload_.set_address(address);
    payload_.set_data_ptr(data);
    payload_.set_data_length(bytes);
    payload_.set_streaming_width(bytes);
    payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    device->b_transport(payload_, delay);
    wait(delay + sc_time(1, SC_NS));
    return payload_.get_response_status();
  }
  tlm::tlm_response_status write(std::uint32_t address, std::uint32_t value) {
    std::uint8_t data[4];
    for (int i = 0; i < 4; ++i) data[i] = static_cast<std::uint8_t>(value >> (8 * i));
    return access(tlm::TLM_WRITE_COMMAND, address, data, 4);
  }
  std::uint32_t read(std::uint32_t address, const sc_time& delay = sc_core::SC_ZERO_TIME) {
    std::uint8_t data[4] = {};
    EXPECT_EQ(access(tlm::TLM_READ_COMMAND, address, data, 4, delay), tlm::TLM_OK_RESPONSE)
        << address;
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) value |= std::uint32_t{data[i]} << (8 * i);
    return value;
  }

 private:
  void run() { script(); }

  tlm::tlm_generic_payload payload_;  // the finisher ends the simulation in mid-access
};

class DevicesTest : public FreshKernel {};

TEST_F(DevicesTest, the_timer_interrupts_from_its_time_on_until_it_is_set_anew) {
  Bench bench("bench");
  Timer timer("timer");
  sc_core::sc_signal<bool> irq;
  bench.wiring.join(bench.device, timer.socket);
  timer.irq.bind(irq);
  bench.script = [&] {
    wait(sc_time(10, SC_US));
    EXPECT_EQ(bench.read(DCN_TIMER_MTIME), 100u);
    EXPECT_FALSE(irq.read());
    bench.write(DCN_TIMER_MTIMECMP, 150);
    bench.write(DCN_TIMER_MTIMECMP + 4, 0);
    wait(irq.posedge_event());
    EXPECT_EQ(sc_core::sc_time_stamp(), sc_time(15, SC_US));
    bench.write(DCN_TIMER_MTIMECMP, 200);
    EXPECT_FALSE(irq.read());
    wait(irq.posedge_event());
    EXPECT_EQ(sc_core::sc_time_stamp(), sc_time(20, SC_US));
    bench.write(DCN_TIMER_MTIMECMP + 4, 0xFFFFFFFF);
    EXPECT_FALSE(irq.read());
    EXPECT_EQ(bench.read(DCN_TIMER_MTIMECMP + 4), 0xFFFFFFFFu);
  };
  sc_core::sc_start();
  EXPECT_LT(sc_core::sc_time_stamp(), sc_time(21, SC_US)) << "a time that never comes is no event";
}

TEST_F(DevicesTest, the_timer_tells_the_time_of_the_access) {
  Bench bench("bench");
  Timer timer("timer");
  sc_core::sc_signal<bool> irq;
  bench.wiring.join(bench.device, timer.socket);
  timer.irq.bind(irq);
  bench.script = [&] {
    wait(sc_time(10030, SC_NS));
    EXPECT_EQ(bench.read(DCN_TIMER_MTIME, sc_time(970, SC_NS)), 110u) << "a tick is 100 ns";
  };
  sc_core::sc_start();
}

struct ControllerBench : Bench {
  InterruptController controller{"controller", 3};
  sc_core::sc_vector<sc_core::sc_signal<bool>> lines{"lines", 3};  ///< source 1 first
  sc_core::sc_signal<bool> irq{"irq"};

  explicit ControllerBench(const sc_core::sc_module_name& name) : Bench(name) {
    wiring.join(device, controller.socket);
    controller.sources.bind(lines);
    controller.irq.bind(irq);
  }
  void raise(std::size_t source, bool level) {
    lines[source - 1].write(level);
    wait(sc_time(1, SC_NS));
  }
};

TEST_F(DevicesTest, an_interrupt_is_claimed_once_until_it_is_completed) {
  ControllerBench bench("bench");
  bench.script = [&] {
    bench.write(DCN_PLIC_PRIORITY + 4 * 2, 1);
    bench.write(DCN_PLIC_ENABLE, 1u << 2);
    bench.raise(2, true);
    EXPECT_TRUE(bench.irq.read());
    EXPECT_EQ(bench.read(DCN_PLIC_PENDING), 1u << 2);
    EXPECT_EQ(bench.read(DCN_PLIC_CLAIM), 2u);
    EXPECT_FALSE(bench.irq.read()) << "still up, but in service";
    EXPECT_EQ(bench.read(DCN_PLIC_CLAIM), 0u);
    bench.write(DCN_PLIC_CLAIM, 2);
    EXPECT_TRUE(bench.irq.read()) << "completed while up: pending again";
    EXPECT_EQ(bench.read(DCN_PLIC_CLAIM), 2u);
    bench.raise(2, false);
    bench.write(DCN_PLIC_CLAIM, 2);
    EXPECT_FALSE(bench.irq.read());
  };
  sc_core::sc_start();
}

TEST_F(DevicesTest, priority_threshold_and_enable_decide_what_interrupts) {
  ControllerBench bench("bench");
  bench.script = [&] {
    bench.write(DCN_PLIC_PRIORITY + 4, 1);
    bench.write(DCN_PLIC_PRIORITY + 4 * 2, 3);
    bench.write(DCN_PLIC_PRIORITY + 4 * 3, 3);
    for (const std::size_t source : {1U, 2U, 3U}) bench.raise(source, true);
    EXPECT_FALSE(bench.irq.read()) << "none is enabled";
    bench.write(DCN_PLIC_ENABLE, 0xE);
    EXPECT_TRUE(bench.irq.read());
    EXPECT_EQ(bench.read(DCN_PLIC_CLAIM), 2u) << "the lower of equals";
    EXPECT_EQ(bench.read(DCN_PLIC_CLAIM), 3u);
    bench.write(DCN_PLIC_THRESHOLD, 1);
    EXPECT_FALSE(bench.irq.read());
    bench.write(DCN_PLIC_THRESHOLD, 0);
    EXPECT_EQ(bench.read(DCN_PLIC_CLAIM), 1u);
  };
  sc_core::sc_start();
}

TEST_F(DevicesTest, what_is_no_register_is_refused_with_the_right_response) {
  ControllerBench bench("bench");
  bench.script = [&] {
    std::uint8_t data[8] = {};
    const auto read = [&](std::uint32_t address, unsigned bytes) {
      return bench.access(tlm::TLM_READ_COMMAND, address, data, bytes);
    };
    EXPECT_EQ(read(DCN_PLIC_PENDING, 1), tlm::TLM_BURST_ERROR_RESPONSE);
    EXPECT_EQ(read(DCN_PLIC_PENDING, 8), tlm::TLM_BURST_ERROR_RESPONSE);
    EXPECT_EQ(read(DCN_PLIC_PENDING + 2, 4), tlm::TLM_BURST_ERROR_RESPONSE);
    EXPECT_EQ(read(0, 4), tlm::TLM_ADDRESS_ERROR_RESPONSE) << "there is no source 0";
    EXPECT_EQ(read(16, 4), tlm::TLM_ADDRESS_ERROR_RESPONSE);
    EXPECT_EQ(bench.write(DCN_PLIC_PENDING, 1), tlm::TLM_ADDRESS_ERROR_RESPONSE);
    EXPECT_EQ(bench.access(tlm::TLM_IGNORE_COMMAND, 0, data, 4), tlm::TLM_OK_RESPONSE);
  };
  sc_core::sc_start();
}

TEST_F(DevicesTest, the_uart_shows_characters) {
  Bench bench("bench");
  std::ostringstream terminal;
  Uart uart("uart", terminal);
  bench.wiring.join(bench.device, uart.socket);
  bench.script = [&] {
    for (const char c : std::string("hi\n")) {
      EXPECT_EQ(bench.read(DCN_UART_TXDATA), 0u) << "never full";
      bench.write(DCN_UART_TXDATA, static_cast<std::uint32_t>(c));
    }
    EXPECT_EQ(bench.write(4, 0), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  };
  sc_core::sc_start();
  EXPECT_EQ(terminal.str(), "hi\n");
}

TEST_F(DevicesTest, the_finisher_ends_the_simulation_with_a_code) {
  Bench bench("bench");
  Finisher finisher("finisher");
  bench.wiring.join(bench.device, finisher.socket);
  bool went_on = false;
  bench.script = [&] {
    EXPECT_EQ(bench.write(0, 0x1234), tlm::TLM_ADDRESS_ERROR_RESPONSE);
    EXPECT_FALSE(finisher.exit_code());
    bench.write(0, DCN_FINISHER_FAIL | 7u << 16);
    went_on = true;
  };
  sc_core::sc_start();
  EXPECT_EQ(finisher.exit_code(), 7u);
  EXPECT_FALSE(went_on);
}

TEST_F(DevicesTest, the_processor_stops_when_its_memory_is_withdrawn) {
  CheckedWiring wiring;
  Cpu cpu("cpu", {}, {{0, 4096}});
  Ram ram("ram", 4096);
  sc_core::sc_signal<bool> external_irq, timer_irq;
  wiring.join(cpu.bus, ram.socket);
  cpu.external_irq.bind(external_irq);
  cpu.timer_irq.bind(timer_irq);
  std::uint8_t loops_for_ever[] = {0x6F, 0, 0, 0};
  tlm::tlm_generic_payload payload;
  payload.set_write();
  payload.set_data_ptr(loops_for_ever);
  payload.set_data_length(sizeof loops_for_ever);
  ASSERT_EQ(cpu.bus->transport_dbg(payload), sizeof loops_for_ever);
  sc_core::sc_start(sc_time(1, SC_US));
  EXPECT_GT(cpu.instructions(), 100u);
  EXPECT_THROW(ram.socket->invalidate_direct_mem_ptr(0, 63), sc_core::sc_report);
}

TEST_F(DevicesTest, ram_keeps_what_is_written_and_refuses_what_is_outside) {
  Bench bench("bench");
  Ram ram("ram", 64);
  bench.wiring.join(bench.device, ram.socket);
  bench.script = [&] {
    bench.write(60, 0x01020304);
    EXPECT_EQ(bench.read(60), 0x01020304u);
    EXPECT_EQ(bench.write(62, 0), tlm::TLM_ADDRESS_ERROR_RESPONSE);
    EXPECT_EQ(bench.write(64, 0), tlm::TLM_ADDRESS_ERROR_RESPONSE);
    EXPECT_EQ(bench.read(60), 0x01020304u);
    EXPECT_EQ(bench.access(tlm::TLM_READ_COMMAND, 0, nullptr, 4), tlm::TLM_BURST_ERROR_RESPONSE);
    EXPECT_EQ(bench.wiring.take_broken_clauses(), std::set<std::string>{"14.11"});
  };
  sc_core::sc_start();
}

}  // namespace
}  // namespace dcnsim::riscv
