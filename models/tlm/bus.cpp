// SPDX-License-Identifier: Apache-2.0
#include "models/tlm/bus.h"

#include <stdexcept>
#include <string>

namespace dcnsim {

Bus::Bus(const sc_core::sc_module_name& name, const sc_core::sc_time& latency)
    : sc_module(name), latency_(latency) {}

Bus::TargetSocket& Bus::add_initiator() {
  const std::string name = "initiator_" + std::to_string(initiators_.size());
  TargetSocket& socket = *initiators_.emplace_back(std::make_unique<TargetSocket>(name.c_str()));
  socket.register_b_transport(this, &Bus::b_transport);
  socket.register_transport_dbg(this, &Bus::transport_dbg);
  return socket;
}

Bus::InitiatorSocket& Bus::add_target(std::uint64_t base, std::uint64_t bytes) {
  for (const Range& other : targets_) {
    if (base < other.base + other.bytes && other.base < base + bytes) {
      throw std::invalid_argument(std::string(this->name()) + ": address ranges overlap at " +
                                  std::to_string(base));
    }
  }
  const std::string name = "target_" + std::to_string(targets_.size());
  targets_.push_back({base, bytes, std::make_unique<InitiatorSocket>(name.c_str())});
  return *targets_.back().socket;
}

const Bus::Range* Bus::decode(const tlm::tlm_generic_payload& payload) const {
  const std::uint64_t address = payload.get_address();
  for (const Range& range : targets_) {
    if (address >= range.base && address - range.base < range.bytes &&
        payload.get_data_length() <= range.bytes - (address - range.base)) {
      return &range;
    }
  }
  return nullptr;
}

void Bus::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const Range* range = decode(payload);
  if (range == nullptr) {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return;
  }
  delay += latency_;
  const std::uint64_t address = payload.get_address();
  payload.set_address(address - range->base);
  (*range->socket)->b_transport(payload, delay);
  payload.set_address(address);
}

unsigned Bus::transport_dbg(tlm::tlm_generic_payload& payload) {
  const Range* range = decode(payload);
  if (range == nullptr) return 0;
  const std::uint64_t address = payload.get_address();
  payload.set_address(address - range->base);
  const unsigned moved = (*range->socket)->transport_dbg(payload);
  payload.set_address(address);
  return moved;
}

}  // namespace dcnsim
