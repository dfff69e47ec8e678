// SPDX-License-Identifier: Apache-2.0
// What Core adds to Unicorn: exact counts, accesses made once, traps, interrupts, sleep.
#include "platform/riscv/core.h"

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <stdexcept>

#include "tests/platform/riscv/assembler.h"

namespace dcnsim::riscv {
namespace {

using namespace assembler;

constexpr std::uint32_t kRam = 0x20000000, kHandler = kRam + 0x800, kSeen = kRam + 0xC00;
constexpr std::uint32_t kDevice = 0x10000000, kHole = 0x30000000;

struct Access {
  std::uint32_t address, value;
  bool operator==(const Access& other) const {
    return address == other.address && value == other.value;
  }
};

/// A core with 4 KiB of memory; the hole answers with a bus error, everything else is a device.
class CoreTest : public testing::Test, protected CoreClient {
 protected:
  bool load(std::uint32_t address, unsigned, std::uint32_t& value) override {
    loads.push_back({address, 0});
    if (on_access) on_access(address);
    value = 0x12345678;
    return address != kHole;
  }
  bool store(std::uint32_t address, unsigned, std::uint32_t value) override {
    stores.push_back({address, value});
    if (on_access) on_access(address);
    return address != kHole;
  }
  std::uint64_t checkpoint(std::uint64_t instructions) override {
    checkpoints.push_back(instructions);
    return instructions + checkpoint_distance;
  }

  void put(std::uint32_t address, const std::vector<std::uint32_t>& words) {
    std::memcpy(ram.data() + (address - kRam), words.data(), 4 * words.size());
  }
  std::uint32_t word(std::uint32_t address) const {
    std::uint32_t value = 0;
    std::memcpy(&value, ram.data() + (address - kRam), sizeof value);
    return value;
  }
  /// Runs `program` until it sleeps; every program ends in a WFI.
  void run(const std::vector<std::uint32_t>& program) {
    put(kRam, program);
    core.start(kRam, 0);
    core.run();
  }
  /// Handler that keeps mcause, mepc, mtval and mstatus, and sleeps for ever.
  void put_recorder() {
    put(kHandler, {csrw(mie, zero), lui(t2, kSeen), addi(t2, t2, 0x7FF), addi(t2, t2, 0x401),
                   csrr(t1, mcause), sw(t1, t2, 0), csrr(t1, mepc), sw(t1, t2, 4), csrr(t1, mtval),
                   sw(t1, t2, 8), csrr(t1, mstatus), sw(t1, t2, 12), wfi()});
  }
  /// mtvec = kHandler, mie = both lines, mstatus.MIE = `on`.
  static std::vector<std::uint32_t> set_up(bool on, std::vector<std::uint32_t> rest) {
    std::vector<std::uint32_t> program{
        lui(t0, kRam),    addi(t0, t0, 0x7FF),  addi(t0, t0, 1), csrw(mtvec, t0),
        lui(t0, 0x1000),  addi(t0, t0, -0x780), csrw(mie, t0),   addi(t0, zero, on ? 8 : 0),
        csrw(mstatus, t0)};
    program.insert(program.end(), rest.begin(), rest.end());
    return program;
  }

  std::vector<std::uint8_t> ram = std::vector<std::uint8_t>(4096);
  std::vector<Access> loads, stores;
  std::vector<std::uint64_t> checkpoints;
  std::uint64_t checkpoint_distance = 1000;
  std::function<void(std::uint32_t)> on_access;
  Core core{*this, {{kRam, 4096, ram.data()}}};
};

TEST_F(CoreTest, counts_every_instruction_compressed_ones_too) {
  // 2 + 100 * (1 + 2 + 1) + 1
  run({addi(a0, zero, 100), addi(a1, zero, 0), addi(a0, a0, -1), two_c_addi(a1, 3),
       bne_back(a0, zero, 2), wfi()});
  EXPECT_EQ(core.instructions(), 403u);
}

TEST_F(CoreTest, checkpoints_come_at_most_a_block_late) {
  checkpoint_distance = 10;
  run({addi(a0, zero, 100), addi(a0, a0, -1), addi(a1, zero, 0), bne_back(a0, zero, 2), wfi()});
  ASSERT_GT(checkpoints.size(), 20u);
  for (std::size_t i = 1; i < checkpoints.size(); ++i) {
    EXPECT_GE(checkpoints[i] - checkpoints[i - 1], 10u);
    EXPECT_LT(checkpoints[i] - checkpoints[i - 1], 14u);
  }
}

TEST_F(CoreTest, accesses_outside_memory_go_to_the_client_once_and_in_order) {
  run({lui(t0, kDevice), addi(t1, zero, 1), sw(t1, t0, 0), addi(t1, zero, 2), sw(t1, t0, 4),
       lw(t1, t0, 8), sw(t1, t0, 12), wfi()});
  EXPECT_EQ(loads, (std::vector<Access>{{kDevice + 8, 0}}));
  EXPECT_EQ(stores,
            (std::vector<Access>{{kDevice, 1}, {kDevice + 4, 2}, {kDevice + 12, 0x12345678}}));
}

TEST_F(CoreTest, an_interrupt_that_rises_within_an_access_repeats_none) {
  put_recorder();
  on_access = [&](std::uint32_t address) {
    if (address == kDevice + 4) core.set_interrupt(Interrupt::kExternal, true);
  };
  run(set_up(true, {lui(t0, kDevice), addi(t1, zero, 7), sw(t1, t0, 0), sw(t1, t0, 4),
                    sw(t1, t0, 8), jump_to_next(), sw(t1, t0, 12), wfi()}));
  ASSERT_EQ(stores.size(), 3u) << "the block was executed more or less than once";
  EXPECT_EQ(word(kSeen), 0x8000000Bu);
  EXPECT_EQ(word(kSeen + 4), kRam + 4 * (9 + 6)) << "mepc: the next block";
  EXPECT_EQ(word(kSeen + 12) & 0x1888, 0x1880u) << "MIE off, MPIE and MPP as before";
}

TEST_F(CoreTest, mret_goes_back_with_interrupts_on) {
  put(kHandler, {lui(t0, kDevice), sw(zero, t0, 16), mret()});
  on_access = [&](std::uint32_t address) {
    core.set_interrupt(Interrupt::kTimer, address == kDevice);
  };
  run(set_up(true, {lui(t0, kDevice), sw(zero, t0, 0), jump_to_next(), csrr(a0, mstatus),
                    sw(a0, t0, 20), wfi()}));
  ASSERT_EQ(stores.size(), 3u);
  EXPECT_EQ(stores[1].address, kDevice + 16);
  EXPECT_EQ(stores[2].value & 8, 8u);
}

TEST_F(CoreTest, the_external_interrupt_comes_before_the_timers) {
  put_recorder();
  core.set_interrupt(Interrupt::kTimer, true);
  core.set_interrupt(Interrupt::kExternal, true);
  run(set_up(true, {jump_to_next(), wfi()}));
  EXPECT_EQ(word(kSeen), 0x8000000Bu);
}

TEST_F(CoreTest, a_vectored_interrupt_goes_to_its_own_entry) {
  put(kHandler + 4 * 7, {csrw(mie, zero), lui(t0, kDevice), sw(zero, t0, 0), wfi()});
  core.set_interrupt(Interrupt::kTimer, true);
  std::vector<std::uint32_t> program = set_up(true, {jump_to_next(), wfi()});
  program[2] = addi(t0, t0, 2);  // mode 1
  run(program);
  EXPECT_EQ(stores.size(), 1u);
}

TEST_F(CoreTest, sleeps_until_an_enabled_interrupt_even_with_interrupts_off) {
  run(set_up(false, {wfi(), lui(t0, kDevice), sw(zero, t0, 0), wfi()}));
  EXPECT_TRUE(stores.empty());
  EXPECT_FALSE(core.can_wake());
  core.set_interrupt(Interrupt::kTimer, true);
  EXPECT_TRUE(core.can_wake());
  const std::uint64_t before = core.instructions();
  on_access = [&](std::uint32_t) { core.set_interrupt(Interrupt::kTimer, false); };
  core.run();
  EXPECT_EQ(stores.size(), 1u) << "no trap: it goes on behind the WFI";
  EXPECT_EQ(core.instructions() - before, 3u);
}

TEST_F(CoreTest, a_masked_interrupt_does_not_wake) {
  run({wfi()});
  core.set_interrupt(Interrupt::kExternal, true);
  EXPECT_FALSE(core.can_wake());
}

TEST_F(CoreTest, a_bus_error_traps_before_the_next_block_with_the_address) {
  put_recorder();
  run(set_up(true, {lui(t0, kHole), lw(t1, t0, 0), addi(a0, zero, 1), jump_to_next(), wfi()}));
  EXPECT_EQ(word(kSeen), 5u);
  EXPECT_EQ(word(kSeen + 4), kRam + 4 * (9 + 4));
  EXPECT_EQ(word(kSeen + 8), kHole);
  EXPECT_EQ(loads.size(), 1u);
}

TEST_F(CoreTest, a_bus_error_of_a_store_has_a_cause_of_its_own) {
  put_recorder();
  run(set_up(true, {lui(t0, kHole), sw(t1, t0, 0), wfi()}));
  EXPECT_EQ(word(kSeen), 7u) << "also when the block ends in a WFI";
  EXPECT_EQ(stores.size(), 1u);
}

TEST_F(CoreTest, exceptions_reach_the_handler) {
  put_recorder();
  run(set_up(true, {ecall(), wfi()}));
  EXPECT_EQ(word(kSeen), 11u) << "environment call from machine mode";
  EXPECT_EQ(word(kSeen + 4), kRam + 4 * 9);
}

TEST_F(CoreTest, an_illegal_instruction_reaches_the_handler) {
  put_recorder();
  run(set_up(true, {0xFFFFFFFF, wfi()}));
  EXPECT_EQ(word(kSeen), 2u);
  EXPECT_EQ(word(kSeen + 4), kRam + 4 * 9);
  EXPECT_LT(core.instructions(), 30u) << "those before it and the handler's";
}

TEST_F(CoreTest, an_illegal_compressed_instruction_reaches_the_handler) {
  put_recorder();
  run(set_up(true, {0x00000000, wfi()}));
  EXPECT_EQ(word(kSeen), 2u);
  EXPECT_EQ(word(kSeen + 4), kRam + 4 * 9);
}

TEST_F(CoreTest, a_jump_out_of_memory_is_a_fetch_fault) {
  put_recorder();
  run(set_up(true, {lui(t0, kHole), jr(t0), wfi()}));
  EXPECT_EQ(word(kSeen), 1u);
  EXPECT_EQ(word(kSeen + 4), kHole);
}

TEST_F(CoreTest, a_trap_without_a_handler_is_an_error_not_an_endless_loop) {
  put(kRam, {ecall()});
  core.start(kRam, 0);
  try {
    core.run();
    FAIL();
  } catch (const std::runtime_error& e) {
    EXPECT_NE(std::string(e.what()).find("mtvec"), std::string::npos) << e.what();
  }
}

TEST_F(CoreTest, what_the_client_throws_comes_out_of_run) {
  on_access = [](std::uint32_t) { throw std::domain_error("from the bus"); };
  put(kRam, {lui(t0, kDevice), sw(zero, t0, 0), sw(zero, t0, 4), jump_to_next(), wfi()});
  core.start(kRam, 0);
  EXPECT_THROW(core.run(), std::domain_error);
  EXPECT_EQ(stores.size(), 1u);
}

TEST_F(CoreTest, starts_with_its_argument) {
  put(kRam, {lui(t0, kDevice), sw(a1, t0, 0), wfi()});
  core.start(kRam, 0xABCD1234);
  core.run();
  EXPECT_EQ(stores.at(0).value, 0xABCD1234u);
}

/// A loop that stores twice a round, 100 times: 2 + 100 * 5 + 1 instructions.
std::vector<std::uint32_t> storing_loop() {
  return {lui(t0, kDevice),  addi(a0, zero, 100), addi(a0, a0, -1),      sw(a0, t0, 0),
          addi(a1, zero, 3), sw(a1, t0, 4),       bne_back(a0, zero, 4), wfi()};
}

TEST_F(CoreTest, steps_are_instructions_and_add_up_to_a_run) {
  put(kRam, storing_loop());
  core.start(kRam, 0);
  std::uint64_t steps = 0;
  std::vector<std::uint32_t> where{core.pc()};
  Pause pause = Pause::kStep;
  for (; pause == Pause::kStep && steps < 1000; ++steps) {
    pause = core.step();
    where.push_back(core.pc());
    ASSERT_EQ(core.instructions(), steps + 1);
  }
  EXPECT_EQ(pause, Pause::kAsleep);
  EXPECT_EQ(steps, 2 + 100 * 5 + 1u);
  EXPECT_EQ(std::vector(where.begin(), where.begin() + 9),
            (std::vector<std::uint32_t>{kRam, kRam + 4, kRam + 8, kRam + 12, kRam + 16, kRam + 20,
                                        kRam + 24, kRam + 8, kRam + 12}));
  EXPECT_EQ(stores.size(), 200u) << "each store once";
}

TEST_F(CoreTest, breakpoints_in_translated_code_pause_before_their_instruction) {
  run(storing_loop());
  const std::uint64_t before = core.instructions();
  stores.clear();
  core.add_breakpoint(kRam + 20);
  core.set_pc(kRam);
  for (std::uint64_t round = 0; round < 100; ++round) {
    ASSERT_EQ(core.run(), Pause::kBreakpoint);
    EXPECT_EQ(core.pc(), kRam + 20);
    EXPECT_EQ(core.x(a1), 3u);
    ASSERT_EQ(stores.size(), 2 * round + 1) << "the store at the breakpoint is still to come";
    ASSERT_EQ(core.instructions() - before, 5 + 5 * round);
  }
  EXPECT_EQ(core.run(), Pause::kAsleep);
  EXPECT_EQ(core.instructions() - before, 503u);
  core.remove_breakpoint(kRam + 20);
  core.set_pc(kRam);
  EXPECT_EQ(core.run(), Pause::kAsleep);
  EXPECT_EQ(core.instructions() - before, 2 * 503u);
}

TEST_F(CoreTest, a_breakpoint_behind_a_sleep_pauses) {
  put(kRam, set_up(false, {wfi(), addi(a0, zero, 1), wfi()}));
  core.add_breakpoint(kRam + 4 * 10);
  core.start(kRam, 0);
  EXPECT_EQ(core.run(), Pause::kAsleep);
  core.set_interrupt(Interrupt::kTimer, true);
  EXPECT_EQ(core.run(), Pause::kBreakpoint);
  EXPECT_EQ(core.x(a0), 0u);
}

TEST_F(CoreTest, a_step_takes_an_interrupt_that_is_pending) {
  put_recorder();
  put(kRam, set_up(true, {addi(a0, zero, 1), wfi()}));
  core.add_breakpoint(kRam + 4 * 9);
  core.add_breakpoint(kHandler);
  core.start(kRam, 0);
  EXPECT_EQ(core.run(), Pause::kBreakpoint);
  core.set_interrupt(Interrupt::kExternal, true);
  EXPECT_EQ(core.step(), Pause::kStep);
  EXPECT_EQ(core.pc(), kHandler);
  EXPECT_EQ(core.csr(0x341), kRam + 4 * 9) << "mepc";
  EXPECT_EQ(core.csr(0x344), 1u << 11) << "mip";
  EXPECT_EQ(core.x(a0), 0u);
}

TEST_F(CoreTest, a_handlers_first_instruction_can_have_a_breakpoint) {
  put_recorder();
  core.add_breakpoint(kHandler);
  core.set_interrupt(Interrupt::kTimer, true);
  put(kRam, set_up(true, {jump_to_next(), wfi()}));
  core.start(kRam, 0);
  EXPECT_EQ(core.run(), Pause::kBreakpoint);
  EXPECT_EQ(core.pc(), kHandler);
  EXPECT_EQ(core.run(), Pause::kAsleep);
  EXPECT_EQ(word(kSeen), 0x80000007u);
}

TEST_F(CoreTest, pauses_on_request_before_the_next_block) {
  on_access = [&](std::uint32_t) { core.request_pause(); };
  put(kRam, {lui(t0, kDevice), sw(zero, t0, 0), addi(a0, zero, 5), jump_to_next(), wfi()});
  core.start(kRam, 0);
  EXPECT_EQ(core.run(), Pause::kRequest);
  EXPECT_EQ(core.pc(), kRam + 16);
  EXPECT_EQ(core.x(a0), 5u);
  EXPECT_EQ(core.run(), Pause::kAsleep) << "once";
}

TEST_F(CoreTest, a_fault_comes_before_a_breakpoint) {
  put_recorder();
  core.add_breakpoint(kRam + 4 * 11);
  put(kRam, set_up(true, {lui(t0, kHole), lw(t1, t0, 0), addi(a0, zero, 1), wfi()}));
  core.start(kRam, 0);
  EXPECT_EQ(core.run(), Pause::kAsleep);
  EXPECT_EQ(word(kSeen), 5u);
  EXPECT_EQ(word(kSeen + 4), kRam + 4 * 11) << "mepc: where it would have paused";
}

TEST_F(CoreTest, code_written_from_outside_is_what_runs) {
  run({addi(a0, zero, 1), wfi()});
  put(kRam, {addi(a0, zero, 2)});
  core.memory_written(kRam, 4);
  core.set_pc(kRam);
  core.run();
  EXPECT_EQ(core.x(a0), 2u);
}

TEST_F(CoreTest, registers_can_be_set) {
  put(kRam, {add(a0, a1, a2), csrr(t0, mtvec), wfi()});
  core.start(kRam, 0);
  core.set_x(a1, 30);
  core.set_x(a2, 12);
  core.set_x(0, 99);
  EXPECT_TRUE(core.set_csr(0x305, kHandler));
  EXPECT_FALSE(core.set_csr(0x344, 1)) << "mip shows the lines";
  EXPECT_FALSE(core.csr(0xB00));
  core.run();
  EXPECT_EQ(core.x(a0), 42u);
  EXPECT_EQ(core.x(t0), kHandler);
  EXPECT_EQ(core.x(0), 0u);
}

}  // namespace
}  // namespace dcnsim::riscv
