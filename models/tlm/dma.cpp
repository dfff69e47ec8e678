// SPDX-License-Identifier: Apache-2.0
#include "models/tlm/dma.h"

#include <algorithm>

namespace dcnsim {
namespace {

/// The largest power of two that divides `address` and is at most `bytes` and `limit`. A burst of
/// that size is naturally aligned, so it cannot cross a 4 KiB boundary as long as limit <= 4096.
std::uint64_t burst_bytes(std::uint64_t address, std::uint64_t bytes, std::uint64_t limit) {
  std::uint64_t size = limit;
  while (size > bytes || address % size != 0) size /= 2;
  return size;
}

}  // namespace

Dma::Dma(const sc_core::sc_module_name& name, const DmaConfig& config, const Clocking& clocking)
    : sc_module(name), memory("memory"), config_(config), clocking_(clocking) {}

sc_core::sc_time Dma::read(Stream stream, std::uint64_t address, std::uint64_t bytes,
                           std::uint8_t* data) {
  return transfer(read_, tlm::TLM_READ_COMMAND, stream, address, bytes, data);
}

sc_core::sc_time Dma::write(Stream stream, std::uint64_t address, std::uint64_t bytes,
                            std::uint8_t* data) {
  return transfer(write_, tlm::TLM_WRITE_COMMAND, stream, address, bytes, data);
}

void Dma::reset() {
  for (Channel* channel : {&read_, &write_}) {
    channel->in_flight.clear();
    channel->next_issue = channel->port_free = sc_core::SC_ZERO_TIME;
  }
  failed_ = false;
  stream_bytes_ = {};
}

sc_core::sc_time Dma::transfer(Channel& channel, tlm::tlm_command command, Stream stream,
                               std::uint64_t address, std::uint64_t bytes, std::uint8_t* data) {
  stream_bytes_[static_cast<std::size_t>(stream)] += bytes;
  sc_core::sc_time done = sc_core::sc_time_stamp();
  while (bytes > 0) {
    const std::uint64_t size =
        burst_bytes(address, bytes, static_cast<std::uint64_t>(config_.max_burst_bytes));
    done = burst(channel, command, address, size, data);
    address += size;
    data += size;
    bytes -= size;
  }
  return done;
}

sc_core::sc_time Dma::burst(Channel& channel, tlm::tlm_command command, std::uint64_t address,
                            std::uint64_t bytes, std::uint8_t* data) {
  sc_core::sc_time issue = std::max(sc_core::sc_time_stamp(), channel.next_issue);
  if (channel.in_flight.size() == static_cast<std::size_t>(config_.outstanding)) {
    issue = std::max(issue, channel.in_flight.front());
    channel.in_flight.pop_front();
  }
  // Requests reach the memory in time order because each is made at its own time.
  if (issue > sc_core::sc_time_stamp()) sc_core::wait(issue - sc_core::sc_time_stamp());

  tlm::tlm_generic_payload& payload = channel.payload;
  payload.set_command(command);
  payload.set_address(address);
  payload.set_data_ptr(data);
  payload.set_data_length(static_cast<unsigned>(bytes));
  payload.set_streaming_width(static_cast<unsigned>(bytes));
  payload.set_byte_enable_ptr(nullptr);
  payload.set_byte_enable_length(0);
  payload.set_dmi_allowed(false);
  payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  memory->b_transport(payload, delay);
  if (!payload.is_response_ok()) failed_ = true;

  const std::uint64_t beats = bytes / static_cast<std::uint64_t>(config_.bus_bytes);
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  const sc_core::sc_time on_port = std::max(now, channel.port_free) + clocking_.cycles(beats);
  const sc_core::sc_time done = std::max(now + delay, on_port);
  channel.port_free = done;
  channel.next_issue = now + clocking_.cycles(1);
  channel.in_flight.push_back(done);
  return done;
}

}  // namespace dcnsim
