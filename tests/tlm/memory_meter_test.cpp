// SPDX-License-Identifier: Apache-2.0
// What the accelerator's counters say of the memory, by the meter that it was given.
#include <gtest/gtest.h>
#include <tlm_utils/simple_initiator_socket.h>

#include <functional>

#include "models/tlm/bus.h"
#include "models/tlm/dram.h"
#include "tests/support/accelerator_bench.h"
#include "tests/support/dram_lpddr4.h"
#include "tests/support/fresh_kernel.h"

namespace dcnsim {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;

enum class Meter { kNone, kOwn, kShared };

/// Accelerator and test on a bus in front of a DRAM.
struct Bench : AcceleratorBench {
  tlm_utils::simple_initiator_socket<Bench, 32> backdoor{"backdoor"};
  Bus bus{"bus", sc_time(4, SC_NS), 2, {{0, 1 << 20}}};
  Dram dram{"dram", lpddr4_3200(), small_machine().dram};

  Bench(const sc_core::sc_module_name& name, Transport transport, Meter meter)
      : AcceleratorBench(name, small_machine(), transport) {
    wiring.join(accelerator.memory, bus.from_initiators[0]);
    wiring.join(backdoor, bus.from_initiators[1]);
    wiring.join(bus.to_targets[0], dram.socket);
    if (meter == Meter::kOwn) accelerator.measure(dram.own_meter());
    if (meter == Meter::kShared) accelerator.measure(dram.shared_meter());
  }
  void memory(tlm::tlm_command command, std::uint64_t address, std::uint8_t* data,
              std::size_t bytes) override {
    tlm::tlm_generic_payload p;
    p.set_command(command);
    p.set_address(address);
    p.set_data_ptr(data);
    p.set_data_length(static_cast<unsigned>(bytes));
    ASSERT_EQ(backdoor->transport_dbg(p), bytes);
  }
  LayerCounters run_job() {
    load();
    start();
    wait_irq();
    EXPECT_EQ(output(), ramp());
    acknowledge();
    spoil_output();
    return accelerator.layer_counters().at(0);
  }
};

class MemoryMeterTest : public FreshKernel, public testing::WithParamInterface<Transport> {
 protected:
  static void simulate(Meter meter, const std::function<void(Bench&)>& script) {
    renew_kernel();
    Bench bench("bench", GetParam(), meter);
    bench.script = [&] { script(bench); };
    sc_core::sc_start();
    EXPECT_TRUE(bench.finished) << "the host still waits";
  }
};

TEST_P(MemoryMeterTest, an_own_memory_gives_each_layer_its_events_and_is_as_new_for_each_job) {
  simulate(Meter::kOwn, [](Bench& b) {
    const LayerCounters first = b.run_job();
    wait(sc_time(5000, SC_NS));  // refreshes between the jobs belong to neither
    const LayerCounters second = b.run_job();
    for (const LayerCounters& layer : {first, second}) {
      EXPECT_EQ(layer.dram.write_bytes, 512u) << "whole bursts";
      EXPECT_EQ(layer.dram.read_bytes, 256u + 32 + 64 + 512) << "descriptor, bias, weights, input";
      EXPECT_EQ(layer.dram.active_ps + layer.dram.precharged_ps, 2000 * layer.cycles);
      EXPECT_EQ(layer.cycles, first.cycles);
      EXPECT_EQ(layer.memory_busy_cycles, first.memory_busy_cycles);
    }
  });
}

TEST_P(MemoryMeterTest, a_shared_memory_tells_waiting_apart_and_gives_no_events) {
  LayerCounters own, shared;
  simulate(Meter::kOwn, [&](Bench& b) { own = b.run_job(); });
  simulate(Meter::kShared, [&](Bench& b) { shared = b.run_job(); });
  EXPECT_EQ(shared.cycles, own.cycles);
  EXPECT_EQ(shared.memory_busy_cycles, own.memory_busy_cycles);
  EXPECT_EQ(shared.dram.read_bytes + shared.dram.write_bytes + shared.dram.precharged_ps, 0u);
}

TEST_P(MemoryMeterTest, what_a_layer_takes_does_not_depend_on_being_measured) {
  LayerCounters without, with;
  simulate(Meter::kNone, [&](Bench& b) { without = b.run_job(); });
  simulate(Meter::kShared, [&](Bench& b) { with = b.run_job(); });
  EXPECT_EQ(without.stall_cycles, with.stall_cycles);
  EXPECT_EQ(without.cycles, with.cycles);
  EXPECT_GT(with.memory_busy_cycles.total(), 0u);
  for (const Stall s : with.stall_cycles.keys()) {
    EXPECT_EQ(without.memory_busy_cycles[s] + without.refresh_cycles[s], 0u);
    EXPECT_LE(with.memory_busy_cycles[s] + with.refresh_cycles[s], with.stall_cycles[s]);
  }
}

TEST_P(MemoryMeterTest, jobs_after_a_reset_in_mid_burst_are_right) {
  simulate(Meter::kOwn, [](Bench& b) {
    const std::uint64_t undisturbed = b.run_job().cycles;
    for (int after_ns = 1; after_ns < 600; after_ns += 7) {
      b.load();
      b.start();
      wait(sc_time(after_ns, SC_NS));
      b.write(reg::kControl, reg::kControlReset);
      wait(sc_time(2, SC_NS));
      const LayerCounters layer = b.run_job();
      EXPECT_GE(layer.dram.write_bytes, 512u) << after_ns;
      EXPECT_LE(layer.cycles, undisturbed + 40) << "requests of the old job pass first";
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Transports, MemoryMeterTest,
                         testing::Values(Transport::kLooselyTimed, Transport::kApproximatelyTimed));

}  // namespace
}  // namespace dcnsim
