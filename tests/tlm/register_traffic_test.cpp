// SPDX-License-Identifier: Apache-2.0
// Random traffic, legal and illegal, against a model that is written from the register table: every
// access gets the status that the rules say, and a refused one changes nothing.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>

#include "models/tlm/register_bank.h"
#include "tests/support/fresh_kernel.h"
#include "tests/support/initiator.h"
#include "tests/tlm/checked_wiring.h"

namespace dcnsim {
namespace {

using Data = std::array<std::uint8_t, 80>;

/// The registers and what the bank has asked of the accelerator.
struct State {
  std::map<std::uint32_t, std::uint32_t> values;
  int starts = 0, queues = 0, resets = 0, updates = 0;

  bool operator==(const State& other) const {
    return values == other.values && starts == other.starts && queues == other.queues &&
           resets == other.resets && updates == other.updates;
  }
};

struct CountingOwner : RegisterOwner {
  State state;
  void start(const Job&) override { ++state.starts; }
  void queue(const Job&) override { ++state.queues; }
  void soft_reset() override { ++state.resets; }
  std::uint64_t counter(std::uint32_t offset) const override { return offset * 0x0101010101ull; }
  void update_interrupt() override { ++state.updates; }
};

struct Access {
  tlm::tlm_command command = tlm::TLM_READ_COMMAND;
  std::uint64_t address = 0;
  unsigned length = 4, width = 4;
  bool has_data = true;
  std::vector<std::uint8_t> enables;  ///< empty: no pointer
};

const reg::Register* register_at(std::uint64_t address) {
  for (const reg::Register& r : reg::kRegisters) {
    if (r.offset == address) return &r;
  }
  return nullptr;
}

const reg::Counter* counter_at(std::uint64_t address) {
  for (const reg::Counter& c : reg::kCounters) {
    if (c.offset == address || c.offset + 4 == address) return &c;
  }
  return nullptr;
}

/// Of the bytes of a word of the access, how many its enables leave in.
int enabled(const Access& access, std::size_t word) {
  int count = 0;
  for (std::size_t i = 4 * word; i < 4 * word + 4; ++i) {
    count += access.enables.empty() || access.enables[i % access.enables.size()] != 0 ? 1 : 0;
  }
  return count;
}

/// The words an access is to touch, or why it is refused.
struct Expected {
  tlm::tlm_response_status status = tlm::TLM_OK_RESPONSE;
  std::vector<std::size_t> words;
};

tlm::tlm_response_status expected_status(std::uint64_t address, bool is_write) {
  if (counter_at(address) != nullptr) {
    return is_write ? tlm::TLM_COMMAND_ERROR_RESPONSE : tlm::TLM_OK_RESPONSE;
  }
  const reg::Register* r = register_at(address);
  if (r == nullptr) return tlm::TLM_ADDRESS_ERROR_RESPONSE;
  switch (r->access) {
    case reg::Access::kConstant:
    case reg::Access::kReadOnly:
      return is_write ? tlm::TLM_COMMAND_ERROR_RESPONSE : tlm::TLM_OK_RESPONSE;
    case reg::Access::kWriteOnly:
      return is_write ? tlm::TLM_OK_RESPONSE : tlm::TLM_COMMAND_ERROR_RESPONSE;
    case reg::Access::kReadWrite:
    case reg::Access::kWriteOneToClear:
      return tlm::TLM_OK_RESPONSE;
  }
  return tlm::TLM_INCOMPLETE_RESPONSE;
}

Expected expected_of(const Access& access) {
  if (access.command == tlm::TLM_IGNORE_COMMAND) return {};
  if (!access.has_data || (access.length != 4 && access.length != 8) || access.address % 4 != 0 ||
      (access.width > 0 && access.width < access.length)) {
    return {tlm::TLM_BURST_ERROR_RESPONSE, {}};
  }
  Expected expected;
  for (std::size_t word = 0; 4 * word < access.length; ++word) {
    const int bytes = enabled(access, word);
    if (bytes > 0 && bytes < 4) return {tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE, {}};
    if (bytes == 4) expected.words.push_back(word);
  }
  if (access.address >= reg::kWindowBytes) return {tlm::TLM_ADDRESS_ERROR_RESPONSE, {}};
  for (const std::size_t word : expected.words) {
    const auto status =
        expected_status(access.address + 4 * word, access.command == tlm::TLM_WRITE_COMMAND);
    if (status != tlm::TLM_OK_RESPONSE) return {status, {}};
  }
  return expected;
}

/// What the checker on the socket says of the initiator.
std::set<std::string> broken_clauses(const Access& access) {
  std::set<std::string> clauses;
  if (access.command == tlm::TLM_IGNORE_COMMAND) return clauses;
  if (!access.has_data) clauses.insert("14.11");
  if (access.length == 0) clauses.insert("14.12");
  if (access.width == 0) clauses.insert("14.15");
  return clauses;
}

std::uint32_t expected_word(const State& state, std::uint32_t address) {
  if (const reg::Counter* c = counter_at(address)) {
    const std::uint64_t count = c->offset * 0x0101010101ull;
    return static_cast<std::uint32_t>(address == c->offset ? count : count >> 32);
  }
  return state.values.at(address);
}

/// What an accepted write of `value` leaves behind.
void model_write(State& state, const reg::Register& r, std::uint32_t value) {
  switch (r.access) {
    case reg::Access::kConstant:
    case reg::Access::kReadOnly:
      return;
    case reg::Access::kReadWrite:
      state.values[r.offset] = value & r.mask();
      break;
    case reg::Access::kWriteOneToClear:
      state.values[r.offset] &= ~value;
      break;
    case reg::Access::kWriteOnly:
      if ((value & reg::kControlReset) != 0) {
        for (const reg::Register& each : reg::kRegisters) state.values[each.offset] = each.reset;
        ++state.resets;
      } else if ((value & reg::kControlStart) == 0 &&
                 (state.values[reg::kStatus] & reg::kStatusError) != 0) {
        // QUEUE behind a failure does nothing.
      } else if ((value & (reg::kControlStart | reg::kControlQueue)) != 0 &&
                 (state.values[reg::kStatus] & reg::kStatusBusy) == 0) {
        state.values[reg::kStatus] = reg::kStatusBusy;
        state.values[reg::kErrorCode] = state.values[reg::kErrorLayer] = 0;
        ++state.starts;
      } else if ((value & reg::kControlQueue) != 0 &&
                 (state.values[reg::kStatus] & reg::kStatusQueued) == 0) {
        state.values[reg::kStatus] |= reg::kStatusQueued;
        ++state.queues;
      }
      return;
  }
  if (r.offset == reg::kIrqEnable || r.offset == reg::kIrqStatus) ++state.updates;
}

class RegisterTrafficTest : public FreshKernel {
 protected:
  void SetUp() override {
    FreshKernel::SetUp();
    bank = std::make_unique<RegisterBank>("bank", owner);
    initiator = std::make_unique<Initiator>("initiator");
    wiring.join(initiator->socket, bank->socket);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    for (const reg::Register& r : reg::kRegisters) model.values[r.offset] = r.reset;
  }
  void TearDown() override {
    initiator.reset();
    bank.reset();
  }

  unsigned random(unsigned below) { return static_cast<unsigned>(engine() % below); }
  bool one_in(unsigned n) { return random(n) == 0; }

  /// Mostly words of the window, each rule broken now and then.
  Access random_access() {
    Access a;
    a.command = one_in(16)  ? tlm::TLM_IGNORE_COMMAND
                : one_in(2) ? tlm::TLM_WRITE_COMMAND
                            : tlm::TLM_READ_COMMAND;
    a.address = 4 * random(0x30);
    if (one_in(8)) a.address += random(4);
    if (one_in(16)) a.address = engine() >> random(64);
    if (one_in(4)) a.length = random(65);
    if (one_in(3)) a.length = 8;
    a.width = one_in(8) ? random(65) : a.length;
    a.has_data = !one_in(32);
    if (one_in(4)) a.enables.assign(1 + random(9), 0xFF);
    if (one_in(2)) {
      for (std::uint8_t& enable : a.enables) enable = one_in(4) ? 0 : 0xFF;
    }
    // Of a bus of 64 bits: whole words.
    if (a.length == 8 && one_in(2)) {
      a.enables.resize(8);
      for (std::size_t i = 0; i < 8; i += 4) {
        std::fill_n(a.enables.begin() + static_cast<std::ptrdiff_t>(i), 4, one_in(2) ? 0 : 0xFF);
      }
    }
    return a;
  }

  void set_payload(const Access& a) {
    enables = a.enables;
    payload.set_command(a.command);
    payload.set_address(a.address);
    payload.set_data_ptr(a.has_data ? data.data() : nullptr);
    payload.set_data_length(a.length);
    payload.set_streaming_width(a.width);
    payload.set_byte_enable_ptr(enables.empty() ? nullptr : enables.data());
    payload.set_byte_enable_length(static_cast<unsigned>(enables.size()));
    payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    for (std::uint8_t& byte : data) byte = static_cast<std::uint8_t>(engine());
  }

  void transport(const Access& a) {
    set_payload(a);
    Data expected = data;
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    initiator->socket->b_transport(payload, delay);
    const Expected is = expected_of(a);
    EXPECT_EQ(payload.get_response_status(), is.status);
    EXPECT_EQ(wiring.take_broken_clauses(), broken_clauses(a));
    for (const std::size_t word : is.words) {
      const std::uint64_t address = a.address + 4 * word;
      if (a.command == tlm::TLM_READ_COMMAND) {
        const std::uint32_t value = expected_word(model, static_cast<std::uint32_t>(address));
        for (std::size_t i = 0; i < 4; ++i) {
          expected[4 * word + i] = static_cast<std::uint8_t>(value >> (8 * i));
        }
      } else {
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < 4; ++i) value |= std::uint32_t{data[4 * word + i]} << (8 * i);
        model_write(model, *register_at(address), value);
      }
    }
    words_seen[{a.length, is.words.size()}] += is.status == tlm::TLM_OK_RESPONSE ? 1 : 0;
    EXPECT_EQ(data, expected);
  }

  void debug(const Access& a) {
    set_payload(a);
    Data expected = data;
    unsigned moved = 0;
    const bool reads = a.command == tlm::TLM_READ_COMMAND && a.has_data;
    for (; reads && moved < a.length; ++moved) {
      const std::uint64_t word = (a.address + moved) / 4 * 4;
      const reg::Register* r = register_at(word);
      if (counter_at(word) == nullptr && (r == nullptr || !reg::readable(r->access))) break;
      expected[moved] =
          static_cast<std::uint8_t>(expected_word(model, static_cast<std::uint32_t>(word)) >>
                                    (8 * ((a.address + moved) % 4)));
    }
    EXPECT_EQ(initiator->socket->transport_dbg(payload), moved);
    EXPECT_EQ(data, expected);
  }

  void direct_memory(const Access& a) {
    set_payload(a);
    tlm::tlm_dmi dmi;
    EXPECT_FALSE(initiator->socket->get_direct_mem_ptr(payload, dmi));
    EXPECT_LE(dmi.get_start_address(), a.address);
    EXPECT_GE(dmi.get_end_address(), a.address);
  }

  /// What the accelerator itself does to the registers.
  void hardware() {
    const auto set = [&](reg::Offset offset, std::uint32_t value) {
      bank->set(offset, value);
      model.values[offset] = value;
    };
    set(reg::kStatus, 1u << random(3));
    set(reg::kErrorCode, random(4));
    set(reg::kIrqStatus, random(4));
  }

  State actual() const {
    State state = owner.state;
    for (const reg::Register& r : reg::kRegisters) {
      state.values[r.offset] = bank->get(static_cast<reg::Offset>(r.offset));
    }
    return state;
  }

  static constexpr unsigned kSeed = 3;
  std::mt19937_64 engine{kSeed};
  CountingOwner owner;
  State model;
  std::unique_ptr<RegisterBank> bank;
  std::unique_ptr<Initiator> initiator;
  CheckedWiring wiring;
  tlm::tlm_generic_payload payload;
  Data data{};
  std::vector<std::uint8_t> enables;
  std::map<std::pair<unsigned, std::size_t>, int> words_seen;  ///< accepted, by length and words
};

TEST_F(RegisterTrafficTest, every_access_does_what_the_table_says_and_nothing_else) {
  std::map<tlm::tlm_response_status, int> seen;
  for (int i = 0; i < 100000; ++i) {
    const Access access = random_access();
    SCOPED_TRACE(testing::Message()
                 << "seed " << kSeed << ", access " << i << ", command " << access.command
                 << ", address " << access.address << ", length " << access.length);
    switch (random(8)) {
      case 0:
        debug(access);
        break;
      case 1:
        direct_memory(access);
        break;
      case 2:
        hardware();
        break;
      default:
        transport(access);
        ++seen[payload.get_response_status()];
    }
    ASSERT_TRUE(actual() == model);
    if (HasFailure()) return;
  }
  for (const auto status :
       {tlm::TLM_OK_RESPONSE, tlm::TLM_ADDRESS_ERROR_RESPONSE, tlm::TLM_COMMAND_ERROR_RESPONSE,
        tlm::TLM_BURST_ERROR_RESPONSE, tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE}) {
    EXPECT_GT(seen[status], 500) << status;
  }
  for (const auto& [length, words] : {std::pair{4u, 1u}, {8u, 0u}, {8u, 1u}, {8u, 2u}}) {
    EXPECT_GT((words_seen[{length, words}]), 500) << length << " bytes, words " << words;
  }
}

}  // namespace
}  // namespace dcnsim
