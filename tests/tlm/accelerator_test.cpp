// SPDX-License-Identifier: Apache-2.0
// The accelerator as a component: jobs, interrupt, errors and reset, driven through its sockets.
#include "models/tlm/accelerator.h"

#include <gtest/gtest.h>
#include <tlm_utils/simple_initiator_socket.h>

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "models/tlm/dram.h"
#include "tests/support/accelerator_bench.h"
#include "tests/support/dram_lpddr4.h"
#include "tests/support/fresh_kernel.h"

namespace dcnsim {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;

/// Memory and accelerator wired directly.
struct Bench : AcceleratorBench {
  tlm_utils::simple_initiator_socket<Bench, 32> backdoor{"backdoor"};
  Dram dram{"dram", lpddr4_3200(), small_machine().dram};
  int bursts = 0;

  explicit Bench(const sc_core::sc_module_name& name)
      : AcceleratorBench(name, small_machine(), Transport::kLooselyTimed) {
    // The memory has one port, so the test reaches it through a small switch.
    wiring.join(accelerator.memory, from_accelerator_);
    wiring.join(to_dram_, dram.socket);
    wiring.join(backdoor, from_test_);
    from_accelerator_.register_b_transport(this, &Bench::forward);
    from_test_.register_transport_dbg(this, &Bench::forward_debug);
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

 private:
  void forward(tlm::tlm_generic_payload& p, sc_time& delay) {
    ++bursts;
    to_dram_->b_transport(p, delay);
  }
  unsigned forward_debug(tlm::tlm_generic_payload& p) { return to_dram_->transport_dbg(p); }

  tlm_utils::simple_target_socket<Bench, 32> from_accelerator_{"from_accelerator"};
  tlm_utils::simple_target_socket<Bench, 32> from_test_{"from_test"};
  tlm_utils::simple_initiator_socket<Bench, 32> to_dram_{"to_dram"};
};

class AcceleratorTest : public FreshKernel {
 protected:
  void simulate(const std::function<void(Bench&)>& script) {
    Bench bench("bench");
    bench.script = [&] { script(bench); };
    sc_core::sc_start();
    EXPECT_TRUE(bench.finished) << "the host still waits";
  }
};

TEST_F(AcceleratorTest, a_job_ends_with_an_interrupt_that_stays_until_acknowledged) {
  simulate([](Bench& b) {
    b.load();
    b.start();
    EXPECT_EQ(b.read(reg::kStatus), reg::kStatusBusy);
    b.wait_irq();
    EXPECT_EQ(b.read(reg::kStatus), reg::kStatusDone);
    EXPECT_EQ(b.output(), Bench::ramp());
    wait(sc_time(1000, SC_NS));
    EXPECT_TRUE(b.irq.read());
    b.write(reg::kIrqStatus, reg::kIrqDone);
    wait(sc_time(1, SC_NS));
    EXPECT_FALSE(b.irq.read());
    EXPECT_EQ(b.read(reg::kMacs), 8u * 8 * 8 * 8);
    EXPECT_EQ(b.read(reg::kBytesOutput), 512u);
    EXPECT_EQ(b.read(reg::kBytesInput), 512u);
    EXPECT_EQ(b.read(reg::kBytesDescriptor), kDescriptorBytes);
  });
}

TEST_F(AcceleratorTest, a_disabled_interrupt_stays_low) {
  simulate([](Bench& b) {
    b.load();
    b.start();
    b.write(reg::kIrqEnable, 0);
    wait(sc_time(100000, SC_NS));
    EXPECT_FALSE(b.irq.read());
    EXPECT_EQ(b.read(reg::kStatus), reg::kStatusDone);
  });
}

TEST_F(AcceleratorTest, start_while_busy_is_ignored) {
  simulate([](Bench& b) {
    b.load();
    b.start();
    wait(sc_time(50, SC_NS));
    b.write(reg::kControl, reg::kControlStart);
    b.wait_irq();
    const int bursts = b.bursts;
    b.write(reg::kIrqStatus, 3);
    wait(sc_time(100000, SC_NS));
    EXPECT_EQ(b.bursts, bursts);
    EXPECT_FALSE(b.irq.read());
  });
}

/// Queues the same list again, `after` its start; waits until both have ended, and returns CYCLES.
std::uint64_t run_twice(Bench& b, const sc_time& after) {
  b.load();
  b.start();
  wait(after);
  b.write(reg::kControl, reg::kControlQueue);
  b.wait_irq();
  const bool both = b.read(reg::kJobs) == 2;
  EXPECT_EQ(b.read(reg::kStatus) & reg::kStatusBusy, both ? 0u : 1u * reg::kStatusBusy);
  b.acknowledge();
  b.spoil_output();
  if (!both) {
    b.wait_irq();
    b.acknowledge();
  }
  EXPECT_EQ(b.read(reg::kJobs), 2u);
  EXPECT_EQ(b.read(reg::kStatus), reg::kStatusDone);
  EXPECT_EQ(b.output(), Bench::ramp()) << "the second wrote it";
  EXPECT_EQ(b.read(reg::kBytesDescriptor), 2 * kDescriptorBytes);
  EXPECT_EQ(b.accelerator.layer_counters().size(), 2u);
  std::uint64_t cycles = 0;
  for (const LayerCounters& layer : b.accelerator.layer_counters()) cycles += layer.cycles;
  EXPECT_EQ(b.read(reg::kCycles), cycles);
  return cycles;
}

TEST_F(AcceleratorTest, a_queued_job_follows_and_its_descriptor_comes_ahead) {
  std::uint64_t early = 0, late = 0;
  simulate([&](Bench& b) { early = run_twice(b, sc_core::SC_ZERO_TIME); });
  renew_kernel();
  // The last layer has begun: the list is asked for when it has ended.
  simulate([&](Bench& b) { late = run_twice(b, sc_time(600, SC_NS)); });
  EXPECT_LT(early, late);
}

TEST_F(AcceleratorTest, a_job_that_fails_takes_the_queue_with_it) {
  simulate([](Bench& b) {
    b.load();
    b.start(2);  // the second one is all zeros
    b.write(reg::kDescriptorCount, 1);
    b.write(reg::kControl, reg::kControlQueue);
    b.wait_irq();
    EXPECT_EQ(b.read(reg::kIrqStatus), reg::kIrqError);
    EXPECT_EQ(b.read(reg::kStatus), reg::kStatusError);
    EXPECT_EQ(b.read(reg::kErrorLayer), 1u);
    b.acknowledge();
    const int bursts = b.bursts;
    wait(sc_time(100000, SC_NS));
    EXPECT_EQ(b.bursts, bursts);
    EXPECT_FALSE(b.irq.read());
    EXPECT_EQ(b.read(reg::kJobs), 0u);
    b.start();
    b.wait_irq();
    EXPECT_EQ(b.read(reg::kStatus), reg::kStatusDone);
    EXPECT_EQ(b.read(reg::kJobs), 1u);
  });
}

TEST_F(AcceleratorTest, a_queued_list_that_cannot_run_fails_in_its_turn) {
  simulate([](Bench& b) {
    b.load();
    b.start();
    b.write(reg::kDescriptorAddressLo, 4);
    b.write(reg::kControl, reg::kControlQueue);
    b.wait_irq();
    EXPECT_EQ(b.read(reg::kJobs), 1u);
    EXPECT_EQ(b.output(), Bench::ramp());
    wait(sc_time(100, SC_NS));
    EXPECT_EQ(b.read(reg::kErrorCode), reg::kBadDescriptor);
    EXPECT_EQ(b.read(reg::kErrorLayer), 0u);
  });
}

TEST_F(AcceleratorTest, reset_forgets_the_queue) {
  simulate([](Bench& b) {
    b.load();
    b.start();
    b.write(reg::kControl, reg::kControlQueue);
    wait(sc_time(600, SC_NS));
    b.write(reg::kControl, reg::kControlReset);
    wait(sc_time(100000, SC_NS));
    EXPECT_EQ(b.read(reg::kJobs), 0u);
    EXPECT_FALSE(b.irq.read());
    b.start();
    b.wait_irq();
    EXPECT_EQ(b.read(reg::kJobs), 1u);
    EXPECT_EQ(b.output(), Bench::ramp());
  });
}

TEST_F(AcceleratorTest, an_invalid_descriptor_is_reported_with_its_index) {
  simulate([](Bench& b) {
    b.load();
    b.start(2);  // the second one is all zeros
    b.wait_irq();
    EXPECT_EQ(b.read(reg::kIrqStatus), reg::kIrqError);
    EXPECT_EQ(b.read(reg::kStatus), reg::kStatusError);
    EXPECT_EQ(b.read(reg::kErrorCode), reg::kBadDescriptor);
    EXPECT_EQ(b.read(reg::kErrorLayer), 1u);
  });
}

TEST_F(AcceleratorTest, a_list_that_is_not_on_the_bus_grid_is_an_error) {
  simulate([](Bench& b) {
    for (const std::uint32_t address : {1u, 2u, 4u, 12u, 260u}) {
      b.load();
      b.write(reg::kIrqEnable, reg::kIrqDone | reg::kIrqError);
      b.write(reg::kDescriptorAddressLo, address);
      b.write(reg::kDescriptorCount, 1);
      const int bursts = b.bursts;
      b.write(reg::kControl, reg::kControlStart);
      b.wait_irq();
      EXPECT_EQ(b.read(reg::kErrorCode), reg::kBadDescriptor) << address;
      EXPECT_EQ(b.read(reg::kErrorLayer), 0u);
      EXPECT_EQ(b.bursts, bursts) << "nothing is read from there";
      b.acknowledge();
    }
  });
}

TEST_F(AcceleratorTest, counters_are_those_of_the_last_job_alone) {
  simulate([](Bench& b) {
    std::vector<std::uint32_t> first;
    for (int job = 0; job < 3; ++job) {
      b.load();
      b.start();
      b.wait_irq();
      for (std::size_t i = 0; i < reg::kCounters.size(); ++i) {
        const reg::Counter& counter = reg::kCounters[i];
        const std::uint32_t value = b.read(counter.offset);
        if (job == 0) first.push_back(value);
        const std::string name(counter.name);
        // The memory is not as new for the second job.
        if (name != "CYCLES" && name.rfind("STALL", 0) != 0) {
          EXPECT_EQ(value, first[i]) << name;
        }
        EXPECT_LT(value, first[i] + first[i] / 2 + 1) << name;
      }
      b.acknowledge();
    }
  });
}

/// The identity twice, the map between them in the input buffer.
std::pair<Descriptor, Descriptor> kept_map() {
  Descriptor first = identity_layer(), second = identity_layer();
  first.output_on_chip = second.input_on_chip = true;
  second.tiling.tile_h = 8;
  return {first, second};
}

TEST_F(AcceleratorTest, zeros_among_inputs_are_counted_wherever_they_come_from) {
  simulate([](Bench& b) {
    auto [first, second] = kept_map();
    b.load(first);
    DescriptorBytes bytes = encode(second);
    b.memory(tlm::TLM_WRITE_COMMAND, kDescriptorBytes, bytes.data(), bytes.size());
    b.start(2);
    b.wait_irq();
    for (const LayerCounters& layer : b.accelerator.layer_counters()) {
      EXPECT_EQ(layer.input_codes, 512u);
      EXPECT_EQ(layer.input_zeros, 2u) << "the ramp wraps once";
    }
  });
}

TEST_F(AcceleratorTest, a_map_on_chip_is_read_as_what_it_was_written) {
  const auto error_after = [&](void (*change)(Descriptor & first, Descriptor & second)) {
    std::pair<std::uint32_t, std::uint32_t> error;
    renew_kernel();
    simulate([&](Bench& b) {
      auto [first, second] = kept_map();
      change(first, second);
      b.load(first);
      b.spoil_output();
      DescriptorBytes bytes = encode(second);
      b.memory(tlm::TLM_WRITE_COMMAND, kDescriptorBytes, bytes.data(), bytes.size());
      b.start(2);
      b.wait_irq();
      error = {b.read(reg::kErrorCode), b.read(reg::kErrorLayer)};
      if (error.first == reg::kNone) {
        EXPECT_EQ(b.output(), Bench::ramp());
      }
    });
    return error;
  };
  const std::pair<std::uint32_t, std::uint32_t> none{reg::kNone, 0}, bad{reg::kBadDescriptor, 1};
  EXPECT_EQ(error_after([](Descriptor&, Descriptor&) {}), none);
  EXPECT_EQ(error_after([](Descriptor& first, Descriptor&) { first.output_on_chip = false; }), bad);
  EXPECT_EQ(error_after([](Descriptor&, Descriptor& second) { second.input.frac = 1; }), bad);
  EXPECT_EQ(error_after([](Descriptor&, Descriptor& second) { second.input.bits = 4; }), bad);
  EXPECT_EQ(error_after([](Descriptor&, Descriptor& second) { second.input.is_signed = true; }),
            bad);
  EXPECT_EQ(error_after([](Descriptor&, Descriptor& second) {
              second.conv.in.height = 4;
              second.tiling.tile_h = 4;
            }),
            bad);
}

/// Whatever the accelerator remembers of weights that it has read before.
TEST_F(AcceleratorTest, weights_are_those_that_are_in_memory_when_the_job_runs) {
  for (const int chunk : {8, 4, 2}) {
    renew_kernel();
    simulate([&](Bench& b) {
      Descriptor d = identity_layer();
      d.tiling.chunk_k = chunk;
      b.load(d);
      const std::uint64_t weights =
          d.weight_address + weight_block_layout(8, 8, 8, 32, 8).bias_bytes;
      std::vector<std::uint8_t> expected = Bench::ramp();
      // Of the first part of the sums, of the last one, again, and back.
      for (const auto& [channel, factor] :
           {std::pair{0, 1}, {0, 2}, {7, 3}, {7, 3}, {4, 0}, {7, 1}, {0, 1}, {4, 1}}) {
        const auto c = static_cast<std::size_t>(channel);
        auto weight = static_cast<std::uint8_t>(factor);
        b.memory(tlm::TLM_WRITE_COMMAND, weights + c * 8 + c, &weight, 1);
        for (std::size_t i = c; i < expected.size(); i += 8) {
          expected[i] = static_cast<std::uint8_t>(std::min(Bench::ramp()[i] * factor, 255));
        }
        b.spoil_output();
        b.start();
        b.wait_irq();
        EXPECT_EQ(b.output(), expected) << chunk << " inputs a tile, " << channel << ", " << factor;
        b.acknowledge();
      }
    });
  }
}

TEST_F(AcceleratorTest, an_empty_list_is_an_error) {
  simulate([](Bench& b) {
    b.start(0);
    b.wait_irq();
    EXPECT_EQ(b.read(reg::kErrorCode), reg::kBadDescriptor);
  });
}

TEST_F(AcceleratorTest, a_tile_larger_than_its_buffer_is_an_error_not_a_success) {
  simulate([](Bench& b) {
    Descriptor d = identity_layer();
    d.conv.in = {64, 64, 8};
    d.tiling.tile_h = 64;
    d.tiling.tile_w = 64;
    b.load(d);
    b.start();
    b.wait_irq();
    EXPECT_EQ(b.read(reg::kErrorCode), reg::kDoesNotFit);
  });
}

TEST_F(AcceleratorTest, a_bus_error_in_any_stream_ends_the_job_and_the_next_one_works) {
  simulate([](Bench& b) { b.expect_bus_errors_to_pass(); });
}

TEST_F(AcceleratorTest, reset_at_any_moment_leaves_a_working_idle_accelerator) {
  simulate([](Bench& b) {
    for (int after_ns = 0; after_ns < 1200; after_ns += 37) {
      const bool by_pin = after_ns % 2 == 0;
      b.load();
      b.start();
      wait(sc_time(after_ns, SC_NS));
      if (by_pin) {
        b.reset.write(true);
        wait(sc_time(2, SC_NS));
        b.reset.write(false);
      } else {
        b.write(reg::kControl, reg::kControlReset);
      }
      wait(sc_time(2, SC_NS));
      ASSERT_EQ(b.read(reg::kStatus), 0u) << after_ns;
      ASSERT_EQ(b.read(reg::kIrqEnable), 0u);
      ASSERT_EQ(b.read(reg::kCycles), 0u);
      ASSERT_FALSE(b.irq.read());
      const int bursts = b.bursts;
      wait(sc_time(20000, SC_NS));
      ASSERT_EQ(b.bursts, bursts) << "traffic after reset at " << after_ns;

      b.spoil_output();
      b.start();
      b.wait_irq();
      ASSERT_EQ(b.read(reg::kStatus), reg::kStatusDone) << after_ns;
      ASSERT_EQ(b.output(), Bench::ramp()) << after_ns;
      b.write(reg::kIrqStatus, 3);
      wait(sc_time(2, SC_NS));
    }
  });
}

}  // namespace
}  // namespace dcnsim
