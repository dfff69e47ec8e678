// SPDX-License-Identifier: Apache-2.0
// A platform that runs what `dcnsim compile -o job.bin --header job.h` wrote: a file to copy. The
// memory is no larger than the job, the software is the driver in C. Prints what `dcnsim run
// --predictions` prints. Usage: classify ACCELERATOR.yaml job.bin IMAGES.bin COUNT
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <algorithm>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <iterator>

#include "dcnsim/models/arch/accelerator_yaml.h"
#include "dcnsim/models/tlm/accelerator.h"
#include "dcnsim/platform/driver/dcn_job.h"
#include "dcnsim/platform/driver/driver.h"
#include "job.h"

namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes read_file(const char* path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct Memory : sc_core::sc_module {
  tlm_utils::simple_target_socket<Memory, 32> socket{"socket"};
  Bytes bytes = Bytes(JOB_BYTES);

  explicit Memory(const sc_core::sc_module_name& name) : sc_module(name) {
    socket.register_b_transport(this, &Memory::b_transport);
  }
  std::uint8_t* at(std::uint64_t address) { return bytes.data() + (address - JOB_BASE); }

  void b_transport(tlm::tlm_generic_payload& p, sc_core::sc_time& delay) {
    if (p.is_read()) std::copy_n(at(p.get_address()), p.get_data_length(), p.get_data_ptr());
    if (p.is_write()) std::copy_n(p.get_data_ptr(), p.get_data_length(), at(p.get_address()));
    delay += sc_core::sc_time(100, sc_core::SC_NS);
    p.set_response_status(tlm::TLM_OK_RESPONSE);
  }
};

struct Platform : sc_core::sc_module {
  tlm_utils::simple_initiator_socket<Platform, 32> cpu{"cpu"};
  dcnsim::Accelerator accelerator;
  Memory memory{"memory"};
  sc_core::sc_signal<bool> irq{"irq"}, reset{"reset"};
  Bytes images;
  std::size_t count = 0;

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
    static const DcnJob job = JOB_INIT;
    const DcnPort port = {read32, write32, wait_for_interrupt, this};
    const std::size_t image_bytes = 1 + JOB_INPUT_HEIGHT * JOB_INPUT_WIDTH * JOB_INPUT_CHANNELS;
    if (dcn_initialise(&port) != DCN_OK) return;
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint8_t* const image = images.data() + i * image_bytes;  // its label, its pixels
      dcn_put_pixels(&job, memory.at(job.input.address), image + 1);
      const DcnResult result = dcn_run(&port, job.descriptor_address, job.descriptor_count);
      if (result.status != DCN_OK) {
        std::cout << "failed: " << result.error_code << " at layer " << result.error_layer << "\n";
        return;
      }
      const std::uint8_t* const output = memory.at(job.output.address);
      std::cout << i << "," << int{image[0]} << "," << dcn_largest(&job.output, output);
      for (std::uint32_t c = 0; c < JOB_OUTPUT_CHANNELS; ++c) {
        std::cout << ","
                  << (dcn_get_code(&job.output, output, 0, 0, c) - job.output.zero_point) *
                         job.output.scale;
      }
      std::cout << "\n";
    }
  }

  bool access(tlm::tlm_command command, std::uint32_t offset, std::uint32_t& value) {
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
    wait(delay);
    value = 0;
    for (int i = 0; i < 4; ++i) value |= std::uint32_t{data[i]} << (8 * i);
    return p.is_response_ok();
  }
  static bool read32(void* context, std::uint32_t offset, std::uint32_t* value) {
    *value = 0;
    return static_cast<Platform*>(context)->access(tlm::TLM_READ_COMMAND, offset, *value);
  }
  static bool write32(void* context, std::uint32_t offset, std::uint32_t value) {
    return static_cast<Platform*>(context)->access(tlm::TLM_WRITE_COMMAND, offset, value);
  }
  static void wait_for_interrupt(void* context) {
    Platform& platform = *static_cast<Platform*>(context);
    while (!platform.irq.read()) sc_core::wait(platform.irq.value_changed_event());
  }
};

}  // namespace

int sc_main(int argc, char** argv) {
  if (argc != 5) return 2;
  Platform platform("platform", dcnsim::load_accelerator(argv[1]));
  const Bytes image = read_file(argv[2]);
  if (image.size() != JOB_IMAGE_BYTES) return 1;
  std::copy(image.begin(), image.end(), platform.memory.at(JOB_BASE));
  platform.images = read_file(argv[3]);
  platform.count = std::stoul(argv[4]);
  std::cout << std::setprecision(17);
  sc_core::sc_start();
  return 0;
}
