// SPDX-License-Identifier: Apache-2.0
// What a platform may expect of the accelerator as one of many components: results that depend
// neither on the coding style nor on neighbours, and accesses that take effect at their time.
#include <gtest/gtest.h>
#include <tlm_utils/simple_target_socket.h>

#include <array>
#include <cstring>
#include <set>
#include <string>

#include "tests/support/accelerator_bench.h"
#include "tests/support/fresh_kernel.h"

namespace dcnsim {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;
using sc_core::SC_US;

constexpr Transport kTransports[] = {Transport::kLooselyTimed, Transport::kApproximatelyTimed};

/// Accelerator, host and a memory of their own that takes 100 ns for a burst.
struct Bench : AcceleratorBench {
  tlm_utils::simple_target_socket<Bench, 32> socket{"socket"};
  std::vector<std::uint8_t> bytes = std::vector<std::uint8_t>(65536);
  int bursts = 0;
  sc_time latest_burst;

  explicit Bench(const sc_core::sc_module_name& name,
                 Transport transport = Transport::kLooselyTimed)
      : AcceleratorBench(name, small_machine(), transport) {
    wiring.join(accelerator.memory, socket);
    socket.register_b_transport(this, &Bench::b_transport);
  }
  void memory(tlm::tlm_command command, std::uint64_t address, std::uint8_t* data,
              std::size_t count) override {
    std::uint8_t* at = bytes.data() + address;
    command == tlm::TLM_READ_COMMAND ? std::memcpy(data, at, count) : std::memcpy(at, data, count);
  }

 private:
  void b_transport(tlm::tlm_generic_payload& p, sc_time& delay) {
    ++bursts;
    latest_burst = sc_core::sc_time_stamp() + delay;
    memory(p.get_command(), p.get_address(), p.get_data_ptr(), p.get_data_length());
    delay += sc_time(100, SC_NS);
    p.set_response_status(tlm::TLM_OK_RESPONSE);
  }
};

/// What software sees of a job.
struct JobSeen {
  std::vector<std::uint8_t> output;
  std::array<std::uint32_t, reg::kCounters.size()> counters{};
  sc_time took;

  bool operator==(const JobSeen& other) const {
    return output == other.output && counters == other.counters && took == other.took;
  }
};

JobSeen run_job(Bench& b) {
  b.load();
  const sc_time begin = sc_core::sc_time_stamp();
  b.start();
  b.wait_irq();
  JobSeen seen;
  seen.took = sc_core::sc_time_stamp() - begin;
  seen.output = b.output();
  for (std::size_t i = 0; i < seen.counters.size(); ++i) {
    seen.counters[i] = b.read(reg::kCounters[i].offset);
  }
  b.acknowledge();
  return seen;
}

class ComponentTest : public FreshKernel {
 protected:
  static void simulate(Bench& bench, const std::function<void(Bench&)>& script) {
    bench.script = [&] { script(bench); };
    sc_core::sc_start();
    EXPECT_TRUE(bench.finished) << "the host still waits";
  }
  static JobSeen alone(Transport transport, const sc_time& quantum) {
    renew_kernel();
    tlm::tlm_global_quantum::instance().set(quantum);
    Bench bench("bench", transport);
    JobSeen seen;
    simulate(bench, [&](Bench& b) { seen = run_job(b); });
    return seen;
  }
};

/// Without the process that the memory's simple socket makes under ours to adapt phases.
std::set<std::string> objects_below(const sc_core::sc_object& object) {
  std::set<std::string> names = {object.name()};
  for (const sc_core::sc_object* child : object.get_child_objects()) {
    const std::string name = child->basename();
    if (name.find("nb2b_thread") != 0) names.merge(objects_below(*child));
  }
  return names;
}

TEST_F(ComponentTest, the_quantum_makes_no_difference) {
  for (const Transport transport : kTransports) {
    const JobSeen expected = alone(transport, sc_core::SC_ZERO_TIME);
    EXPECT_EQ(expected.output, Bench::ramp());
    EXPECT_TRUE(alone(transport, sc_time(1, SC_US)) == expected);
    EXPECT_TRUE(alone(transport, sc_time(1, sc_core::SC_MS)) == expected);
  }
}

TEST_F(ComponentTest, coding_styles_agree_up_to_time) {
  const JobSeen loose = alone(Transport::kLooselyTimed, sc_core::SC_ZERO_TIME);
  // The adapter in front of this memory takes one request at a time.
  const JobSeen approximate = alone(Transport::kApproximatelyTimed, sc_core::SC_ZERO_TIME);
  EXPECT_EQ(approximate.output, loose.output);
  EXPECT_GT(approximate.took, loose.took);
  for (std::size_t i = 0; i < reg::kCounters.size(); ++i) {
    const std::string name(reg::kCounters[i].name);
    if (name == "CYCLES" || name.find("STALL") == 0) continue;
    EXPECT_EQ(approximate.counters[i], loose.counters[i]) << name;
  }
}

TEST_F(ComponentTest, two_instances_give_the_bytes_and_cycles_of_one) {
  for (const Transport transport : kTransports) {
    const JobSeen expected = alone(transport, sc_core::SC_ZERO_TIME);
    for (const int offset_ns : {0, 10, 334}) {
      renew_kernel();
      Bench first("first", transport), second("second", transport);
      JobSeen seen[2];
      second.script = [&] {
        sc_core::wait(offset_ns, SC_NS);
        seen[1] = run_job(second);
      };
      simulate(first, [&](Bench& b) { seen[0] = run_job(b); });
      EXPECT_TRUE(second.finished);
      EXPECT_TRUE(seen[0] == expected) << offset_ns;
      EXPECT_TRUE(seen[1] == expected) << offset_ns;
    }
  }
}

TEST_F(ComponentTest, no_objects_are_made_after_elaboration) {
  for (const Transport transport : kTransports) {
    renew_kernel();
    Bench bench("bench", transport);
    std::set<std::string> elaborated;
    simulate(bench, [&](Bench& b) {
      elaborated = objects_below(b.accelerator);
      run_job(b);
      b.start();
      wait(sc_time(300, SC_NS));
      b.write(reg::kControl, reg::kControlReset);
      wait(sc_time(300, SC_NS));
      run_job(b);
    });
    EXPECT_EQ(objects_below(bench.accelerator), elaborated);
  }
}

TEST_F(ComponentTest, start_and_reset_written_ahead_of_time_happen_at_their_time) {
  Bench bench("bench");
  simulate(bench, [](Bench& b) {
    b.load();
    b.write(reg::kDescriptorCount, 1);
    b.write_at(sc_time(500, SC_NS), reg::kControl, reg::kControlStart);
    EXPECT_EQ(b.read(reg::kStatus), reg::kStatusBusy) << "as seen from then on";
    b.write_at(sc_time(900, SC_NS), reg::kControl, reg::kControlReset);
    wait(sc_time(499, SC_NS));
    EXPECT_EQ(b.bursts, 0);
    wait(sc_time(400, SC_NS));
    const int bursts = b.bursts;
    EXPECT_GT(bursts, 0) << "not reset yet";
    wait(sc_time(10000, SC_NS));
    EXPECT_LE(b.latest_burst, sc_time(900, SC_NS));
    EXPECT_EQ(b.read(reg::kStatus), 0u);
    EXPECT_EQ(b.read(reg::kDescriptorCount), 0u);
    EXPECT_EQ(run_job(b).output, Bench::ramp());
  });
}

TEST_F(ComponentTest, a_job_that_ends_before_a_reset_already_written_does_not_show) {
  Bench bench("bench");
  simulate(bench, [](Bench& b) {
    b.load();
    b.start();
    b.write_at(sc_time(20000, SC_NS), reg::kControl, reg::kControlReset);
    wait(sc_time(10000, SC_NS));
    EXPECT_EQ(b.output(), Bench::ramp());
    EXPECT_EQ(b.read(reg::kStatus), 0u);
    EXPECT_FALSE(b.irq.read());
  });
}

TEST_F(ComponentTest, a_reset_and_a_start_of_the_same_instant_happen_in_their_order) {
  Bench bench("bench");
  simulate(bench, [](Bench& b) {
    b.load();
    b.start();
    b.write_at(sc_time(500, SC_NS), reg::kControl, reg::kControlReset);
    b.write_at(sc_time(500, SC_NS), reg::kIrqEnable, reg::kIrqDone);
    b.write_at(sc_time(500, SC_NS), reg::kDescriptorCount, 1);
    b.write_at(sc_time(500, SC_NS), reg::kControl, reg::kControlStart);
    b.wait_irq();
    EXPECT_GT(sc_core::sc_time_stamp(), sc_time(500, SC_NS));
    EXPECT_EQ(b.read(reg::kStatus), reg::kStatusDone);
    EXPECT_EQ(b.output(), Bench::ramp());
  });
}

TEST_F(ComponentTest, the_interrupt_line_follows_accesses_at_their_time) {
  Bench bench("bench");
  simulate(bench, [](Bench& b) {
    run_job(b);
    b.start();
    b.write(reg::kIrqEnable, 0);
    wait(sc_time(10000, SC_NS));
    const sc_time begin = sc_core::sc_time_stamp();
    b.write_at(sc_time(40, SC_NS), reg::kIrqEnable, reg::kIrqDone);
    b.write_at(sc_time(70, SC_NS), reg::kIrqStatus, reg::kIrqDone);
    EXPECT_EQ(b.read(reg::kIrqStatus), 0u);
    wait(sc_time(10000, SC_NS), b.irq.value_changed_event());
    EXPECT_FALSE(b.irq.read()) << "the one who enabled it acknowledged it";
    EXPECT_EQ(sc_core::sc_time_stamp() - begin, sc_time(10000, SC_NS));
  });
}

TEST_F(ComponentTest, nothing_starts_while_the_reset_input_is_high) {
  Bench bench("bench");
  simulate(bench, [](Bench& b) {
    b.load();
    b.reset.write(true);
    wait(sc_time(10, SC_NS));
    b.start();
    wait(sc_time(10000, SC_NS));
    EXPECT_EQ(b.bursts, 0);
    b.reset.write(false);
    wait(sc_time(10000, SC_NS));
    EXPECT_EQ(b.bursts, 0);
    EXPECT_EQ(b.read(reg::kStatus), 0u);
    EXPECT_EQ(b.read(reg::kIrqEnable), 0u);
    EXPECT_EQ(run_job(b).output, Bench::ramp());
  });
}

TEST_F(ComponentTest, registers_show_what_the_layers_counted) {
  Bench bench("bench");
  simulate(bench, [](Bench& b) {
    b.load();
    b.start();
    b.wait_irq();
    const LayerCounters& layer = b.accelerator.layer_counters()[0];
    EXPECT_EQ(b.read(reg::kCycles), layer.cycles);
    EXPECT_EQ(b.read(reg::kMacs), 8u * 8 * 8 * 8);
    EXPECT_EQ(b.read(reg::kStallWeight), layer.stall_cycles[Stall::kWeight]);
    EXPECT_EQ(b.read(reg::kBytesDescriptor), 256u);
    EXPECT_EQ(b.read(reg::kBytesBias), layer.stream_bytes[Stream::kBias]);
    EXPECT_EQ(b.read(reg::kBytesWeight), layer.stream_bytes[Stream::kWeight]);
    EXPECT_NE(b.read(reg::kBytesBias), b.read(reg::kBytesWeight));
    EXPECT_EQ(b.read(reg::kBytesOutput), 512u);
    EXPECT_EQ(b.read(reg::kBytesOutput + 4), 0u);
  });
}

TEST_F(ComponentTest, bank_conflicts_have_a_register) {
  Bench bench("bench");
  simulate(bench, [](Bench& b) {
    b.load();
    b.start();
    b.wait_irq();
    const LayerCounters& layer = b.accelerator.layer_counters()[0];
    EXPECT_EQ(b.read(reg::kStallConflict), layer.stall_cycles[Stall::kConflict]);
    std::uint64_t accounted = layer.compute_cycles;
    for (const std::uint32_t stall : {reg::kStallDescriptor, reg::kStallWeight, reg::kStallInput,
                                      reg::kStallOutput, reg::kStallConflict}) {
      accounted += b.read(stall);
    }
    EXPECT_EQ(b.read(reg::kCycles), accounted);
  });
}

}  // namespace
}  // namespace dcnsim
