// SPDX-License-Identifier: Apache-2.0
// What may go wrong in a system: resets and accesses in mid-job, descriptors that are damaged or
// point to nowhere, memory that refuses in mid-burst, interrupts acknowledged late. Registers and
// interrupt say what happened, and the next job is right; over bus and DRAM, loosely and
// approximately timed.
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "models/tlm/bus.h"
#include "models/tlm/dram.h"
#include "tests/support/accelerator_bench.h"
#include "tests/support/dram_lpddr4.h"
#include "tests/support/fresh_kernel.h"

namespace dcnsim {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;
using sc_core::SC_US;

constexpr std::uint64_t kMemoryBytes = 1 << 20;  // small_machine()'s

struct Bench : AcceleratorBench {
  Bus bus{"bus", sc_time(4, SC_NS), 2, {{0, kMemoryBytes}}};
  Dram dram{"dram", lpddr4_3200(), small_machine().dram};
  tlm_utils::simple_initiator_socket<Bench, 32> backdoor{"backdoor"};

  Bench(const sc_core::sc_module_name& name, Transport transport)
      : AcceleratorBench(name, small_machine(), transport) {
    wiring.join(accelerator.memory, bus.from_initiators[0]);
    wiring.join(backdoor, bus.from_initiators[1]);
    wiring.join(bus.to_targets[0], dram.socket);
  }
  void memory(tlm::tlm_command command, std::uint64_t address, std::uint8_t* data,
              std::size_t bytes) override {
    tlm::tlm_generic_payload payload;
    payload.set_command(command);
    payload.set_address(address);
    payload.set_data_ptr(data);
    payload.set_data_length(static_cast<unsigned>(bytes));
    ASSERT_EQ(backdoor->transport_dbg(payload), bytes);
  }

  /// Runs the job at address 0 and acknowledges; returns ERROR_CODE, having checked that STATUS and
  /// IRQ_STATUS agree with it.
  std::uint32_t run(std::uint32_t count = 1) {
    start(count);
    wait_irq();
    const std::uint32_t code = read(reg::kErrorCode);
    const bool ok = code == reg::kNone;
    EXPECT_EQ(read(reg::kStatus), ok ? reg::kStatusDone : reg::kStatusError);
    EXPECT_EQ(read(reg::kIrqStatus), ok ? reg::kIrqDone : reg::kIrqError);
    acknowledge();
    EXPECT_FALSE(irq.read());
    return code;
  }
  void expect_next_job_right(const std::string& after) {
    spoil_output();
    load();
    EXPECT_EQ(run(), reg::kNone) << after;
    EXPECT_EQ(output(), ramp()) << after;
  }
};

class RobustnessTest : public FreshKernel, public testing::WithParamInterface<Transport> {
 protected:
  void simulate(const std::function<void(Bench&)>& script) {
    Bench bench("bench", GetParam());
    bench.script = [&] { script(bench); };
    sc_core::sc_start();
    EXPECT_TRUE(bench.finished) << "the host still waits";
  }
};

TEST_P(RobustnessTest, reset_in_mid_job) {
  simulate([](Bench& b) {
    for (int after_ns = 0; after_ns < 1500; after_ns += 61) {
      b.load();
      b.start();
      wait(sc_time(after_ns, SC_NS));
      b.write(reg::kControl, reg::kControlReset);
      wait(sc_time(2, SC_NS));
      EXPECT_EQ(b.read(reg::kStatus), 0u);
      EXPECT_EQ(b.read(reg::kErrorCode), reg::kNone);
      EXPECT_FALSE(b.irq.read());
      b.expect_next_job_right(std::to_string(after_ns) + " ns");
    }
  });
}

TEST_P(RobustnessTest, accesses_while_busy) {
  simulate([](Bench& b) {
    b.load();
    b.start();
    wait(sc_time(50, SC_NS));
    b.write(reg::kDescriptorAddressLo, 0x8000);
    b.write(reg::kDescriptorCount, 77);
    b.write(reg::kControl, reg::kControlStart);
    EXPECT_EQ(b.read(reg::kStatus), reg::kStatusBusy);
    b.wait_irq();
    EXPECT_EQ(b.read(reg::kErrorCode), reg::kNone);
    EXPECT_EQ(b.output(), Bench::ramp());
    b.acknowledge();
    b.expect_next_job_right("writes while busy");
  });
}

TEST_P(RobustnessTest, a_list_or_a_tensor_outside_memory) {
  simulate([](Bench& b) {
    b.load();
    EXPECT_EQ(b.run(kMemoryBytes / kDescriptorBytes + 1), reg::kBadDescriptor) << "empty memory";
    for (auto member :
         {&Descriptor::input_address, &Descriptor::weight_address, &Descriptor::output_address}) {
      for (const std::uint64_t address :
           {kMemoryBytes, std::uint64_t{1} << 32, UINT64_MAX - 0xFFF}) {
        Descriptor d = identity_layer();
        d.*member = address;
        b.load(d);
        EXPECT_EQ(b.run(), reg::kBusError) << address;
        EXPECT_EQ(b.read(reg::kErrorLayer), 0u);
        b.expect_next_job_right("address " + std::to_string(address));
      }
    }
  });
}

TEST_P(RobustnessTest, a_bus_error_in_mid_burst) {
  simulate([](Bench& b) {
    for (const std::uint64_t inside : {8U, 64U, 256U, 504U}) {  // of 512 bytes
      for (auto member : {&Descriptor::input_address, &Descriptor::output_address}) {
        Descriptor d = identity_layer();
        d.*member = kMemoryBytes - inside;
        b.load(d);
        EXPECT_EQ(b.run(), reg::kBusError) << inside;
        b.expect_next_job_right(std::to_string(inside) + " bytes");
      }
    }
  });
}

TEST_P(RobustnessTest, descriptors_with_flipped_bits_end_in_an_interrupt) {
  simulate([](Bench& b) {
    std::mt19937 random(1);
    int refused = 0;
    for (int round = 0; round < 400; ++round) {
      b.load();
      DescriptorBytes bytes = encode(identity_layer());
      for (int flips = 0; flips < 1 + round % 3; ++flips) {
        bytes[random() % bytes.size()] ^= static_cast<std::uint8_t>(1u << random() % 8);
      }
      b.memory(tlm::TLM_WRITE_COMMAND, 0, bytes.data(), bytes.size());
      refused += b.run() != reg::kNone ? 1 : 0;
    }
    EXPECT_GT(refused, 200);
    b.expect_next_job_right("damaged descriptors");
  });
}

TEST_P(RobustnessTest, an_interrupt_acknowledged_late) {
  simulate([](Bench& b) {
    Descriptor bad = identity_layer();
    bad.input_address = kMemoryBytes;
    b.load(bad);
    b.start();
    b.wait_irq();
    // Not acknowledged: the next job runs all the same, and both outcomes stay to be read.
    b.load();
    b.start();
    wait(sc_time(100, SC_US));
    EXPECT_TRUE(b.irq.read());
    EXPECT_EQ(b.read(reg::kIrqStatus), reg::kIrqDone | reg::kIrqError);
    EXPECT_EQ(b.read(reg::kStatus), reg::kStatusDone);
    EXPECT_EQ(b.read(reg::kErrorCode), reg::kNone);
    EXPECT_EQ(b.output(), Bench::ramp());
    b.write(reg::kIrqStatus, reg::kIrqError);
    wait(sc_time(2, SC_NS));
    EXPECT_TRUE(b.irq.read()) << "only one of two was acknowledged";
    b.acknowledge();
    EXPECT_FALSE(b.irq.read());
    b.expect_next_job_right("a late acknowledgement");
  });
}

INSTANTIATE_TEST_SUITE_P(Transports, RobustnessTest,
                         testing::Values(Transport::kLooselyTimed, Transport::kApproximatelyTimed));

}  // namespace
}  // namespace dcnsim
