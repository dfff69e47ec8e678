// SPDX-License-Identifier: Apache-2.0
// The accelerator as a component: jobs, interrupt, errors and reset, driven through its sockets.
#include "models/tlm/accelerator.h"

#include <gtest/gtest.h>
#include <tlm_utils/simple_initiator_socket.h>

#include <functional>
#include <numeric>

#include "models/arch/descriptor.h"
#include "models/arch/memory_layout.h"
#include "models/numeric/bitpack.h"
#include "models/tlm/dram.h"
#include "tests/support/dram_lpddr4.h"
#include "tests/support/fresh_kernel.h"

namespace dcnsim {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;

constexpr std::uint64_t kInput = 0x1000, kWeights = 0x2000, kOutput = 0x3000;

AcceleratorConfig small_machine() {
  AcceleratorConfig c;
  c.name = "test";
  c.clock_mhz = 500;
  c.array.rows = c.array.columns = 8;
  c.input_buffer = c.weight_buffer = c.output_buffer = {4096, 64, 2, true};
  c.accumulator_buffer_bytes = 8192;
  c.dma = {8, 256, 4};
  c.dram.preset = "lpddr4";
  c.dram.capacity_bytes = 1 << 20;
  return c;
}

/// 1 x 1 convolution of an 8 x 8 x 8 map to 8 channels: the identity on unsigned codes.
Descriptor identity_layer() {
  Descriptor d;
  d.conv.in = {8, 8, 8};
  d.conv.out_channels = 8;
  d.input = {8, 0, false, false};
  d.weight = {8, 0, true, false};
  d.requant = {0, Rounding::kHalfUp, true, {8, 0, false, false}};
  d.tiling = {2, 8, 8, 8, LoopOrder::kPixelOuter};
  d.proved = true;
  d.input_address = kInput;
  d.weight_address = kWeights;
  d.output_address = kOutput;
  return d;
}

/// Memory and accelerator wired directly; `script` runs as the host's process.
struct Bench : sc_core::sc_module {
  tlm_utils::simple_initiator_socket<Bench, 32> registers;
  tlm_utils::simple_initiator_socket<Bench, 32> backdoor;
  Accelerator accelerator;
  Dram dram;
  sc_core::sc_signal<bool> irq, reset;
  std::function<void()> script;
  bool finished = false;

  Bench(const sc_core::sc_module_name& name, const AcceleratorConfig& config)
      : sc_module(name),
        accelerator("accelerator", config),
        dram("dram", lpddr4_3200(), config.dram) {
    registers.bind(accelerator.registers);
    // The memory has one port, so the test reaches it through a small switch.
    accelerator.memory.bind(from_accelerator);
    to_dram.bind(dram.socket);
    backdoor.bind(from_test);
    from_accelerator.register_b_transport(this, &Bench::forward);
    from_test.register_transport_dbg(this, &Bench::forward_debug);
    accelerator.irq.bind(irq);
    accelerator.reset.bind(reset);
    SC_HAS_PROCESS(Bench);
    SC_THREAD(run);
  }
  void run() {
    script();
    finished = true;
  }
  void forward(tlm::tlm_generic_payload& p, sc_time& delay) {
    ++bursts;
    to_dram->b_transport(p, delay);
  }
  unsigned forward_debug(tlm::tlm_generic_payload& p) { return to_dram->transport_dbg(p); }

  std::uint32_t access(tlm::tlm_command command, std::uint32_t offset, std::uint32_t value = 0) {
    std::uint8_t data[4];
    for (int i = 0; i < 4; ++i) data[i] = static_cast<std::uint8_t>(value >> (8 * i));
    tlm::tlm_generic_payload p;
    p.set_command(command);
    p.set_address(offset);
    p.set_data_ptr(data);
    p.set_data_length(4);
    p.set_streaming_width(4);
    sc_time delay = sc_core::SC_ZERO_TIME;
    registers->b_transport(p, delay);
    EXPECT_TRUE(p.is_response_ok()) << offset;
    std::uint32_t result = 0;
    for (int i = 0; i < 4; ++i) result |= std::uint32_t{data[i]} << (8 * i);
    return result;
  }
  void write(std::uint32_t offset, std::uint32_t value) {
    access(tlm::TLM_WRITE_COMMAND, offset, value);
  }
  std::uint32_t read(std::uint32_t offset) { return access(tlm::TLM_READ_COMMAND, offset); }

  void memory(tlm::tlm_command command, std::uint64_t address, std::uint8_t* data,
              std::size_t bytes) {
    tlm::tlm_generic_payload p;
    p.set_command(command);
    p.set_address(address);
    p.set_data_ptr(data);
    p.set_data_length(static_cast<unsigned>(bytes));
    ASSERT_EQ(backdoor->transport_dbg(p), bytes);
  }
  std::vector<std::uint8_t> output() {
    std::vector<std::uint8_t> bytes(512);
    memory(tlm::TLM_READ_COMMAND, kOutput, bytes.data(), bytes.size());
    return bytes;
  }

  /// Puts the identity layer, its weights and a ramp image into memory.
  void load(const Descriptor& d = identity_layer()) {
    DescriptorBytes list = encode(d);
    memory(tlm::TLM_WRITE_COMMAND, 0, list.data(), list.size());
    std::vector<std::uint8_t> image(512);
    std::iota(image.begin(), image.end(), std::uint8_t{0});
    memory(tlm::TLM_WRITE_COMMAND, kInput, image.data(), image.size());
    const auto layout = weight_block_layout(8, 8, 8, 32, 8);
    std::vector<std::uint8_t> weights(static_cast<std::size_t>(layout.total()));
    for (std::size_t i = 0; i < 8; ++i) {
      weights[static_cast<std::size_t>(layout.bias_bytes) + i * 8 + i] = 1;
    }
    memory(tlm::TLM_WRITE_COMMAND, kWeights, weights.data(), weights.size());
  }
  void start(std::uint32_t count = 1) {
    write(reg::kIrqEnable, reg::kIrqDone | reg::kIrqError);
    write(reg::kDescriptorAddressLo, 0);
    write(reg::kDescriptorCount, count);
    write(reg::kControl, reg::kControlStart);
  }
  void wait_irq() {
    while (!irq.read()) wait(irq.value_changed_event());
  }

  int bursts = 0;

 private:
  tlm_utils::simple_target_socket<Bench, 32> from_accelerator{"from_accelerator"};
  tlm_utils::simple_target_socket<Bench, 32> from_test{"from_test"};
  tlm_utils::simple_initiator_socket<Bench, 32> to_dram{"to_dram"};
};

class AcceleratorTest : public FreshKernel {
 protected:
  void simulate(const std::function<void(Bench&)>& script) {
    Bench bench("bench", small_machine());
    bench.script = [&] { script(bench); };
    sc_core::sc_start();
    EXPECT_TRUE(bench.finished) << "the host still waits";
  }
  static std::vector<std::uint8_t> ramp() {
    std::vector<std::uint8_t> bytes(512);
    std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
    return bytes;
  }
};

TEST_F(AcceleratorTest, a_job_ends_with_an_interrupt_that_stays_until_acknowledged) {
  simulate([](Bench& b) {
    b.load();
    b.start();
    EXPECT_EQ(b.read(reg::kStatus), reg::kStatusBusy);
    b.wait_irq();
    EXPECT_EQ(b.read(reg::kStatus), reg::kStatusDone);
    EXPECT_EQ(b.output(), ramp());
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
  simulate([](Bench& b) {
    for (int stream = 0; stream < 3; ++stream) {
      Descriptor d = identity_layer();
      (stream == 0   ? d.input_address
       : stream == 1 ? d.weight_address
                     : d.output_address) = std::uint64_t{1} << 32;
      b.load(d);
      b.start();
      b.wait_irq();
      EXPECT_EQ(b.read(reg::kErrorCode), reg::kBusError) << stream;
      b.write(reg::kIrqStatus, 3);
      b.load();
      b.start();
      wait(sc_time(2, SC_NS));
      b.wait_irq();
      EXPECT_EQ(b.read(reg::kErrorCode), reg::kNone);
      EXPECT_EQ(b.output(), ramp());
      b.write(reg::kIrqStatus, 3);
      wait(sc_time(2, SC_NS));
    }
  });
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

      std::vector<std::uint8_t> nothing(512, 0xAA);
      b.memory(tlm::TLM_WRITE_COMMAND, kOutput, nothing.data(), nothing.size());
      b.start();
      b.wait_irq();
      ASSERT_EQ(b.read(reg::kStatus), reg::kStatusDone) << after_ns;
      ASSERT_EQ(b.output(), ramp()) << after_ns;
      b.write(reg::kIrqStatus, 3);
      wait(sc_time(2, SC_NS));
    }
  });
}

}  // namespace
}  // namespace dcnsim
