// SPDX-License-Identifier: Apache-2.0
// GDB's protocol, spoken by hand: what the stub answers, and what it refuses.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>
#include <random>

#include "platform/riscv/gdb/server.h"
#include "tests/platform/riscv/assembler.h"

namespace dcnsim::riscv::gdb {
namespace {

using namespace assembler;

constexpr std::uint32_t kRam = 0x20000000;

/// "$packet#sum", counted here.
std::string frame(const std::string& packet) {
  unsigned sum = 0;
  for (const char c : packet) sum += static_cast<unsigned char>(c);
  char digits[3];
  std::snprintf(digits, sizeof digits, "%02x", sum % 256);
  return '$' + packet + '#' + digits;
}

/// A core with 4 KiB of memory, and nothing else on its bus.
class Target : public DebugTarget, private CoreClient {
 public:
  Core& core() override { return core_; }
  std::optional<std::vector<std::uint8_t>> read_memory(std::uint32_t address,
                                                       std::uint32_t count) override {
    if (!has(address, count)) return std::nullopt;
    return std::vector<std::uint8_t>(ram.begin() + (address - kRam),
                                     ram.begin() + (address - kRam) + count);
  }
  bool write_memory(std::uint32_t address, std::vector<std::uint8_t> bytes) override {
    if (!has(address, bytes.size())) return false;
    std::copy(bytes.begin(), bytes.end(), ram.begin() + (address - kRam));
    return true;
  }

  std::vector<std::uint8_t> ram = std::vector<std::uint8_t>(4096);

 private:
  static bool has(std::uint32_t address, std::size_t count) {
    return address >= kRam && address - kRam + std::uint64_t{count} <= 4096;
  }
  bool load(std::uint32_t, unsigned, std::uint32_t&) override { return false; }
  bool store(std::uint32_t, unsigned, std::uint32_t) override { return false; }
  std::uint64_t checkpoint(std::uint64_t) override { return UINT64_MAX; }

  Core core_{*this, {{kRam, 4096, ram.data()}}};
};

class GdbTest : public testing::Test {
 protected:
  GdbTest() {
    client_ = FileDescriptor(::socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server.port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(client_.number(), reinterpret_cast<sockaddr*>(&address), sizeof address),
              0);
    server.accept();
    target.core().start(kRam, 0);
  }

  void send(const std::string& bytes) {
    ASSERT_EQ(::send(client_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }
  /// What has come back.
  std::string received() {
    std::string all;
    char bytes[4096];
    ssize_t count = 0;
    while ((count = ::recv(client_.number(), bytes, sizeof bytes, MSG_DONTWAIT)) > 0) {
      all.append(bytes, static_cast<std::size_t>(count));
    }
    return all;
  }
  /// The processor stopped, `bytes` and then a request to go on; what was answered before.
  std::string answers(const std::string& bytes) {
    send(bytes + frame("c"));
    EXPECT_EQ(server.stopped(target, Pause::kRequest), Resume::kRun);
    std::string all = received();
    // Once it has run it tells unasked why it stopped.
    if (std::exchange(has_run_, true)) {
      EXPECT_EQ(all.substr(0, kInterrupted.size()), kInterrupted);
      all.erase(0, kInterrupted.size());
    }
    EXPECT_EQ(all.substr(all.size() - 1), "+") << "of the request to go on";
    return all.substr(0, all.size() - 1);
  }
  std::string answer(const std::string& packet) {
    const std::string all = answers(frame(packet));
    const std::size_t sum = all.rfind('#');
    EXPECT_EQ(all.substr(0, 2), "+$") << all;
    return sum == std::string::npos ? "" : all.substr(2, sum - 2);
  }

  Server server{0};
  Target target;
  FileDescriptor client_;
  const std::string kInterrupted = frame("S02");
  bool has_run_ = false;
};

TEST_F(GdbTest, tells_why_it_stands) {
  EXPECT_EQ(answers(frame("?")), "+" + frame("S05"));
  send(frame("k"));
  EXPECT_EQ(server.stopped(target, Pause::kRequest), Resume::kEnd);
  EXPECT_EQ(received(), frame("S02") + "+" + frame("OK")) << "it had run: it tells unasked";
}

TEST_F(GdbTest, registers_and_memory) {
  EXPECT_EQ(answers(frame("P20=00010020") + frame("p20")),
            "+" + frame("OK") + "+" + frame("00010020"));
  EXPECT_EQ(target.core().pc(), kRam + 0x100);
  EXPECT_EQ(answers(frame("Pa=78563412") + frame("pa")),
            "+" + frame("OK") + "+" + frame("78563412"));
  EXPECT_EQ(target.core().x(10), 0x12345678u);
  EXPECT_EQ(answers(frame("P346=01000000") + frame("p346")),
            "+" + frame("OK") + "+" + frame("01000000"))
      << "mtvec, 0x305 + 65";
  const std::string all = answers(frame("g"));
  ASSERT_EQ(all.size(), 1 + 1 + 33 * 8 + 3u);
  EXPECT_EQ(all.substr(2 + 8 * 10, 8), "78563412");
  EXPECT_EQ(all.substr(2 + 8 * 32, 8), "00010020");
  std::string registers;
  for (int i = 0; i < 33; ++i) registers += "0" + std::string(1, "123456789a"[i % 10]) + "000000";
  EXPECT_EQ(answers(frame("G" + registers) + frame("g")),
            "+" + frame("OK") + "+" + frame("00000000" + registers.substr(8)));

  EXPECT_EQ(answers(frame("M20000010,3:a1b2c3") + frame("m20000010,4")),
            "+" + frame("OK") + "+" + frame("a1b2c300"));
  EXPECT_EQ(answers(frame(std::string("X20000020,2:\x7d\x03\x7d\x5d")) + frame("m20000020,2")),
            "+" + frame("OK") + "+" + frame("237d"))
      << "escaped bytes";
}

TEST_F(GdbTest, steps_runs_and_sets_breakpoints) {
  send(frame("vCont;s:1;c"));
  EXPECT_EQ(server.stopped(target, Pause::kRequest), Resume::kStep);
  send(frame("s20000040"));
  EXPECT_EQ(server.stopped(target, Pause::kStep), Resume::kStep);
  EXPECT_EQ(target.core().pc(), kRam + 0x40);
  send(frame("Z0,20000044,4") + frame("vCont;c"));
  EXPECT_EQ(server.stopped(target, Pause::kStep), Resume::kRun);
  const std::uint32_t program[] = {addi(a0, zero, 1), addi(a0, a0, 1), wfi()};
  std::memcpy(target.ram.data() + 0x40, program, sizeof program);
  target.core().memory_written(kRam + 0x40, sizeof program);
  EXPECT_EQ(target.core().run(), Pause::kBreakpoint);
  EXPECT_EQ(target.core().pc(), kRam + 0x44);
}

TEST_F(GdbTest, an_interrupt_is_wanted_until_it_is_served) {
  EXPECT_FALSE(server.wants_pause(false));
  send("+");
  EXPECT_FALSE(server.wants_pause(false)) << "an acknowledgement is no wish";
  send("\x03");
  EXPECT_TRUE(server.wants_pause(true));
  answers("");
  EXPECT_FALSE(server.wants_pause(false));
}

TEST_F(GdbTest, without_a_client_the_processor_runs) {
  send(frame("D"));
  EXPECT_EQ(server.stopped(target, Pause::kRequest), Resume::kRun);
  EXPECT_FALSE(server.is_attached());
  EXPECT_EQ(server.stopped(target, Pause::kBreakpoint), Resume::kRun);
  EXPECT_FALSE(server.wants_pause(true));
  server.ended(0);

  Server other(0);
  EXPECT_FALSE(other.is_attached());
  try {
    Server same(other.port());
    ADD_FAILURE() << "two at a port";
  } catch (const std::runtime_error& error) {
    EXPECT_EQ(std::string(error.what()).rfind("port " + std::to_string(other.port()) + ": ", 0),
              0u);
  }
}

TEST_F(GdbTest, a_client_that_goes_lets_it_run) {
  send(frame("m20000000"));
  client_.close();
  EXPECT_EQ(server.stopped(target, Pause::kRequest), Resume::kRun);
  EXPECT_FALSE(server.is_attached());
}

TEST_F(GdbTest, frames_that_are_damaged_are_refused_and_the_next_is_read) {
  const std::string good = frame("qC"), known = "+" + frame("QC1");
  for (const std::string& bad :
       {std::string("$qC#00"), std::string("$qC#zz"), std::string("$qC}#f1"),
        frame(std::string(kMaxPacketBytes + 1, 'm')), frame(std::string(1'000'000, '}')),
        std::string("$m2000")}) {
    EXPECT_EQ(answers(bad + good), "-" + known) << bad.substr(0, 20);
  }
  EXPECT_EQ(answers("#00 noise +" + good), known);
}

TEST_F(GdbTest, packets_that_make_no_sense_are_answered_with_an_error_or_nothing) {
  const std::string before = answers(frame("g"));
  for (const std::string bad : {"m",
                                "m20000000",
                                "m,4",
                                "m20000000,",
                                "m20000000,4x",
                                "m200000000,4",
                                "mffffffffffffffff,1",
                                "m20000000,ffffffff",
                                "m20000000,801",
                                "M20000000,2:a1",
                                "M20000000,1:a1b2",
                                "M20000000,1:xx",
                                "M20000000,1",
                                "X20000000,2:a",
                                "p",
                                "p21",
                                "pffffffff",
                                "P",
                                "P1",
                                "P1=",
                                "P1=12",
                                "P1=1234567890",
                                "P40=00000000",
                                "G",
                                "G00",
                                "Z0",
                                "Z0,",
                                "Z0,20000001,2",
                                "Z0,x,2",
                                "z0,",
                                "qXfer:features:read:target.xml:",
                                "qXfer:features:read:target.xml:ffffffff,1"}) {
    EXPECT_EQ(answer(bad), "E01") << bad;
  }
  for (const std::string bad :
       {"m0,4", "m20000ffd,4", "mffffffff,2", "M0,1:00", "X20000fff,2:ab"}) {
    EXPECT_EQ(answer(bad), "E0e") << bad;
  }
  for (const std::string unknown : {"", "Z2,20000000,4", "vAttach;1", "qRcmd,00", "R00", "!",
                                    "qXfer:memory-map:read::0,10", "vFile:open:2f"}) {
    EXPECT_EQ(answer(unknown), "") << unknown;
  }
  EXPECT_EQ(answers(frame("g")), before) << "nothing has changed";
}

TEST_F(GdbTest, whatever_comes_is_survived) {
  std::mt19937 random(1);
  const std::string letters = "mMXgGpPzZqHTR?,;:=0123456789abdef}*#$+-\x03\xff";
  for (int round = 0; round < 2000; ++round) {
    std::string packet;
    for (auto i = random() % 24; i > 0; --i) packet += letters[random() % letters.size()];
    send(round % 3 == 0 ? "$" + packet + "#00" : frame(packet));
  }
  send("#00" + frame("c"));
  EXPECT_EQ(server.stopped(target, Pause::kRequest), Resume::kRun);
  EXPECT_TRUE(server.is_attached());
  received();
  has_run_ = true;
  EXPECT_EQ(answers(frame("qC")), "+" + frame("QC1"));
}

TEST(GdbPackets, what_is_framed_is_read_back) {
  std::mt19937 random(2);
  for (int round = 0; round < 200; ++round) {
    std::string packet;
    for (auto i = random() % 300; i > 0; --i) packet += static_cast<char>(random());
    PacketReader reader;
    std::optional<PacketReader::Event> last;
    for (const char byte : framed(packet)) {
      ASSERT_FALSE(last);
      last = reader.take(byte);
    }
    ASSERT_TRUE(last);
    EXPECT_EQ(last->packet, packet);
  }
}

}  // namespace
}  // namespace dcnsim::riscv::gdb
