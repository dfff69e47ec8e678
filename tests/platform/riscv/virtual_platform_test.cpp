// SPDX-License-Identifier: Apache-2.0
// Firmware on the virtual platform against the reference executor and the stand-alone system, on
// real images and the built-in network.
#include "platform/riscv/virtual_platform.h"

#include <elf.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <tuple>

#include "platform/driver/dcn_registers.h"
#include "platform/driver/driver.h"
#include "platform/standalone/simulation.h"
#include "tests/platform/riscv/workload.h"
#include "tests/support/fresh_kernel.h"
#include "tests/tlm/rewriting_wiring.h"
#include "workloads/executor.h"

namespace dcnsim::riscv {
namespace {

/// How far the firmware's cycle counters may be from the stand-alone system's, whose memory starts
/// each image with closed rows and a fresh refresh interval.
constexpr double kCycleBound = 0.0025;

/// What a run left behind.
struct Outcome {
  PlatformRun run;
  std::string terminal;
  std::vector<DcnImageResult> results;
  std::vector<CodeTensor> outputs;
  std::vector<LayerCounters> last_jobs;  ///< by accelerator, all layers
};

Outcome run_firmware(const Workload& workload, PlatformConfig config, const std::string& elf,
                     const MemoryImage& memory) {
  renew_kernel();
  CheckedWiring wiring;
  config.wiring = &wiring;
  const auto accelerators = static_cast<std::uint32_t>(config.accelerators.size());
  const std::size_t count = memory.table.tasks[0].image_count;
  const DcnTask& task = memory.table.tasks[0];
  std::ostringstream terminal;
  VirtualPlatform platform(config, terminal);
  platform.write_memory(DCN_MAP_DRAM, memory.bytes);
  platform.load_firmware(elf);
  Outcome outcome;
  outcome.run = platform.run(memory.table_address);
  outcome.terminal = terminal.str();
  outcome.results.resize(count);
  const auto bytes = platform.read_memory(task.results, sizeof(DcnImageResult) * count);
  std::memcpy(outcome.results.data(), bytes.data(), bytes.size());
  const Descriptor& last = workload.program.layers.back().descriptor;
  for (std::size_t i = 0; i < count; ++i) {
    const auto packed = platform.read_memory(
        task.outputs + static_cast<std::uint32_t>(i) * task.output_bytes, task.output_bytes);
    outcome.outputs.push_back(unpack_map(packed.data(), last.output_shape(), last.requant.out,
                                         workload.machine.config.dma.bus_bytes));
  }
  for (std::uint32_t k = 0; k < accelerators; ++k) {
    LayerCounters& job = outcome.last_jobs.emplace_back();
    for (const LayerCounters& layer : platform.layer_counters(k)) job += layer;
  }
  return outcome;
}

Outcome run_firmware(const Workload& workload, const PlatformConfig& config, const std::string& elf,
                     std::size_t count = kImages, std::uint32_t sets = 1) {
  const auto accelerators = static_cast<std::uint32_t>(config.accelerators.size());
  return run_firmware(workload, config, elf, workload.memory(accelerators, count, sets));
}

/// Images 0, `step`, 2 * `step` ...
void expect_images_right(const Workload& workload, const Outcome& outcome, std::size_t step = 1) {
  Executor executor(workload.network, workload.machine.config.accumulator);
  for (std::size_t i = 0; i < outcome.results.size(); i += step) {
    const CodeTensor& expected = executor.run(workload.images[i]).layers.back();
    const DcnImageResult& result = outcome.results[i];
    EXPECT_EQ(result.status, 0u) << i;
    EXPECT_EQ(outcome.outputs[i], expected) << i;
    EXPECT_EQ(result.predicted, static_cast<std::uint32_t>(argmax(expected))) << i;
    const std::string line = "image " + std::to_string(i) + ": class " +
                             std::to_string(result.predicted) + ", " +
                             std::to_string(result.cycles) + " cycles";
    EXPECT_NE(outcome.terminal.find(line), std::string::npos) << line;
  }
}

void expect_right(const Workload& workload, const Outcome& outcome) {
  EXPECT_EQ(outcome.run.exit_code, 0u) << outcome.terminal;
  expect_images_right(workload, outcome);
}

std::uint64_t waited(const Outcome& outcome) {
  std::uint64_t sum = 0;
  for (const DcnImageResult& result : outcome.results) sum += result.waited_cycles;
  return sum;
}

class ClassifyTest : public FreshKernel,
                     public testing::WithParamInterface<std::tuple<std::uint64_t, Transport>> {};

TEST_P(ClassifyTest, codes_classes_and_cycles_are_those_of_the_stand_alone_system) {
  const Workload workload;
  const auto [quantum_ps, transport] = GetParam();
  PlatformConfig config = workload.platform(1, transport);
  config.quantum_ps = quantum_ps;
  std::vector<Inference> alone;
  {
    CheckedWiring wiring;
    SimulationOptions options;
    options.wiring = &wiring;
    options.transport = transport;
    Simulation simulation(config.memory, config.dram, workload.program, options);
    for (const CodeTensor& image : workload.images) alone.push_back(simulation.run(image));
  }
  const Outcome outcome = run_firmware(workload, config, DCNSIM_CLASSIFY_ELF);
  expect_right(workload, outcome);
  for (std::size_t i = 0; i < kImages; ++i) {
    const auto cycles = static_cast<double>(alone[i].cycles);
    EXPECT_EQ(outcome.outputs[i], alone[i].output) << i;
    EXPECT_NEAR(static_cast<double>(outcome.results[i].cycles), cycles, kCycleBound * cycles) << i;
  }
  // So are the cycles in which the memory refreshed or was busy while the array waited.
  LayerCounters expected;
  for (const LayerCounters& layer : alone.back().layers) expected += layer;
  const LayerCounters& job = outcome.last_jobs[0];
  EXPECT_EQ(job.cycles, outcome.results.back().cycles);
  const auto near = [](const auto& a, const auto& b, double bound) {
    EXPECT_GT(b.total(), 0u);
    EXPECT_NEAR(static_cast<double>(a.total()), static_cast<double>(b.total()),
                bound * static_cast<double>(b.total()));
  };
  near(job.stall_cycles, expected.stall_cycles, 0.02);
  near(job.memory_busy_cycles, expected.memory_busy_cycles, 0.02);
  near(job.refresh_cycles, expected.refresh_cycles, 0.25);  // some 20 of them fall into waiting
  EXPECT_EQ(job.dram.read_bytes + job.dram.refreshes, 0u) << "the memory is shared";
}

INSTANTIATE_TEST_SUITE_P(QuantaAndTransports, ClassifyTest,
                         testing::Combine(testing::Values(0, 1'000'000, 1'000'000'000),
                                          testing::Values(Transport::kLooselyTimed,
                                                          Transport::kApproximatelyTimed)));

class SharedMemoryTest : public FreshKernel, public testing::WithParamInterface<Transport> {};

TEST_P(SharedMemoryTest, two_accelerators_are_right_and_wait_for_one_another) {
  const Workload workload;
  PlatformConfig config = workload.platform(1, GetParam());
  config.quantum_ps = 0;
  const Outcome one = run_firmware(workload, config, DCNSIM_CLASSIFY_ELF, 6);
  config.accelerators = workload.platform(2, GetParam()).accelerators;
  const Outcome two = run_firmware(workload, config, DCNSIM_CLASSIFY_ELF, 6);
  expect_right(workload, one);
  expect_right(workload, two);
  EXPECT_GT(waited(two), waited(one));
  for (const LayerCounters& job : two.last_jobs) {
    EXPECT_GT(job.memory_busy_cycles.total(), one.last_jobs[0].memory_busy_cycles.total());
    EXPECT_GT(job.refresh_cycles.total(), 0u);
    for (const Stall s : job.stall_cycles.keys()) {
      EXPECT_LE(job.refresh_cycles[s] + job.memory_busy_cycles[s], job.stall_cycles[s]);
    }
  }
  EXPECT_LT(two.run.simulated_ps, one.run.simulated_ps * 6 / 10) << "they work at once";
  for (std::uint32_t k = 0; k < 2; ++k) {
    EXPECT_EQ(std::count_if(two.results.begin(), two.results.end(),
                            [&](const DcnImageResult& r) { return r.accelerator == k; }),
              3);
  }
}

INSTANTIATE_TEST_SUITE_P(Transports, SharedMemoryTest,
                         testing::Values(Transport::kLooselyTimed, Transport::kApproximatelyTimed));

class QueueTest : public FreshKernel,
                  public testing::WithParamInterface<std::tuple<std::uint32_t, Transport>> {};

TEST_P(QueueTest, images_follow_without_a_pause_and_are_right) {
  const Workload workload;
  const auto [accelerators, transport] = GetParam();
  const PlatformConfig config = workload.platform(accelerators, transport);
  const std::size_t count = 8;
  const Outcome alone = run_firmware(workload, config, DCNSIM_CLASSIFY_ELF, count);
  const Outcome queued = run_firmware(workload, config, DCNSIM_CLASSIFY_ELF, count, 2);
  expect_right(workload, alone);
  expect_right(workload, queued);
  // Of what the processor did between images, some 25,000 instructions each, all is hidden but what
  // comes before an accelerator's first and after its last.
  const std::uint64_t between = count / accelerators - 1;
  const auto saved =
      static_cast<double>(alone.run.simulated_ps) - static_cast<double>(queued.run.simulated_ps);
  EXPECT_GT(saved, static_cast<double>(between) * 15'000 / config.cpu_mhz * 1e6);
  for (std::uint32_t k = 0; k < accelerators; ++k) {
    std::uint64_t cycles = 0, images = 0;
    for (const DcnImageResult& result : queued.results) {
      cycles += result.accelerator == k ? result.cycles : 0;
      images += result.accelerator == k ? 1 : 0;
    }
    EXPECT_EQ(images, count / accelerators);
    EXPECT_EQ(queued.last_jobs[k].cycles, cycles) << "latency and intervals are all there is";
  }
}

INSTANTIATE_TEST_SUITE_P(AcceleratorsAndTransports, QueueTest,
                         testing::Combine(testing::Values(1, 2),
                                          testing::Values(Transport::kLooselyTimed,
                                                          Transport::kApproximatelyTimed)));

class VirtualPlatformTest : public FreshKernel {
 protected:
  /// The platform without a workload.
  static PlatformRun run(const char* elf, std::uint32_t argument, PlatformConfig config,
                         std::ostream& terminal) {
    renew_kernel();
    CheckedWiring wiring;
    config.wiring = &wiring;
    VirtualPlatform platform(config, terminal);
    platform.load_firmware(elf);
    return platform.run(argument);
  }
  static PlatformConfig config(std::uint32_t accelerators = 1) {
    const Machine machine = small_edge();
    return alike(machine.config, machine.dram, accelerators);
  }
};

TEST_F(VirtualPlatformTest, faults_are_reported_and_the_next_job_is_right) {
  for (const Transport transport : {Transport::kLooselyTimed, Transport::kApproximatelyTimed}) {
    const Workload workload;
    const PlatformConfig config = workload.platform(1, transport);
    const Outcome outcome = run_firmware(workload, config, DCNSIM_FAULTS_ELF, 1);
    EXPECT_EQ(outcome.run.exit_code, 0u);
    EXPECT_EQ(outcome.terminal,
              "  next job: right\n"
              "read of a hole: bus error\n"
              "write to a hole: bus error\n"
              "write to ID: bus error\n"
              "read of CONTROL: bus error\n"
              "  next job: right\n"
              "corrupt descriptor: status 4, error 1 at layer 1\n"
              "  next job: right\n"
              "weights outside memory: status 4, error 3 at layer 1\n"
              "  next job: right\n"
              "list outside memory: status 4, error 3 at layer 0\n"
              "  next job: right\n"
              "half a millisecond into a job: status register 1\n"
              "after a reset: status register 0, cycles 0\n"
              "long after: status 1, error 0 at layer 0\n"
              "  next job: right\n"
              "started twice: status 0, error 0 at layer 0\n"
              "  next job: right\n"
              "acknowledged late: interrupt status 1\n"
              "  then: status 0, error 0 at layer 0\n"
              "  next job: right\n"
              "queued, the first: status 0, error 0 at layer 0\n"
              "queued, the second: status 4, error 1 at layer 0\n"
              "  next job: right\n");
  }
}

TEST_F(VirtualPlatformTest, a_job_that_fails_in_the_queue_costs_no_other_image) {
  for (const Transport transport : {Transport::kLooselyTimed, Transport::kApproximatelyTimed}) {
    const Workload workload;
    MemoryImage memory = workload.memory(1, 7, 2);
    // Its second descriptor is corrupt, so every second image fails with its next one queued.
    memory.bytes[memory.table.jobs[0].sets[1].descriptors - DCN_MAP_DRAM + kDescriptorBytes] ^= 1;
    const Outcome outcome =
        run_firmware(workload, workload.platform(1, transport), DCNSIM_CLASSIFY_ELF, memory);
    EXPECT_EQ(outcome.run.exit_code, 1u) << outcome.terminal;
    expect_images_right(workload, outcome, 2);
    for (std::size_t i = 1; i < 7; i += 2) {
      EXPECT_EQ(outcome.results[i].status, static_cast<std::uint32_t>(DCN_JOB_FAILED)) << i;
      EXPECT_EQ(outcome.results[i].error_code, DCN_ERROR_CODE_BAD_DESCRIPTOR) << i;
      EXPECT_EQ(outcome.results[i].error_layer, 1u) << i;
    }
  }
}

TEST_F(VirtualPlatformTest, the_processor_sleeps_while_the_accelerator_works) {
  const Workload workload;
  PlatformConfig config = workload.platform();
  const Outcome fast = run_firmware(workload, config, DCNSIM_CLASSIFY_ELF, 2);
  config.accelerators.front().config.clock_mhz /= 10;
  const Outcome slow = run_firmware(workload, config, DCNSIM_CLASSIFY_ELF, 2);
  EXPECT_GT(slow.run.simulated_ps, 9 * fast.run.simulated_ps);
  EXPECT_NEAR(static_cast<double>(slow.run.instructions),
              static_cast<double>(fast.run.instructions),
              0.01 * static_cast<double>(fast.run.instructions))
      << "but for the digits printed";
  EXPECT_GT(slow.run.slept_ps, slow.run.simulated_ps * 95 / 100);
}

TEST_F(VirtualPlatformTest, tasks_of_their_own_on_machines_and_at_places_of_their_own) {
  const Workload workload;
  PlatformConfig config = workload.platform();
  // Another machine, another program: half the array, half the clock.
  PlatformAccelerator other = config.accelerators.front();
  other.config.array.rows /= 2;
  other.config.clock_mhz /= 2;
  other.place = {0x1F000000, 31};
  config.accelerators.push_back(other);
  const Program narrow = compile(workload.network, other.config, workload.machine.dram);
  const auto image = [&](std::size_t i) { return std::vector<CodeTensor>{workload.images[i]}; };
  const MemoryImage memory =
      compose({{workload.program, config.memory.dma.bus_bytes, image(0), {}, usual_places(1)},
               {narrow, other.config.dma.bus_bytes, image(1), {workload.labels[1]}, {other.place}}},
              static_cast<std::uint64_t>(config.memory.dram.capacity_bytes));
  renew_kernel();
  CheckedWiring wiring;
  config.wiring = &wiring;
  std::ostringstream terminal;
  VirtualPlatform platform(config, terminal);
  platform.write_memory(DCN_MAP_DRAM, memory.bytes);
  platform.load_firmware(DCNSIM_CLASSIFY_ELF);
  EXPECT_EQ(platform.run(memory.table_address).exit_code, 0u) << terminal.str();
  Executor executor(workload.network, workload.machine.config.accumulator);
  for (std::size_t i = 0; i < 2; ++i) {
    const CodeTensor& expected = executor.run(workload.images[i]).layers.back();
    const DcnTask& task = memory.table.tasks[i];
    EXPECT_EQ(platform.read_memory(task.outputs, task.output_bytes),
              pack_map(expected, other.config.dma.bus_bytes))
        << i;
    EXPECT_EQ(task.labels == 0, i == 0);
  }
  const auto cycles = [&](std::uint32_t k) {
    std::uint64_t sum = 0;
    for (const LayerCounters& layer : platform.layer_counters(k)) sum += layer.cycles;
    return sum;
  };
  EXPECT_GT(cycles(1), cycles(0) * 3 / 2);
  EXPECT_NE(terminal.str().find("network 0, 1 images without labels\n"), std::string::npos);
}

TEST_F(VirtualPlatformTest, a_run_ends_when_its_time_is_over) {
  for (const char* elf : {DCNSIM_SPINS_ELF, DCNSIM_SLEEPS_ELF}) {
    renew_kernel();
    std::ostringstream terminal;
    CheckedWiring wiring;
    PlatformConfig platform = config();
    platform.wiring = &wiring;
    VirtualPlatform system(platform, terminal);
    system.load_firmware(elf);
    const PlatformRun result = system.run(1'000'000, 500'000'000);
    EXPECT_EQ(result.end, PlatformEnd::kTimeout);
    EXPECT_FALSE(result.exit_code);
    EXPECT_EQ(result.simulated_ps, 500'000'000u);
    EXPECT_LE(result.slept_ps, result.simulated_ps);
    EXPECT_EQ(result.slept_ps > 400'000'000, elf == std::string(DCNSIM_SLEEPS_ELF));
  }
}

TEST_F(VirtualPlatformTest, the_timer_wakes_and_an_endless_sleep_ends_the_run) {
  for (const std::uint64_t quantum_ps : {0U, 1'000'000U, 1'000'000'000U}) {
    PlatformConfig platform = config();
    platform.quantum_ps = quantum_ps;
    std::ostringstream terminal;
    const PlatformRun result = run(DCNSIM_SLEEPS_ELF, 42, platform, terminal);
    EXPECT_EQ(terminal.str(), "argument 42, slept 1000 us\n") << quantum_ps;
    EXPECT_FALSE(result.exit_code);
    EXPECT_EQ(result.end, PlatformEnd::kAsleep);
  }
}

TEST_F(VirtualPlatformTest, instructions_take_a_cycle_each_whatever_the_quantum) {
  for (const std::uint64_t quantum_ps : {0U, 1'000'000U, 1'000'000'000U}) {
    PlatformConfig platform = config();
    platform.quantum_ps = quantum_ps;
    std::ostringstream terminal;
    const PlatformRun result = run(DCNSIM_SPINS_ELF, 2, platform, terminal);
    EXPECT_EQ(result.exit_code, 0u);
    const double cycles = static_cast<double>(result.simulated_ps) * platform.cpu_mhz * 1e-6;
    const auto instructions = static_cast<double>(result.instructions);
    EXPECT_GT(instructions, 20000);
    EXPECT_NEAR(cycles, instructions, 0.05 * instructions) << "but for accesses to the UART";
  }
}

TEST_F(VirtualPlatformTest, every_binding_is_watched_and_used) {
  CheckedWiring wiring;
  PlatformConfig platform = config(2);
  platform.wiring = &wiring;
  std::ostringstream terminal;
  VirtualPlatform system(platform, terminal);
  const Workload workload;
  const MemoryImage memory = workload.memory(2, 2);
  system.write_memory(DCN_MAP_DRAM, memory.bytes);
  system.load_firmware(DCNSIM_CLASSIFY_ELF);
  EXPECT_EQ(system.run(memory.table_address).exit_code, 0u);
  EXPECT_EQ(wiring.bindings().size(), 11u);
  for (const std::string& idle : wiring.idle_bindings()) {
    // This firmware needs no timer, and its processor reaches the RAM through direct memory.
    EXPECT_TRUE(idle == "bus.to_targets_0 to ram.socket" ||
                idle == "bus.to_targets_3 to timer.socket")
        << idle;
  }
}

TEST_F(VirtualPlatformTest, targets_that_break_a_rule_are_seen) {
  RewritingWiring wiring;
  PlatformConfig platform = config();
  platform.wiring = &wiring;
  std::ostringstream terminal;
  VirtualPlatform system(platform, terminal);
  system.load_firmware(DCNSIM_SPINS_ELF);
  EXPECT_EQ(system.run(2).exit_code, 0u);
  EXPECT_EQ(wiring.take_broken_clauses(), std::set<std::string>{"14.7"});
}

TEST_F(VirtualPlatformTest, memory_and_firmware_that_do_not_fit_are_refused) {
  std::ostringstream terminal;
  PlatformConfig platform = config(DCN_ACCELERATORS_MAX + 1);
  EXPECT_THROW(VirtualPlatform(platform, terminal), std::runtime_error);
  platform = config();
  platform.memory.dram.capacity_bytes = std::int64_t{4} << 30;
  EXPECT_THROW(VirtualPlatform(platform, terminal), std::runtime_error);
  const auto refused = [&](const DcnPlace& place) {
    PlatformConfig elsewhere = config(2);
    elsewhere.accelerators[1].place = place;
    EXPECT_THROW(VirtualPlatform(elsewhere, terminal), std::runtime_error);
  };
  refused({DCN_MAP_ACCELERATOR(1), DCN_PLIC_ACCELERATOR(0)});
  refused({DCN_MAP_ACCELERATOR(1), 0});
  refused({DCN_MAP_ACCELERATOR(1), 32});
  refused({DCN_MAP_ACCELERATOR(1) + 4, DCN_PLIC_ACCELERATOR(1)});
  VirtualPlatform small(config(), terminal);
  EXPECT_THROW(small.write_memory(0x70000000, {1, 2, 3}), std::runtime_error);
  EXPECT_THROW(small.load_firmware(DCNSIM_SOURCE_DIR "/LICENSE"), std::runtime_error);

  std::ifstream in(DCNSIM_SPINS_ELF, std::ios::binary);
  std::string elf{std::istreambuf_iterator<char>(in), {}};
  Elf32_Ehdr header;
  std::memcpy(&header, elf.data(), sizeof header);
  const std::uint32_t hole = 0x70000000;
  for (std::size_t i = 0; i < header.e_phnum; ++i) {
    std::memcpy(&elf[header.e_phoff + i * header.e_phentsize + offsetof(Elf32_Phdr, p_paddr)],
                &hole, sizeof hole);
  }
  const std::string path = testing::TempDir() + "elsewhere_" + std::to_string(::getpid()) + ".elf";
  std::ofstream(path, std::ios::binary) << elf;
  try {
    small.load_firmware(path);
    ADD_FAILURE() << "loaded";
  } catch (const std::runtime_error& error) {
    EXPECT_EQ(std::string(error.what()).rfind(path + ": segment: no memory of ", 0), 0u)
        << error.what();
  }
  std::remove(path.c_str());
}

}  // namespace
}  // namespace dcnsim::riscv
