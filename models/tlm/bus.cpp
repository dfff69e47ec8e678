// SPDX-License-Identifier: Apache-2.0
#include "models/tlm/bus.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace dcnsim {

Bus::Bus(const sc_core::sc_module_name& name, const sc_core::sc_time& latency,
         std::size_t initiators, std::vector<Range> ranges)
    : sc_module(name),
      from_initiators("from_initiators", initiators),
      to_targets("to_targets", ranges.size()),
      latency_(latency),
      ranges_(std::move(ranges)),
      phases_(this, &Bus::on_phase),
      requests_(ranges_.size()),
      responses_(initiators),
      held_(initiators) {
  for (const Range& a : ranges_) {
    for (const Range& b : ranges_) {
      if (&a != &b && a.base < b.base + b.bytes && b.base < a.base + a.bytes) {
        throw std::invalid_argument(std::string(this->name()) + ": address ranges overlap at " +
                                    std::to_string(std::max(a.base, b.base)));
      }
    }
  }
  for (std::size_t i = 0; i < from_initiators.size(); ++i) {
    const int id = static_cast<int>(i);
    from_initiators[i].register_b_transport(this, &Bus::b_transport, id);
    from_initiators[i].register_transport_dbg(this, &Bus::transport_dbg, id);
    from_initiators[i].register_get_direct_mem_ptr(this, &Bus::get_direct_mem_ptr, id);
    from_initiators[i].register_nb_transport_fw(this, &Bus::nb_transport_fw, id);
  }
  for (std::size_t i = 0; i < to_targets.size(); ++i) {
    const int id = static_cast<int>(i);
    to_targets[i].register_nb_transport_bw(this, &Bus::nb_transport_bw, id);
    to_targets[i].register_invalidate_direct_mem_ptr(this, &Bus::invalidate_direct_mem_ptr, id);
  }
}

void Bus::b_transport(int, Payload& payload, sc_core::sc_time& delay) {
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

unsigned Bus::transport_dbg(int, Payload& payload) {
  const std::optional<std::size_t> target = decode(payload);
  if (!target) return 0;
  const std::uint64_t address = payload.get_address();
  payload.set_address(address - ranges_[*target].base);
  const unsigned moved = to_targets[*target]->transport_dbg(payload);
  payload.set_address(address);
  return moved;
}

bool Bus::get_direct_mem_ptr(int, Payload& payload, tlm::tlm_dmi& dmi) {
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

void Bus::invalidate_direct_mem_ptr(int target, sc_dt::uint64 start, sc_dt::uint64 end) {
  const Range& range = ranges_[static_cast<std::size_t>(target)];
  if (start >= range.bytes) return;
  const std::uint64_t last = range.base + std::min<std::uint64_t>(end, range.bytes - 1);
  for (TargetSocket& socket : from_initiators) {
    socket->invalidate_direct_mem_ptr(range.base + start, last);
  }
}

tlm::tlm_sync_enum Bus::nb_transport_fw(int initiator, Payload& payload, tlm::tlm_phase& phase,
                                        sc_core::sc_time& delay) {
  if (phase == tlm::BEGIN_REQ) {
    const std::optional<std::size_t> target = decode(payload);
    if (!target) {
      payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
      return tlm::TLM_COMPLETED;
    }
    payload.acquire();
    routes_[&payload] = {static_cast<std::size_t>(initiator), *target, payload.get_address()};
    phases_.notify(payload, phase, delay + latency_);
    Held& held = held_[static_cast<std::size_t>(initiator)];
    if (++held.requests > kRequestsHeld) {
      held.withheld = &payload;
      return tlm::TLM_ACCEPTED;
    }
    phase = tlm::END_REQ;
    return tlm::TLM_UPDATED;
  }
  if (phase == tlm::END_RESP) {
    phases_.notify(payload, phase, delay);
    return tlm::TLM_COMPLETED;
  }
  return tlm::TLM_ACCEPTED;  // phases that others have added may be ignored
}

tlm::tlm_sync_enum Bus::nb_transport_bw(int, Payload& payload, tlm::tlm_phase& phase,
                                        sc_core::sc_time& delay) {
  if (phase == tlm::END_REQ || phase == tlm::BEGIN_RESP) phases_.notify(payload, phase, delay);
  return tlm::TLM_ACCEPTED;
}

std::optional<std::size_t> Bus::decode(const Payload& payload) const {
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

void Bus::on_phase(Payload& payload, const tlm::tlm_phase& phase) {
  Route& route = routes_.at(&payload);
  if (phase == tlm::BEGIN_REQ) {
    requests_[route.target].waiting.push_back(&payload);
    begin_request(route.target);
  } else if (phase == tlm::END_REQ) {
    end_request(route);
  } else if (phase == tlm::BEGIN_RESP) {
    end_request(route);
    responses_[route.initiator].waiting.push_back(&payload);
    begin_response(route.initiator);
  } else {
    end_response(payload);
  }
}

void Bus::begin_request(std::size_t target) {
  Lane& lane = requests_[target];
  if (lane.begun || lane.waiting.empty()) return;
  lane.begun = true;
  Payload& payload = *lane.waiting.front();
  Route& route = routes_.at(&payload);
  payload.set_address(route.address - ranges_[target].base);
  tlm::tlm_phase phase = tlm::BEGIN_REQ;
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  switch (to_targets[target]->nb_transport_fw(payload, phase, delay)) {
    case tlm::TLM_ACCEPTED:
      return;
    case tlm::TLM_UPDATED:
      if (phase == tlm::END_REQ && delay == sc_core::SC_ZERO_TIME) {
        end_request(route);
      } else {
        nb_transport_bw(static_cast<int>(target), payload, phase, delay);
      }
      return;
    case tlm::TLM_COMPLETED:
      route.target_has_ended = true;
      phases_.notify(payload, tlm::BEGIN_RESP, delay);
      return;
  }
}

void Bus::end_request(Route& route) {
  if (!std::exchange(route.in_request, false)) return;
  Held& held = held_[route.initiator];
  --held.requests;
  if (Payload* const payload = std::exchange(held.withheld, nullptr)) {
    tlm::tlm_phase phase = tlm::END_REQ;
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    from_initiators[route.initiator]->nb_transport_bw(*payload, phase, delay);
  }
  requests_[route.target].end();
  begin_request(route.target);
}

void Bus::begin_response(std::size_t initiator) {
  Lane& lane = responses_[initiator];
  if (lane.begun || lane.waiting.empty()) return;
  lane.begun = true;
  Payload& payload = *lane.waiting.front();
  payload.set_address(routes_.at(&payload).address);
  tlm::tlm_phase phase = tlm::BEGIN_RESP;
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  const tlm::tlm_sync_enum status =
      from_initiators[initiator]->nb_transport_bw(payload, phase, delay);
  if (status == tlm::TLM_COMPLETED || (status == tlm::TLM_UPDATED && phase == tlm::END_RESP)) {
    phases_.notify(payload, tlm::END_RESP, delay);
  }
}

void Bus::end_response(Payload& payload) {
  const Route route = routes_.at(&payload);
  routes_.erase(&payload);
  if (!route.target_has_ended) {
    tlm::tlm_phase phase = tlm::END_RESP;
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    to_targets[route.target]->nb_transport_fw(payload, phase, delay);
  }
  payload.release();
  responses_[route.initiator].end();
  begin_response(route.initiator);
}

}  // namespace dcnsim
