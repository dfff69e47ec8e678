// SPDX-License-Identifier: Apache-2.0
// The recipes, with stand-ins of what they are for: the other side of their protocols.
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <thread>
#include <vector>

#include "models/arch/memory_layout.h"
#include "models/base/process/file_descriptor.h"
#include "models/tlm/accelerator.h"
#include "models/tlm/bus.h"
#include "models/tlm/ideal_memory.h"
#include "platform/driver/driver.h"
#include "platform/recipes/plic_line.h"
#include "platform/recipes/renode_bridge.h"
#include "tests/support/accelerator_bench.h"
#include "tests/support/fresh_kernel.h"

namespace dcnsim {
namespace {

constexpr std::uint32_t kMemory = 0x10000000;

/// Four bytes, least first.
std::uint32_t word(const std::uint8_t* bytes) {
  std::uint32_t word = 0;
  for (unsigned i = 0; i < 4; ++i) word |= std::uint32_t{bytes[i]} << (8 * i);
  return word;
}

/// What a co-simulation has on its two connections: written down from Renode's sources, apart from
/// the bridge.
struct Wire {
  static std::array<std::uint8_t, 20> bytes(std::uint32_t action, std::uint64_t address,
                                            std::uint64_t value) {
    std::array<std::uint8_t, 20> all{};
    for (unsigned i = 0; i < 4; ++i) all[i] = static_cast<std::uint8_t>(action >> (8 * i));
    for (unsigned i = 0; i < 8; ++i) all[4 + i] = static_cast<std::uint8_t>(address >> (8 * i));
    for (unsigned i = 0; i < 8; ++i) all[12 + i] = static_cast<std::uint8_t>(value >> (8 * i));
    return all;
  }
};

/// Renode's side: listens, asks, and counts interrupts.
class Renode {
 public:
  Renode() {
    for (Line* line : {&main_, &sender_}) {
      line->listener = FileDescriptor(::socket(AF_INET, SOCK_STREAM, 0));
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      socklen_t size = sizeof address;
      auto* const any = reinterpret_cast<sockaddr*>(&address);
      EXPECT_EQ(::bind(line->listener.number(), any, size), 0);
      EXPECT_EQ(::listen(line->listener.number(), 1), 0);
      EXPECT_EQ(::getsockname(line->listener.number(), any, &size), 0);
      line->port = ntohs(address.sin_port);
    }
  }
  std::uint16_t main_port() const { return main_.port; }
  std::uint16_t sender_port() const { return sender_.port; }

  void start() {
    for (Line* line : {&main_, &sender_}) {
      line->client = FileDescriptor(::accept(line->listener.number(), nullptr, nullptr));
    }
    say(10, 0, 0);
    EXPECT_EQ(hear(main_), Wire::bytes(10, 0, 0));
  }
  bool write(std::uint32_t address, std::uint32_t value) {
    say(27, address, value);
    return hear(main_)[0] == 9;
  }
  std::optional<std::uint32_t> read(std::uint32_t address) {
    say(3, address, 0);
    const auto answer = hear(main_);
    if (answer[0] != 3) return std::nullopt;
    return word(&answer[12]);
  }
  void tick(std::uint64_t count) {
    say(1, 0, count);
    for (auto answer = hear(sender_); answer[0] != 1; answer = hear(sender_)) {
      EXPECT_EQ(answer[0], 6) << "an interrupt";
      levels.push_back(answer[12] != 0);
    }
  }
  void reset() { say(4, 0, 0); }
  void end() {
    say(7, 0, 0);
    EXPECT_EQ(hear(sender_)[0], 9);
  }

  std::vector<bool> levels;

 private:
  struct Line {
    FileDescriptor listener, client;
    std::uint16_t port = 0;
  };

  void say(std::uint32_t action, std::uint64_t address, std::uint64_t value) {
    const auto bytes = Wire::bytes(action, address, value);
    EXPECT_EQ(::send(main_.client.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL), 20);
  }
  static std::array<std::uint8_t, 20> hear(const Line& line) {
    std::array<std::uint8_t, 20> bytes{};
    EXPECT_EQ(::recv(line.client.number(), bytes.data(), bytes.size(), MSG_WAITALL), 20);
    return bytes;
  }

  Line main_, sender_;
};

using RecipesTest = FreshKernel;

TEST_F(RecipesTest, another_simulator_runs_a_job_through_the_bridge) {
  Renode renode;
  const AcceleratorConfig config = small_machine();
  const Clocking clocking(config.clock_mhz);
  Bus bus("bus", clocking.cycles(1), 2,
          {{0, reg::kWindowBytes}, {kMemory, std::uint64_t{1} << 20}});
  Accelerator accelerator("accelerator", config);
  IdealMemory memory("memory", config.ideal, std::uint64_t{1} << 20);
  RenodeBridge bridge("bridge", renode.main_port(), renode.sender_port(),
                      sc_core::sc_time(1, sc_core::SC_US));
  sc_core::sc_signal<bool> irq("irq"), reset("reset");
  CheckedWiring wiring;
  wiring.join(bridge.bus, bus.from_initiators[0]);
  wiring.join(accelerator.memory, bus.from_initiators[1]);
  wiring.join(bus.to_targets[0], accelerator.registers);
  wiring.join(bus.to_targets[1], memory.socket);
  accelerator.irq.bind(irq);
  bridge.irq.bind(irq);
  accelerator.reset.bind(reset);
  bridge.reset.bind(reset);

  std::thread other([&] {
    renode.start();
    EXPECT_EQ(renode.read(reg::kId), reg::kIdValue);
    EXPECT_FALSE(renode.write(reg::kId, 0)) << "read-only";
    EXPECT_FALSE(renode.read(0x8000000)) << "nothing there";
    Descriptor pool;  // 2 x 2 max of an 8 x 8 map of 8 channels
    pool.kind = LayerKind::kPool;
    pool.pool.in = {8, 8, 8};
    pool.pool.kernel_h = pool.pool.kernel_w = pool.pool.stride_h = pool.pool.stride_w = 2;
    pool.input = pool.requant.out = {8, 0, false, false};
    pool.tiling.tile_h = pool.tiling.tile_w = 4;
    pool.input_address = kMemory + 0x1000;
    pool.output_address = kMemory + 0x2000;
    const DescriptorBytes list = encode(pool);
    for (std::uint32_t i = 0; i < list.size(); i += 4) {
      renode.write(kMemory + i, word(&list[i]));
    }
    for (std::uint32_t i = 0; i < 512; i += 4) {
      renode.write(kMemory + 0x1000 + i, 0x01010101U * (i / 8));  // a pixel's number
    }
    renode.write(reg::kDescriptorAddressLo, kMemory);
    renode.write(reg::kDescriptorCount, 1);
    renode.write(reg::kIrqEnable, 1);
    renode.write(reg::kControl, reg::kControlStart);
    EXPECT_EQ(renode.read(reg::kStatus), reg::kStatusBusy);
    renode.tick(10);
    EXPECT_EQ(renode.levels, std::vector<bool>{true});
    EXPECT_EQ(renode.read(reg::kStatus), reg::kStatusDone);
    renode.write(reg::kIrqStatus, 1);
    renode.tick(1);
    EXPECT_EQ(renode.levels, (std::vector<bool>{true, false}));
    for (std::uint32_t i = 0; i < 16; ++i) {
      // Output pixel (y, x) is the largest of four, (2 y + 1, 2 x + 1).
      const std::uint32_t largest = 8 * (2 * (i / 4) + 1) + 2 * (i % 4) + 1;
      EXPECT_EQ(renode.read(kMemory + 0x2000 + 8 * i), 0x01010101U * largest) << i;
    }
    renode.reset();
    EXPECT_EQ(renode.read(reg::kStatus), 0u);
    renode.end();
  });
  sc_core::sc_start();
  other.join();
}

TEST_F(RecipesTest, a_level_becomes_a_call_for_each_rise) {
  struct Gateway {
    std::vector<std::pair<std::uint32_t, sc_core::sc_time>> calls;
    void gateway_trigger_interrupt(std::uint32_t number) {
      calls.emplace_back(number, sc_core::sc_time_stamp());
    }
  } plic;
  PlicLine<Gateway> line("line", plic, 5);
  sc_core::sc_signal<bool> irq("irq");
  line.irq.bind(irq);
  const sc_core::sc_time step(1, sc_core::SC_NS);
  sc_core::sc_start(step);
  for (const bool level : {true, true, false, true}) {
    irq.write(level);
    sc_core::sc_start(step);
  }
  EXPECT_EQ(plic.calls,
            (std::vector<std::pair<std::uint32_t, sc_core::sc_time>>{{5, step}, {5, 4 * step}}));
}

}  // namespace
}  // namespace dcnsim
