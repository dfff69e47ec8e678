// SPDX-License-Identifier: Apache-2.0
#include "platform/standalone/host.h"

#include <stdexcept>
#include <string>

#include "models/tlm/systemc.h"
#include "platform/driver/dcn_registers.h"

namespace dcnsim {

Host::Host(const sc_core::sc_module_name& name, std::uint64_t register_base,
           const Clocking& clocking)
    : sc_module(name),
      bus("bus"),
      irq("irq"),
      register_base_(register_base),
      clocking_(clocking),
      go_("go") {
  DCNSIM_PROCESSES_OF(Host);
  SC_THREAD(run);
}

void Host::request_queue(std::vector<List> lists, std::function<void(std::size_t)> done) {
  lists_ = std::move(lists);
  done_ = std::move(done);
  finished_ = false;
  go_.notify(sc_core::SC_ZERO_TIME);
}

void Host::run() {
  const DcnPort accelerator = port();
  while (true) {
    sc_core::wait(go_);
    result_ = {};
    result_.status = dcn_initialise(&accelerator);
    if (result_.status == DCN_OK) run_queue(accelerator);
    if (result_.status == DCN_OK) {
      result_.status = dcn_counter(&accelerator, DCN_REG_CYCLES, &cycles_);
    }
    finished_ = true;
  }
}

/// One job runs, and one waits, as long as there are any.
void Host::run_queue(const DcnPort& accelerator) {
  std::size_t begun = 0, ended = 0;
  while (ended < lists_.size() && result_.status == DCN_OK) {
    while (begun < lists_.size() && begun < ended + 2) {
      const List& list = lists_[begun];
      const auto begin = begun == 0 ? dcn_start : dcn_queue;
      const DcnStatus status = begin(&accelerator, list.descriptor_address, list.descriptor_count);
      if (status == DCN_RUNNING || status == DCN_JOB_FAILED) break;
      result_.status = status;
      if (status != DCN_OK) return;
      ++begun;
    }
    accelerator.wait_for_interrupt(accelerator.context);
    result_ = dcn_finish(&accelerator);
    // A wake without a cause is somebody else's interrupt.
    if (result_.status == DCN_RUNNING) result_.status = DCN_OK;
    std::uint32_t jobs = 0;
    if (result_.status == DCN_OK) result_.status = dcn_jobs(&accelerator, &jobs);
    for (; result_.status == DCN_OK && ended < jobs; ++ended) {
      if (done_) done_(ended);
    }
  }
}

DcnPort Host::port() {
  DcnPort port;
  port.read32 = [](void* context, std::uint32_t offset, std::uint32_t* value) {
    Host& host = *static_cast<Host*>(context);
    return host.access(tlm::TLM_READ_COMMAND, host.register_base_ + offset, *value);
  };
  port.write32 = [](void* context, std::uint32_t offset, std::uint32_t value) {
    Host& host = *static_cast<Host*>(context);
    return host.access(tlm::TLM_WRITE_COMMAND, host.register_base_ + offset, value);
  };
  port.wait_for_interrupt = [](void* context) {
    Host& host = *static_cast<Host*>(context);
    while (!host.irq.read()) sc_core::wait(host.irq.value_changed_event());
  };
  port.context = this;
  return port;
}

bool Host::access(tlm::tlm_command command, std::uint64_t address, std::uint32_t& value) {
  std::uint8_t data[4];
  for (int i = 0; i < 4; ++i) data[i] = static_cast<std::uint8_t>(value >> (8 * i));
  tlm::tlm_generic_payload payload;
  payload.set_command(command);
  payload.set_address(address);
  payload.set_data_ptr(data);
  payload.set_data_length(4);
  payload.set_streaming_width(4);
  payload.set_byte_enable_ptr(nullptr);
  payload.set_dmi_allowed(false);
  payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  bus->b_transport(payload, delay);
  // A whole number of accelerator cycles, so that every job starts on the same phase of its clock.
  sc_core::wait(clocking_.cycles(clocking_.edge_at_or_after(sc_core::sc_time_stamp() + delay) + 1) -
                sc_core::sc_time_stamp());
  if (!payload.is_response_ok()) return false;
  if (command == tlm::TLM_READ_COMMAND) {
    value = 0;
    for (int i = 0; i < 4; ++i) value |= static_cast<std::uint32_t>(data[i]) << (8 * i);
  }
  return true;
}

void Host::debug(tlm::tlm_command command, std::uint64_t address, std::uint8_t* data,
                 std::size_t count) {
  tlm::tlm_generic_payload payload;
  payload.set_command(command);
  payload.set_address(address);
  payload.set_data_ptr(data);
  payload.set_data_length(static_cast<unsigned>(count));
  payload.set_streaming_width(static_cast<unsigned>(count));
  if (bus->transport_dbg(payload) != count) {
    throw std::runtime_error("no memory of " + std::to_string(count) + " bytes at address " +
                             std::to_string(address));
  }
}

MemoryBytes Host::direct_memory() {
  tlm::tlm_generic_payload payload;
  payload.set_command(tlm::TLM_WRITE_COMMAND);
  payload.set_address(0);
  tlm::tlm_dmi dmi;
  if (!bus->get_direct_mem_ptr(payload, dmi) || !dmi.is_read_write_allowed() ||
      dmi.get_start_address() != 0) {
    return {};
  }
  return {dmi.get_dmi_ptr(), dmi.get_end_address() + 1};
}

void Host::write_memory(std::uint64_t address, const std::vector<std::uint8_t>& bytes) {
  std::vector<std::uint8_t> copy = bytes;
  debug(tlm::TLM_WRITE_COMMAND, address, copy.data(), copy.size());
}

std::vector<std::uint8_t> Host::read_memory(std::uint64_t address, std::size_t count) {
  std::vector<std::uint8_t> bytes(count);
  debug(tlm::TLM_READ_COMMAND, address, bytes.data(), count);
  return bytes;
}

}  // namespace dcnsim
