// SPDX-License-Identifier: Apache-2.0
// A platform of one's own from the guide alone: a router and a memory. The program is the
// processor; its job is a 2 x 2 max pool of 8 x 8 x 8 bytes.
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <cstring>
#include <iostream>

#include "dcnsim/models/arch/accelerator_yaml.h"
#include "dcnsim/models/tlm/accelerator.h"
#include "dcnsim/platform/driver/dcn_descriptor.h"
#include "dcnsim/platform/driver/dcn_registers.h"

constexpr std::uint64_t kRegisters = 0x40000000, kMemory = 0x80000000;

struct Memory : sc_core::sc_module {
  tlm_utils::simple_target_socket<Memory> socket{"socket"};
  std::uint8_t bytes[0x3000] = {};
  explicit Memory(const sc_core::sc_module_name& name) : sc_module(name) {
    socket.register_b_transport(this, &Memory::transport);
  }
  void transport(tlm::tlm_generic_payload& p, sc_core::sc_time& delay) {
    std::uint8_t* at = bytes + p.get_address();
    if (p.is_read()) std::memcpy(p.get_data_ptr(), at, p.get_data_length());
    if (p.is_write()) std::memcpy(at, p.get_data_ptr(), p.get_data_length());
    delay += sc_core::sc_time(100, sc_core::SC_NS);
    p.set_response_status(tlm::TLM_OK_RESPONSE);
  }
};

struct Router : sc_core::sc_module {
  tlm_utils::simple_target_socket<Router> from_accelerator{"from_accelerator"};
  tlm_utils::simple_initiator_socket<Router> to_registers{"to_registers"}, to_memory{"to_memory"};
  explicit Router(const sc_core::sc_module_name& name) : sc_module(name) {
    from_accelerator.register_b_transport(this, &Router::transport);
  }
  void transport(tlm::tlm_generic_payload& p, sc_core::sc_time& delay) {
    auto& target = p.get_address() >= kMemory ? to_memory : to_registers;
    p.set_address(p.get_address() - (p.get_address() >= kMemory ? kMemory : kRegisters));
    target->b_transport(p, delay);
  }
  std::uint32_t access(tlm::tlm_command command, std::uint64_t address, std::uint32_t value) {
    tlm::tlm_generic_payload p;
    p.set_command(command);
    p.set_address(address);
    p.set_data_ptr(reinterpret_cast<std::uint8_t*>(&value));
    p.set_data_length(4);
    p.set_streaming_width(4);
    sc_core::sc_time delay;
    transport(p, delay);
    return value;
  }
  void write(std::uint32_t offset, std::uint32_t value) {
    access(tlm::TLM_WRITE_COMMAND, kRegisters + offset, value);
  }
  std::uint32_t read(std::uint32_t offset) {
    return access(tlm::TLM_READ_COMMAND, kRegisters + offset, 0);
  }
};

int sc_main(int, char**) {
  Router router("router");
  Memory memory("memory");
  dcnsim::Accelerator accelerator(
      "accelerator",
      dcnsim::load_accelerator(DCNSIM_DATA_DIR "/models/arch/presets/small_edge.yaml"));
  sc_core::sc_signal<bool> irq, reset;
  router.to_registers.bind(accelerator.registers);
  router.to_memory.bind(memory.socket);
  accelerator.memory.bind(router.from_accelerator);
  accelerator.irq.bind(irq);
  accelerator.reset.bind(reset);

  dcn_descriptor_clear(memory.bytes);
  DCN_DESCRIPTOR_SET(memory.bytes, KIND, DCN_DESCRIPTOR_KIND_POOL);
  DCN_DESCRIPTOR_SET(memory.bytes, IN_HEIGHT, 8);
  DCN_DESCRIPTOR_SET(memory.bytes, IN_WIDTH, 8);
  DCN_DESCRIPTOR_SET(memory.bytes, IN_CHANNELS, 8);
  DCN_DESCRIPTOR_SET(memory.bytes, KERNEL_H, 2);
  DCN_DESCRIPTOR_SET(memory.bytes, KERNEL_W, 2);
  DCN_DESCRIPTOR_SET(memory.bytes, STRIDE_H, 2);
  DCN_DESCRIPTOR_SET(memory.bytes, STRIDE_W, 2);
  DCN_DESCRIPTOR_SET(memory.bytes, INPUT_BITS, 8);
  DCN_DESCRIPTOR_SET(memory.bytes, OUTPUT_BITS, 8);
  DCN_DESCRIPTOR_SET(memory.bytes, TILE_H, 4);
  DCN_DESCRIPTOR_SET(memory.bytes, TILE_W, 4);
  DCN_DESCRIPTOR_SET(memory.bytes, INPUT_ADDRESS, kMemory + 0x1000);
  DCN_DESCRIPTOR_SET(memory.bytes, OUTPUT_ADDRESS, kMemory + 0x2000);
  for (unsigned i = 0; i < 512; ++i) memory.bytes[0x1000 + i] = i & 0xFF;

  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  router.write(DCN_REG_IRQ_ENABLE, DCN_IRQ_ENABLE_DONE | DCN_IRQ_ENABLE_ERROR);
  router.write(DCN_REG_DESCRIPTOR_ADDRESS_LO, kMemory);
  router.write(DCN_REG_DESCRIPTOR_COUNT, 1);
  router.write(DCN_REG_CONTROL, DCN_CONTROL_START);
  sc_core::sc_start(1, sc_core::SC_MS);
  const bool done = irq.read() && router.read(DCN_REG_IRQ_STATUS) == DCN_IRQ_STATUS_DONE;
  std::cout << (done ? "done: " : "failed: ") << router.read(DCN_REG_CYCLES) << " cycles, "
            << router.read(DCN_REG_BYTES_OUTPUT) << " bytes written, first pixel "
            << int{memory.bytes[0x2000]} << ".." << int{memory.bytes[0x2007]} << "\n";
  return done ? 0 : 1;
}
