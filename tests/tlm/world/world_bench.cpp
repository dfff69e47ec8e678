// SPDX-License-Identifier: Apache-2.0
#include "tests/tlm/world/world_bench.h"

#include <algorithm>
#include <array>

#include "tests/support/fresh_kernel.h"

namespace dcnsim::world {

using sc_core::sc_time;

namespace {

constexpr std::uint64_t kVisited = 0x8000;  ///< the other initiator's

AcceleratorOptions with_transport(AcceleratorOptions options, Transport transport) {
  options.transport = transport;
  return options;
}

}  // namespace

WorldBench::WorldBench(const sc_core::sc_module_name& name, const Inhabitant& inhabitant,
                       const Timing& timing, const AcceleratorConfig& config,
                       const AcceleratorOptions& options)
    : AcceleratorBench(name, config, with_transport(options, inhabitant.transport)),
      inhabitant_(inhabitant),
      site_(inhabitant.build(storage, timing, wiring)),
      entrance_("entrance", inhabitant.transport) {
  wiring.join(accelerator.memory, entrance_.from_initiator);
  wiring.join(entrance_.to_target, *site_.entrance);
}

WorldBench::~WorldBench() {
  // A memory that has never been met has broken nothing.
  const std::set<std::string> broken = wiring.take_broken_clauses();
  EXPECT_EQ(broken, inhabitant_.breaks);
}

void WorldBench::memory(tlm::tlm_command command, std::uint64_t address, std::uint8_t* data,
                        std::size_t bytes) {
  std::uint8_t* at = storage.bytes.data() + address;
  command == tlm::TLM_READ_COMMAND ? std::copy_n(at, bytes, data) : std::copy_n(data, bytes, at);
}

void WorldBench::put(const LayerJob& job) {
  const DescriptorBytes list = encode(job.descriptor);
  std::copy(list.begin(), list.end(), storage.bytes.begin());
  std::copy(job.input.begin(), job.input.end(), storage.bytes.begin() + bench::kInput);
  std::copy(job.weights.begin(), job.weights.end(), storage.bytes.begin() + bench::kWeights);
  std::fill_n(storage.bytes.begin() + bench::kOutput, job.output.size(), std::uint8_t{0xAA});
}

std::uint64_t WorldBench::run(const LayerJob& job) {
  put(job);
  start();
  return finish(job);
}

std::uint64_t WorldBench::finish(const LayerJob& job) {
  wait_irq();
  EXPECT_EQ(read(reg::kStatus), reg::kStatusDone);
  const auto at = storage.bytes.begin() + bench::kOutput;
  EXPECT_TRUE(std::equal(job.output.begin(), job.output.end(), at)) << "wrong values";
  const std::uint64_t cycles = read(reg::kCycles);
  acknowledge();
  return cycles;
}

void WorldBench::soft_reset() {
  write(reg::kControl, reg::kControlReset);
  if (irq.read()) wait(irq.negedge_event());
}

void WorldBench::line_reset() {
  reset.write(true);
  site_.memory->line_reset();
  wait(sc_time(6, sc_core::SC_NS));
  reset.write(false);
  wait(sc_core::SC_ZERO_TIME);
  wait(sc_core::SC_ZERO_TIME);
}

void WorldBench::visit() {
  const std::array<std::uint8_t, 4> written{++visits_, 2, 3, 4};
  std::array<std::uint8_t, 4> data = written;
  EXPECT_EQ(entrance_.access(tlm::TLM_WRITE_COMMAND, kVisited, data), tlm::TLM_OK_RESPONSE);
  data = {};
  EXPECT_EQ(entrance_.access(tlm::TLM_READ_COMMAND, kVisited, data), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(data, written);
}

void simulate(const Inhabitant& inhabitant, const Timing& timing, const AcceleratorConfig& config,
              const std::function<void(WorldBench&)>& script, const AcceleratorOptions& options) {
  WorldBench bench("bench", inhabitant, timing, config, options);
  bench.script = [&] { script(bench); };
  sc_core::sc_start(sc_time(10, sc_core::SC_SEC));
  EXPECT_TRUE(bench.finished) << "somebody waits for ever";
}

}  // namespace dcnsim::world
