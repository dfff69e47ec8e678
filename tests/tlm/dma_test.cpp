// SPDX-License-Identifier: Apache-2.0
#include "models/tlm/dma.h"

#include <gtest/gtest.h>
#include <tlm_utils/simple_target_socket.h>

#include <functional>
#include <random>

#include "tests/support/fresh_kernel.h"

namespace dcnsim {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;

/// Memory of 64 KiB with a fixed latency that checks and records every burst.
struct RecordingMemory : sc_core::sc_module {
  tlm_utils::simple_target_socket<RecordingMemory, 32> socket;
  std::vector<std::uint8_t> bytes = std::vector<std::uint8_t>(65536);
  std::vector<std::pair<std::uint64_t, unsigned>> bursts;
  std::vector<sc_time> times;
  sc_time latency = sc_time(100, SC_NS);

  explicit RecordingMemory(const sc_core::sc_module_name& name)
      : sc_module(name), socket("socket") {
    socket.register_b_transport(this, &RecordingMemory::b_transport);
  }
  void b_transport(tlm::tlm_generic_payload& p, sc_time& delay) {
    EXPECT_EQ(p.get_response_status(), tlm::TLM_INCOMPLETE_RESPONSE);
    EXPECT_EQ(p.get_streaming_width(), p.get_data_length());
    EXPECT_EQ(p.get_byte_enable_ptr(), nullptr);
    EXPECT_FALSE(p.is_dmi_allowed());
    bursts.emplace_back(p.get_address(), p.get_data_length());
    times.push_back(sc_core::sc_time_stamp());
    delay += latency;
    if (p.get_address() + p.get_data_length() > bytes.size()) {
      p.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
      return;
    }
    std::uint8_t* at = bytes.data() + p.get_address();
    if (p.is_read()) {
      std::copy(at, at + p.get_data_length(), p.get_data_ptr());
    } else {
      std::copy(p.get_data_ptr(), p.get_data_ptr() + p.get_data_length(), at);
    }
    p.set_response_status(tlm::TLM_OK_RESPONSE);
  }
};

struct Script : sc_core::sc_module {
  std::function<void()> body;
  Script(const sc_core::sc_module_name& name, std::function<void()> b)
      : sc_module(name), body(std::move(b)) {
    SC_HAS_PROCESS(Script);
    SC_THREAD(run);
  }
  void run() { body(); }
};

class DmaTest : public FreshKernel {
 protected:
  /// Runs `body` as a process beside a DMA of `config` at 500 MHz.
  void simulate(const DmaConfig& config, const std::function<void(Dma&, RecordingMemory&)>& body) {
    const Clocking clocking(500);
    Dma dma("dma", config, clocking);
    RecordingMemory memory("memory");
    dma.memory.bind(memory.socket);
    bool done = false;
    Script script("script", [&] {
      body(dma, memory);
      done = true;
    });
    sc_core::sc_start();
    EXPECT_TRUE(done);
  }
};

TEST_F(DmaTest, bursts_are_aligned_powers_of_two_within_4_KiB) {
  simulate({8, 4096, 8}, [](Dma& dma, RecordingMemory& memory) {
    std::mt19937 random(5);
    std::vector<std::uint8_t> data(16384);
    for (int i = 0; i < 200; ++i) {
      const std::uint64_t address = random() % 4096 * 8;
      const std::uint64_t bytes = (1 + random() % 2000) * 8;
      memory.bursts.clear();
      dma.read(Stream::kInput, address, bytes, data.data());
      std::uint64_t next = address;
      for (const auto& [at, size] : memory.bursts) {
        ASSERT_EQ(at, next);
        ASSERT_EQ(size & (size - 1), 0u);
        ASSERT_EQ(at % size, 0u);
        ASSERT_EQ(at / 4096, (at + size - 1) / 4096);
        next = at + size;
      }
      ASSERT_EQ(next, address + bytes);
    }
  });
}

TEST_F(DmaTest, data_arrive_as_stored_and_bytes_are_counted_by_stream) {
  simulate({16, 256, 4}, [](Dma& dma, RecordingMemory& memory) {
    std::vector<std::uint8_t> out(1008), in(1008);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::uint8_t>(i * 7);
    dma.write(Stream::kOutput, 48, out.size(), out.data());
    dma.read(Stream::kWeight, 48, in.size(), in.data());
    EXPECT_EQ(in, out);
    EXPECT_EQ(dma.stream_bytes()[static_cast<std::size_t>(Stream::kOutput)], 1008u);
    EXPECT_EQ(dma.stream_bytes()[static_cast<std::size_t>(Stream::kWeight)], 1008u);
    EXPECT_EQ(dma.stream_bytes()[static_cast<std::size_t>(Stream::kInput)], 0u);
    EXPECT_FALSE(dma.failed());
    EXPECT_EQ(memory.bytes[48 + 5], 35);
  });
}

TEST_F(DmaTest, outstanding_limit_holds_requests_back) {
  // 64-byte bursts of 4 beats of 2 ns; latency 100 ns; two in flight.
  simulate({16, 64, 2}, [](Dma& dma, RecordingMemory& memory) {
    std::vector<std::uint8_t> data(256);
    const sc_time done = dma.read(Stream::kInput, 0, 256, data.data());
    EXPECT_EQ(memory.times, (std::vector<sc_time>{sc_time(0, SC_NS), sc_time(2, SC_NS),
                                                  sc_time(100, SC_NS), sc_time(108, SC_NS)}));
    EXPECT_EQ(done, sc_time(208, SC_NS));
  });
}

TEST_F(DmaTest, the_port_moves_one_bus_word_a_cycle) {
  simulate({16, 1024, 16}, [](Dma& dma, RecordingMemory& memory) {
    memory.latency = sc_core::SC_ZERO_TIME;
    std::vector<std::uint8_t> data(8192);
    EXPECT_EQ(dma.read(Stream::kInput, 0, 8192, data.data()), sc_time(8192 / 16 * 2, SC_NS));
  });
}

TEST_F(DmaTest, directions_do_not_share_the_port) {
  simulate({16, 1024, 16}, [](Dma& dma, RecordingMemory& memory) {
    memory.latency = sc_core::SC_ZERO_TIME;
    std::vector<std::uint8_t> data(1024);
    EXPECT_EQ(dma.read(Stream::kInput, 0, 1024, data.data()), sc_time(128, SC_NS));
    EXPECT_EQ(dma.write(Stream::kOutput, 0, 1024, data.data()), sc_time(128, SC_NS));
  });
}

TEST_F(DmaTest, an_error_response_is_remembered_until_reset) {
  simulate({16, 64, 2}, [](Dma& dma, RecordingMemory&) {
    std::vector<std::uint8_t> data(64);
    dma.read(Stream::kInput, 65536, 64, data.data());
    EXPECT_TRUE(dma.failed());
    dma.reset();
    EXPECT_FALSE(dma.failed());
  });
}

}  // namespace
}  // namespace dcnsim
