// SPDX-License-Identifier: Apache-2.0
// A host for tests of the accelerator as a component: a small machine, a layer that copies its
// input, and a script that reaches the registers over the bus and the memory through a back door.
// The base protocol is checked on every socket.
#pragma once

#include <gtest/gtest.h>
#include <tlm_utils/simple_initiator_socket.h>

#include <functional>
#include <numeric>
#include <vector>

#include "models/arch/descriptor.h"
#include "models/arch/memory_layout.h"
#include "models/tlm/accelerator.h"
#include "tests/tlm/checked_wiring.h"

namespace dcnsim {

namespace bench {
inline constexpr std::uint64_t kInput = 0x1000, kWeights = 0x2000, kOutput = 0x3000;
}

inline AcceleratorConfig small_machine() {
  AcceleratorConfig c;
  c.name = "test";
  c.clock_mhz = 500;
  c.array.rows = c.array.columns = 8;
  c.input_buffer = c.weight_buffer = c.output_buffer = {4096, 64, 2, true};
  c.accumulator_buffer_bytes = 8192;
  c.dma.bus_bytes = 8;
  c.dma.max_burst_bytes = 256;
  c.dma.outstanding = 4;
  c.dram.preset = "lpddr4";
  c.dram.capacity_bytes = 1 << 20;
  return c;
}

/// 1 x 1 convolution of an 8 x 8 x 8 map to 8 channels: the identity on unsigned codes.
inline Descriptor identity_layer() {
  Descriptor d;
  d.conv.in = {8, 8, 8};
  d.conv.out_channels = 8;
  d.input = {8, 0, false, false};
  d.weight = {8, 0, true, false};
  d.requant = {0, Rounding::kHalfUp, true, {8, 0, false, false}};
  d.tiling = {2, 8, 8, 8, LoopOrder::kPixelOuter};
  d.proved = true;
  d.input_address = bench::kInput;
  d.weight_address = bench::kWeights;
  d.output_address = bench::kOutput;
  return d;
}

/// Accelerator and host; whoever derives from it joins the accelerator's memory socket to a memory.
/// `script` runs as a process.
class AcceleratorBench : public sc_core::sc_module {
 public:
  CheckedWiring wiring;
  tlm_utils::simple_initiator_socket<AcceleratorBench, 32> registers{"registers"};
  Accelerator accelerator;
  sc_core::sc_signal<bool> irq, reset;
  std::function<void()> script;
  bool finished = false;

  AcceleratorBench(const sc_core::sc_module_name& name, const AcceleratorConfig& config,
                   const AcceleratorOptions& options)
      : sc_module(name), accelerator("accelerator", config, options) {
    wiring.join(registers, accelerator.registers);
    accelerator.irq.bind(irq);
    accelerator.reset.bind(reset);
    SC_HAS_PROCESS(AcceleratorBench);
    SC_THREAD(run);
  }

  /// Memory without time.
  virtual void memory(tlm::tlm_command command, std::uint64_t address, std::uint8_t* data,
                      std::size_t bytes) = 0;

  std::uint32_t access(tlm::tlm_command command, std::uint32_t offset, std::uint32_t value = 0,
                       sc_core::sc_time delay = sc_core::SC_ZERO_TIME) {
    std::uint8_t data[4];
    for (int i = 0; i < 4; ++i) data[i] = static_cast<std::uint8_t>(value >> (8 * i));
    tlm::tlm_generic_payload p;
    p.set_command(command);
    p.set_address(offset);
    p.set_data_ptr(data);
    p.set_data_length(4);
    p.set_streaming_width(4);
    registers->b_transport(p, delay);
    EXPECT_TRUE(p.is_response_ok()) << offset;
    std::uint32_t result = 0;
    for (int i = 0; i < 4; ++i) result |= std::uint32_t{data[i]} << (8 * i);
    return result;
  }
  void write(std::uint32_t offset, std::uint32_t value) {
    access(tlm::TLM_WRITE_COMMAND, offset, value);
  }
  /// As an initiator that is ahead of simulated time by `delay`.
  void write_at(const sc_core::sc_time& delay, std::uint32_t offset, std::uint32_t value) {
    access(tlm::TLM_WRITE_COMMAND, offset, value, delay);
  }
  std::uint32_t read(std::uint32_t offset) { return access(tlm::TLM_READ_COMMAND, offset); }

  std::vector<std::uint8_t> output() {
    std::vector<std::uint8_t> bytes(512);
    memory(tlm::TLM_READ_COMMAND, bench::kOutput, bytes.data(), bytes.size());
    return bytes;
  }
  void spoil_output() {
    std::vector<std::uint8_t> nothing(512, 0xAA);
    memory(tlm::TLM_WRITE_COMMAND, bench::kOutput, nothing.data(), nothing.size());
  }
  static std::vector<std::uint8_t> ramp() {
    std::vector<std::uint8_t> bytes(512);
    std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
    return bytes;
  }

  /// Puts the layer, the identity's weights and a ramp image into memory.
  void load(const Descriptor& d = identity_layer()) {
    DescriptorBytes list = encode(d);
    memory(tlm::TLM_WRITE_COMMAND, 0, list.data(), list.size());
    std::vector<std::uint8_t> image = ramp();
    memory(tlm::TLM_WRITE_COMMAND, bench::kInput, image.data(), image.size());
    const auto layout = weight_block_layout(8, 8, 8, 32, 8);
    std::vector<std::uint8_t> weights(
        static_cast<std::size_t>(layout.bias_bytes + layout.weight_bytes));
    for (std::size_t i = 0; i < 8; ++i) {
      weights[static_cast<std::size_t>(layout.bias_bytes) + i * 8 + i] = 1;
    }
    memory(tlm::TLM_WRITE_COMMAND, bench::kWeights, weights.data(), weights.size());
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
  void acknowledge() {
    write(reg::kIrqStatus, reg::kIrqDone | reg::kIrqError);
    wait(sc_core::sc_time(2, sc_core::SC_NS));
  }

  /// Each of the streams in turn meets an address without memory; the job after it is right.
  void expect_bus_errors_to_pass() {
    for (auto member :
         {&Descriptor::input_address, &Descriptor::weight_address, &Descriptor::output_address}) {
      spoil_output();
      Descriptor d = identity_layer();
      d.*member = std::uint64_t{1} << 32;
      for (const auto& [layer, error] :
           {std::pair{d, reg::kBusError}, std::pair{identity_layer(), reg::kNone}}) {
        load(layer);
        start();
        wait_irq();
        EXPECT_EQ(read(reg::kErrorCode), error);
        acknowledge();
      }
      EXPECT_EQ(output(), ramp());
    }
  }

 private:
  void run() {
    script();
    finished = true;
  }
};

}  // namespace dcnsim
