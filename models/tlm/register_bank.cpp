// SPDX-License-Identifier: Apache-2.0
#include "models/tlm/register_bank.h"

#include <algorithm>
#include <sstream>
#include <string>
#include <utility>

#include "models/tlm/reports.h"

namespace dcnsim {
namespace {

const reg::Register* find_register(std::uint32_t offset) {
  const auto* it = std::find_if(reg::kRegisters.begin(), reg::kRegisters.end(),
                                [&](const reg::Register& r) { return r.offset == offset; });
  return it == reg::kRegisters.end() ? nullptr : it;
}

bool is_counter(std::uint32_t offset) {
  return std::any_of(reg::kCounters.begin(), reg::kCounters.end(), [&](const reg::Counter& r) {
    return (offset & ~std::uint32_t{4}) == r.offset;
  });
}

// Registers are little-endian whatever the host is.
void store32(std::uint8_t* data, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) data[i] = static_cast<std::uint8_t>(value >> (8 * i));
}

std::uint32_t load32(const std::uint8_t* data) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value |= static_cast<std::uint32_t>(data[i]) << (8 * i);
  return value;
}

/// Of the four bytes from `first` on, how many are enabled. Byte enables repeat when they are
/// shorter than the data; superfluous ones do not count.
int enabled_bytes(const tlm::tlm_generic_payload& payload, unsigned first) {
  const std::uint8_t* enables = payload.get_byte_enable_ptr();
  const unsigned length = payload.get_byte_enable_length();
  if (enables == nullptr || length == 0) return 4;
  int count = 0;
  for (unsigned i = first; i < first + 4; ++i) count += enables[i % length] == TLM_BYTE_ENABLED;
  return count;
}

/// What an access needs besides an address: TLM_COMMAND_ERROR_RESPONSE for the wrong direction,
/// TLM_ADDRESS_ERROR_RESPONSE where there is no register.
tlm::tlm_response_status check_access(std::uint64_t address, bool is_write) {
  if (address >= reg::kWindowBytes) return tlm::TLM_ADDRESS_ERROR_RESPONSE;
  const auto offset = static_cast<std::uint32_t>(address);
  const reg::Register* found = find_register(offset);
  if (found == nullptr && !is_counter(offset)) return tlm::TLM_ADDRESS_ERROR_RESPONSE;
  const reg::Access access = found != nullptr ? found->access : reg::Access::kReadOnly;
  const bool allowed = is_write ? reg::writable(access) : reg::readable(access);
  return allowed ? tlm::TLM_OK_RESPONSE : tlm::TLM_COMMAND_ERROR_RESPONSE;
}

}  // namespace

RegisterBank::RegisterBank(const sc_core::sc_module_name& name, RegisterOwner& owner)
    : sc_module(name), socket("socket"), owner_(owner), due_("due") {
  socket.register_b_transport(this, &RegisterBank::b_transport);
  socket.register_transport_dbg(this, &RegisterBank::transport_dbg);
  socket.register_get_direct_mem_ptr(this, &RegisterBank::get_direct_mem_ptr);
  reset();

  DCNSIM_PROCESSES_OF(RegisterBank);
  SC_METHOD(apply_due);
  sensitive << due_;
  dont_initialize();
}

void RegisterBank::reset() {
  reset_values();
  pending_.clear();
  due_.cancel();
}

void RegisterBank::reset_values() {
  for (const reg::Register& r : reg::kRegisters) values_[r.offset] = r.reset;
}

void RegisterBank::trace(sc_core::sc_trace_file* file) const {
  for (const reg::Register& r : reg::kRegisters) {
    if (!reg::readable(r.access) || r.offset == reg::kId || r.offset == reg::kVersion) continue;
    sc_core::sc_trace(file, values_.at(r.offset), std::string(name()) + '.' + std::string(r.name));
  }
}

tlm::tlm_response_status RegisterBank::check(const tlm::tlm_generic_payload& payload) const {
  const unsigned length = payload.get_data_length();
  const unsigned width = payload.get_streaming_width();
  if ((length != 4 && length != 8) || payload.get_data_ptr() == nullptr ||
      payload.get_address() % 4 != 0 || (width != 0 && width < length)) {
    return tlm::TLM_BURST_ERROR_RESPONSE;
  }
  for (unsigned at = 0; at < length; at += 4) {
    if (enabled_bytes(payload, at) % 4 != 0) return tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE;
  }
  if (payload.get_address() >= reg::kWindowBytes) return tlm::TLM_ADDRESS_ERROR_RESPONSE;
  for (unsigned at = 0; at < length; at += 4) {
    if (enabled_bytes(payload, at) == 0) continue;
    const auto status = check_access(payload.get_address() + at, payload.is_write());
    if (status != tlm::TLM_OK_RESPONSE) return status;
  }
  return tlm::TLM_OK_RESPONSE;
}

/// Wrong addresses and widths are easily lost on the way back: bridges know fewer responses than
/// TLM-2.0 has. The first is told, so that a platform that polls does not drown in them.
void RegisterBank::report_refused(const tlm::tlm_generic_payload& payload) {
  if (std::exchange(has_refused_, true)) return;
  std::ostringstream text;
  text << name() << ": " << (payload.is_write() ? "write" : "read") << " of "
       << payload.get_data_length() << " bytes at offset 0x" << std::hex << payload.get_address()
       << " refused: " << payload.get_response_string();
  SC_REPORT_WARNING(report::kRefusedAccess, text.str().c_str());
}

std::uint32_t RegisterBank::read(std::uint32_t offset) const {
  const auto it = values_.find(offset);
  if (it != values_.end()) return it->second;
  // START and RESET have cleared them for whoever wrote that.
  if (pending(Effect::kStart) || pending(Effect::kReset)) return 0;
  const std::uint64_t count = owner_.counter(offset & ~std::uint32_t{4});
  return static_cast<std::uint32_t>((offset & 4) != 0 ? count >> 32 : count);
}

void RegisterBank::write(std::uint32_t offset, std::uint32_t value, const sc_core::sc_time& delay) {
  value &= find_register(offset)->mask();
  switch (offset) {
    case reg::kControl:
      write_control(value, delay);
      return;
    case reg::kIrqStatus:
      values_[offset] &= ~value;
      schedule(delay, Effect::kInterrupt);
      return;
    case reg::kIrqEnable:
      values_[offset] = value;
      schedule(delay, Effect::kInterrupt);
      return;
    default:
      values_[offset] = value;
  }
}

void RegisterBank::write_control(std::uint32_t value, const sc_core::sc_time& delay) {
  if ((value & reg::kControlReset) != 0) {
    reset_values();
    schedule(delay, Effect::kReset);
    return;
  }
  const Job job{
      get(reg::kDescriptorAddressLo) | std::uint64_t{get(reg::kDescriptorAddressHi)} << 32,
      get(reg::kDescriptorCount)};
  const std::uint32_t status = get(reg::kStatus);
  const bool starts = (value & reg::kControlStart) != 0;
  // Whoever queued it has not seen that the job before has failed.
  if (!starts && (status & reg::kStatusError) != 0) return;
  const bool queues = (value & reg::kControlQueue) != 0;
  if ((starts || queues) && (status & reg::kStatusBusy) == 0) {
    set(reg::kStatus, reg::kStatusBusy);
    set(reg::kErrorCode, reg::kNone);
    set(reg::kErrorLayer, 0);
    schedule(delay, Effect::kStart, job);
  } else if (queues && (status & reg::kStatusQueued) == 0) {
    set(reg::kStatus, status | reg::kStatusQueued);
    schedule(delay, Effect::kQueue, job);
  }
}

void RegisterBank::schedule(const sc_core::sc_time& delay, Effect effect, const Job& job) {
  PendingEffect added{sc_core::sc_time_stamp() + delay, effect, job};
  for (const PendingEffect& earlier : pending_) {
    // Another initiator may be less far ahead than the one that reset the registers.
    if ((effect == Effect::kStart || effect == Effect::kQueue) &&
        earlier.effect == Effect::kReset) {
      added.at = std::max(added.at, earlier.at);
    }
  }
  const auto later =
      std::upper_bound(pending_.begin(), pending_.end(), added,
                       [](const PendingEffect& a, const PendingEffect& b) { return a.at < b.at; });
  pending_.insert(later, added);
  apply_due();
}

void RegisterBank::forget_queue() {
  const auto queued = [](const PendingEffect& p) { return p.effect == Effect::kQueue; };
  pending_.erase(std::remove_if(pending_.begin(), pending_.end(), queued), pending_.end());
}

void RegisterBank::apply_due() {
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  while (!pending_.empty() && pending_.front().at <= now) {
    const PendingEffect due = pending_.front();
    pending_.pop_front();
    switch (due.effect) {
      case Effect::kStart:
        owner_.start(due.job);
        break;
      case Effect::kQueue:
        owner_.queue(due.job);
        break;
      case Effect::kReset:
        owner_.soft_reset();
        break;
      case Effect::kInterrupt:
        owner_.update_interrupt();
        break;
    }
  }
  if (!pending_.empty()) due_.notify(pending_.front().at - now);
}

bool RegisterBank::pending(Effect effect) const {
  return std::any_of(pending_.begin(), pending_.end(),
                     [&](const PendingEffect& p) { return p.effect == effect; });
}

void RegisterBank::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  if (payload.get_command() == tlm::TLM_IGNORE_COMMAND) {
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
    return;
  }
  const tlm::tlm_response_status status = check(payload);
  payload.set_response_status(status);
  if (status != tlm::TLM_OK_RESPONSE) {
    report_refused(payload);
    return;
  }
  for (unsigned at = 0; at < payload.get_data_length(); at += 4) {
    if (enabled_bytes(payload, at) == 0) continue;
    const auto offset = static_cast<std::uint32_t>(payload.get_address() + at);
    if (payload.is_read()) {
      store32(payload.get_data_ptr() + at, read(offset));
    } else {
      write(offset, load32(payload.get_data_ptr() + at), delay);
    }
  }
}

/// Reads any number of bytes at any alignment, up to where nothing can be read. A debugger's write
/// would be a side effect: it moves nothing.
unsigned RegisterBank::transport_dbg(tlm::tlm_generic_payload& payload) {
  if (!payload.is_read() || payload.get_data_ptr() == nullptr) return 0;
  const std::uint64_t begin = payload.get_address();
  unsigned moved = 0;
  for (; moved < payload.get_data_length(); ++moved) {
    const std::uint64_t address = begin + moved;
    if (check_access(address & ~std::uint64_t{3}, false) != tlm::TLM_OK_RESPONSE) break;
    std::uint8_t word[4];
    store32(word, read(static_cast<std::uint32_t>(address) & ~std::uint32_t{3}));
    payload.get_data_ptr()[moved] = word[address & 3];
  }
  return moved;
}

/// Refused for the whole window, or for everything beyond it.
bool RegisterBank::get_direct_mem_ptr(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi) {
  const bool inside = payload.get_address() < reg::kWindowBytes;
  dmi.init();
  dmi.set_start_address(inside ? 0 : reg::kWindowBytes);
  dmi.set_end_address(inside ? reg::kWindowBytes - 1 : ~sc_dt::uint64{0});
  dmi.allow_read_write();
  return false;
}

}  // namespace dcnsim
