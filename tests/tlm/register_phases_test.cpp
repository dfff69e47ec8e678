// SPDX-License-Identifier: Apache-2.0
// An initiator that speaks the base protocol in phases on the loosely timed register target: the
// simple socket's adapter in front of it answers.
#include <gtest/gtest.h>
#include <tlm_utils/simple_initiator_socket.h>

#include <array>
#include <functional>

#include "models/tlm/register_bank.h"
#include "models/tlm/transaction_pool.h"
#include "tests/support/fresh_kernel.h"
#include "tests/tlm/protocol_checker.h"

namespace dcnsim {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;

struct Owner : RegisterOwner {
  void start(const Job&) override { started = sc_core::sc_time_stamp(); }
  void soft_reset() override {}
  std::uint64_t counter(std::uint32_t offset) const override { return offset; }
  void update_interrupt() override {}
  sc_time started;
};

/// Sends one word at a time from a process and takes every legal way of completion.
class PhasedInitiator : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<PhasedInitiator, 32> socket;
  std::function<void()> script;
  bool finished = false;

  explicit PhasedInitiator(const sc_core::sc_module_name& name)
      : sc_module(name), socket("socket") {
    socket.register_nb_transport_bw(this, &PhasedInitiator::nb_transport_bw);
    SC_HAS_PROCESS(PhasedInitiator);
    SC_THREAD(run);
  }

  tlm::tlm_response_status send(tlm::tlm_command command, std::uint64_t address,
                                std::uint32_t& value, const sc_time& annotated = {}) {
    std::array<std::uint8_t, 4> data;
    for (std::size_t i = 0; i < 4; ++i) data[i] = static_cast<std::uint8_t>(value >> (8 * i));
    tlm::tlm_generic_payload& payload = pool_.acquire();
    payload.set_command(command);
    payload.set_address(address);
    payload.set_data_ptr(data.data());
    payload.set_data_length(4);
    payload.set_streaming_width(4);
    payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    tlm::tlm_phase phase = tlm::BEGIN_REQ;
    sc_time delay = annotated;
    responded_ = false;
    switch (socket->nb_transport_fw(payload, phase, delay)) {
      case tlm::TLM_ACCEPTED:
        break;
      case tlm::TLM_UPDATED:
        if (phase == tlm::BEGIN_RESP) responded_ = true;
        break;
      case tlm::TLM_COMPLETED:
        responded_ = true;
        break;
    }
    while (!responded_) sc_core::wait(response_);
    value = 0;
    for (std::size_t i = 0; i < 4; ++i) value |= std::uint32_t{data[i]} << (8 * i);
    const tlm::tlm_response_status status = payload.get_response_status();
    payload.release();
    return status;
  }

 private:
  tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload&, tlm::tlm_phase& phase, sc_time&) {
    if (phase != tlm::BEGIN_RESP) return tlm::TLM_ACCEPTED;
    responded_ = true;
    response_.notify(sc_core::SC_ZERO_TIME);
    return tlm::TLM_COMPLETED;
  }
  void run() {
    script();
    finished = true;
  }

  TransactionPool pool_;
  bool responded_ = false;
  sc_core::sc_event response_{"response"};
};

class RegisterPhasesTest : public FreshKernel {
 protected:
  static void simulate(const std::function<void(PhasedInitiator&, RegisterBank&, Owner&)>& script) {
    Owner owner;
    RegisterBank bank("bank", owner);
    PhasedInitiator initiator("initiator");
    ProtocolChecker checker("checker");
    initiator.socket.bind(checker.from_initiator);
    checker.to_target.bind(bank.socket);
    initiator.script = [&] { script(initiator, bank, owner); };
    sc_core::sc_start();
    EXPECT_TRUE(initiator.finished) << "a response never came";
    EXPECT_TRUE(checker.violations().empty()) << checker.violations().front();
  }
};

TEST_F(RegisterPhasesTest, every_register_reads_and_refuses_as_by_b_transport) {
  simulate([](PhasedInitiator& initiator, RegisterBank&, Owner&) {
    for (const reg::Register& r : reg::kRegisters) {
      std::uint32_t value = 0xEEEEEEEE;
      const auto status = initiator.send(tlm::TLM_READ_COMMAND, r.offset, value);
      EXPECT_EQ(status,
                reg::readable(r.access) ? tlm::TLM_OK_RESPONSE : tlm::TLM_COMMAND_ERROR_RESPONSE);
      EXPECT_EQ(value, reg::readable(r.access) ? r.reset : 0xEEEEEEEE) << r.name;
    }
    for (const reg::Counter& c : reg::kCounters) {
      std::uint32_t value = 0;
      EXPECT_EQ(initiator.send(tlm::TLM_READ_COMMAND, c.offset, value), tlm::TLM_OK_RESPONSE);
      EXPECT_EQ(value, c.offset) << c.name;
    }
    std::uint32_t value = 0;
    EXPECT_EQ(initiator.send(tlm::TLM_READ_COMMAND, 0x30, value), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  });
}

TEST_F(RegisterPhasesTest, writes_arrive_and_take_effect_when_the_request_does) {
  simulate([](PhasedInitiator& initiator, RegisterBank& bank, Owner& owner) {
    std::uint32_t value = 7;
    EXPECT_EQ(initiator.send(tlm::TLM_WRITE_COMMAND, reg::kDescriptorCount, value),
              tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(bank.get(reg::kDescriptorCount), 7u);
    value = reg::kControlStart;
    EXPECT_EQ(initiator.send(tlm::TLM_WRITE_COMMAND, reg::kControl, value, sc_time(12, SC_NS)),
              tlm::TLM_OK_RESPONSE);
    sc_core::wait(20, SC_NS);
    EXPECT_EQ(owner.started, sc_time(12, SC_NS));
  });
}

}  // namespace
}  // namespace dcnsim
