// SPDX-License-Identifier: Apache-2.0
// The accelerator in a platform of one's own: a file to copy. Struct Platform is the part that
// matters; the memory stands for any TLM-2.0 target. Usage: example ACCELERATOR.yaml
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <algorithm>
#include <iostream>

#include "dcnsim/models/arch/accelerator_yaml.h"
#include "dcnsim/models/arch/descriptor.h"
#include "dcnsim/models/tlm/accelerator.h"

struct Memory : sc_core::sc_module {
  tlm_utils::simple_target_socket<Memory, 32> socket{"socket"};
  std::vector<std::uint8_t> bytes = std::vector<std::uint8_t>(1 << 16);

  explicit Memory(const sc_core::sc_module_name& name) : sc_module(name) {
    socket.register_b_transport(this, &Memory::b_transport);
  }
  void b_transport(tlm::tlm_generic_payload& p, sc_core::sc_time& delay) {
    std::uint8_t* at = bytes.data() + p.get_address();
    if (p.is_read()) std::copy_n(at, p.get_data_length(), p.get_data_ptr());
    if (p.is_write()) std::copy_n(p.get_data_ptr(), p.get_data_length(), at);
    delay += sc_core::sc_time(100, sc_core::SC_NS);
    p.set_response_status(tlm::TLM_OK_RESPONSE);
  }
};

struct Platform : sc_core::sc_module {
  tlm_utils::simple_initiator_socket<Platform, 32> cpu{"cpu"};
  dcnsim::Accelerator accelerator;
  Memory memory{"memory"};
  sc_core::sc_signal<bool> irq{"irq"}, reset{"reset"};

  Platform(const sc_core::sc_module_name& name, const dcnsim::AcceleratorConfig& config)
      : sc_module(name), accelerator("accelerator", config) {
    cpu.bind(accelerator.registers);
    accelerator.memory.bind(memory.socket);
    accelerator.irq.bind(irq);
    accelerator.reset.bind(reset);
#if IEEE_1666_SYSTEMC < 202301L  // SystemC 2.3
    SC_HAS_PROCESS(Platform);
#endif
    SC_THREAD(software);
  }

  void software() {
    dcnsim::Descriptor layer;  // 2 x 2 max pool of an 8 x 8 map of 8 channels of 8 bits
    layer.kind = dcnsim::LayerKind::kPool;
    layer.pool.in = {8, 8, 8};
    layer.pool.kernel_h = layer.pool.kernel_w = layer.pool.stride_h = layer.pool.stride_w = 2;
    layer.input = layer.requant.out = {8, 0, false, false};
    layer.tiling.tile_h = layer.tiling.tile_w = 4;
    layer.input_address = 0x1000;
    layer.output_address = 0x2000;
    const dcnsim::DescriptorBytes list = dcnsim::encode(layer);
    std::copy(list.begin(), list.end(), memory.bytes.begin());
    for (std::size_t i = 0; i < 512; ++i) {
      memory.bytes[0x1000 + i] = static_cast<std::uint8_t>(i % 256);
    }

    access(tlm::TLM_WRITE_COMMAND, dcnsim::reg::kIrqEnable, 3);
    access(tlm::TLM_WRITE_COMMAND, dcnsim::reg::kDescriptorAddressLo, 0);
    access(tlm::TLM_WRITE_COMMAND, dcnsim::reg::kDescriptorCount, 1);
    access(tlm::TLM_WRITE_COMMAND, dcnsim::reg::kControl, dcnsim::reg::kControlStart);
    wait(irq.posedge_event());
    const std::uint32_t cause = access(tlm::TLM_READ_COMMAND, dcnsim::reg::kIrqStatus, 0);
    access(tlm::TLM_WRITE_COMMAND, dcnsim::reg::kIrqStatus, cause);
    std::cout << (cause == dcnsim::reg::kIrqDone ? "done" : "failed") << ": "
              << access(tlm::TLM_READ_COMMAND, dcnsim::reg::kCycles, 0) << " cycles, "
              << access(tlm::TLM_READ_COMMAND, dcnsim::reg::kBytesOutput, 0)
              << " bytes written, first pixel " << int{memory.bytes[0x2000]} << ".."
              << int{memory.bytes[0x2007]} << "\n";
  }

  std::uint32_t access(tlm::tlm_command command, std::uint32_t offset, std::uint32_t value) {
    std::uint8_t data[4];
    for (int i = 0; i < 4; ++i) data[i] = static_cast<std::uint8_t>(value >> (8 * i));
    tlm::tlm_generic_payload p;
    p.set_command(command);
    p.set_address(offset);  // an interconnect would have taken the window's base away
    p.set_data_ptr(data);
    p.set_data_length(4);
    p.set_streaming_width(4);
    sc_core::sc_time delay;
    cpu->b_transport(p, delay);
    if (!p.is_response_ok()) SC_REPORT_ERROR(name(), p.get_response_string().c_str());
    wait(delay);
    std::uint32_t result = 0;
    for (int i = 0; i < 4; ++i) result |= std::uint32_t{data[i]} << (8 * i);
    return result;
  }
};

int sc_main(int argc, char** argv) {
  if (argc != 2) return 2;
  Platform platform("platform", dcnsim::load_accelerator(argv[1]));
  sc_core::sc_start();
  return 0;
}
