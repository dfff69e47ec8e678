// SPDX-License-Identifier: Apache-2.0
#include "models/tlm/bus.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace dcnsim {

Bus::Bus(const sc_core::sc_module_name& name, const sc_core::sc_time& latency,
         std::size_t initiators, std::vector<Range> ranges)
    : sc_module(name),
      from_initiators("from_initiators", initiators),
      to_targets("to_targets", ranges.size()),
      latency_(latency),
      ranges_(std::move(ranges)) {
  for (const Range& a : ranges_) {
    for (const Range& b : ranges_) {
      if (&a != &b && a.base < b.base + b.bytes && b.base < a.base + a.bytes) {
        throw std::invalid_argument(std::string(this->name()) + ": address ranges overlap at " +
                                    std::to_string(std::max(a.base, b.base)));
      }
    }
  }
  for (TargetSocket& socket : from_initiators) {
    socket.register_b_transport(this, &Bus::b_transport);
    socket.register_transport_dbg(this, &Bus::transport_dbg);
    socket.register_get_direct_mem_ptr(this, &Bus::get_direct_mem_ptr);
  }
}

std::optional<std::size_t> Bus::decode(const tlm::tlm_generic_payload& payload) const {
  const std::uint64_t address = payload.get_address();
  for (std::size_t i = 0; i < ranges_.size(); ++i) {
    const Range& range = ranges_[i];
    if (address >= range.base && address - range.base < range.bytes &&
        payload.get_data_length() <= range.bytes - (address - range.base)) {
      return i;
    }
  }
  return std::nullopt;
}

void Bus::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const std::optional<std::size_t> target = decode(payload);
  if (!target) {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return;
  }
  delay += latency_;
  const std::uint64_t address = payload.get_address();
  payload.set_address(address - ranges_[*target].base);
  to_targets[*target]->b_transport(payload, delay);
  payload.set_address(address);
}

unsigned Bus::transport_dbg(tlm::tlm_generic_payload& payload) {
  const std::optional<std::size_t> target = decode(payload);
  if (!target) return 0;
  const std::uint64_t address = payload.get_address();
  payload.set_address(address - ranges_[*target].base);
  const unsigned moved = to_targets[*target]->transport_dbg(payload);
  payload.set_address(address);
  return moved;
}

bool Bus::get_direct_mem_ptr(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi) {
  const std::optional<std::size_t> target = decode(payload);
  if (!target) {
    dmi.set_start_address(payload.get_address());
    dmi.set_end_address(payload.get_address());
    return false;
  }
  const Range& range = ranges_[*target];
  const std::uint64_t address = payload.get_address();
  payload.set_address(address - range.base);
  const bool granted = to_targets[*target]->get_direct_mem_ptr(payload, dmi);
  payload.set_address(address);
  dmi.set_end_address(range.base + std::min<std::uint64_t>(dmi.get_end_address(), range.bytes - 1));
  dmi.set_start_address(range.base +
                        std::min<std::uint64_t>(dmi.get_start_address(), range.bytes - 1));
  return granted;
}

}  // namespace dcnsim
