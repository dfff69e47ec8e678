// SPDX-License-Identifier: Apache-2.0
// What comes through the virtual platform's port for GDB, to a processor that executes what it was
// given in bounded steps.
#include <algorithm>
#include <cctype>
#include <stdexcept>
#include <utility>
#include <vector>

#include "platform/riscv/gdb/session.h"
#include "tests/fuzz/reader.h"

namespace dcnsim::fuzz {
namespace {

using namespace riscv;

constexpr std::uint32_t kRam = 0x20000000, kRamBytes = 4096;
constexpr int kMostSteps = 64;

/// A core with a page of memory, and nothing else on its bus.
class Target : public DebugTarget, private CoreClient {
 public:
  Core& core() override { return core_; }
  std::optional<std::vector<std::uint8_t>> read_memory(std::uint32_t address,
                                                       std::uint32_t bytes) override {
    if (!has(address, bytes)) return std::nullopt;
    const auto first = ram_.begin() + (address - kRam);
    return std::vector<std::uint8_t>(first, first + bytes);
  }
  bool write_memory(std::uint32_t address, std::vector<std::uint8_t> bytes) override {
    if (!has(address, bytes.size())) return false;
    std::copy(bytes.begin(), bytes.end(), ram_.begin() + (address - kRam));
    core_.memory_written(address, static_cast<std::uint32_t>(bytes.size()));
    return true;
  }

 private:
  static bool has(std::uint32_t address, std::uint64_t bytes) {
    return address >= kRam && address - kRam + bytes <= kRamBytes;
  }
  bool load(std::uint32_t, unsigned, std::uint32_t&) override { return false; }
  bool store(std::uint32_t, unsigned, std::uint32_t) override { return false; }
  std::uint64_t checkpoint(std::uint64_t) override { return UINT64_MAX; }

  std::vector<std::uint8_t> ram_ = std::vector<std::uint8_t>(kRamBytes);
  Core core_{*this, {{kRam, kRamBytes, ram_.data()}}};
};

/// All of the bytes are there from the start. GDB takes what it is answered: packets with their
/// sums.
class Recorded : public gdb::Stream {
 public:
  explicit Recorded(std::string bytes) : bytes_(std::move(bytes)) {}

  bool is_open() const override { return open_; }
  void close() override { open_ = false; }
  std::string read(bool) override {
    if (at_ == bytes_.size()) close();
    const std::string some = bytes_.substr(at_, kAtOnce);
    at_ += some.size();
    return some;
  }
  void write(std::string_view answer) override {
    for (const char byte : answer) {
      const auto event = gdb_.take(byte);
      require(!event || event->kind != gdb::PacketReader::Event::kRefused,
              "what is answered to GDB is a packet that it takes");
    }
  }

 private:
  static constexpr std::size_t kAtOnce = 1000;

  std::string bytes_;
  std::size_t at_ = 0;
  bool open_ = true;
  gdb::PacketReader gdb_;
};

/// A packet a line, for bytes that begin with a letter; any other are a stream as it is.
std::string stream_of(const std::string& bytes) {
  if (bytes.empty() || std::isalpha(static_cast<unsigned char>(bytes[0])) == 0) return bytes;
  std::string stream;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t end = std::min(bytes.find('\n', at), bytes.size());
    stream += gdb::framed(bytes.substr(at, end - at));
    at = end + 1;
  }
  return stream;
}

}  // namespace

void read_gdb(const std::string& bytes) {
  Target target;
  target.core().start(kRam, 0);
  Recorded stream(stream_of(bytes));
  gdb::Session session(stream);
  Pause why = Pause::kRequest;
  for (int steps = 0; steps < kMostSteps && session.is_attached(); ++steps) {
    if (session.stopped(target, why) == Resume::kEnd) break;
    session.wants_pause(false);
    try {
      why = target.core().step();
    } catch (const std::runtime_error&) {  // a trap without a handler
      session.ended(1);
      break;
    }
  }
}

}  // namespace dcnsim::fuzz
