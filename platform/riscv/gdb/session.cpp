// SPDX-License-Identifier: Apache-2.0
#include "platform/riscv/gdb/session.h"

#include <algorithm>
#include <utility>

namespace dcnsim::riscv::gdb {
namespace {

constexpr unsigned kRegisters = 32, kPc = 32;
constexpr std::uint32_t kFirstCsr = 65;  ///< GDB's number of the control and status register 0
constexpr std::uint32_t kMaxMemoryBytes = kMaxPacketBytes / 2;
const std::string kError = "E01", kNoMemory = "E0e", kOk = "OK", kUnknown;

/// GDB's numbers of signals.
const std::string kTrapped = "S05", kInterrupted = "S02";

constexpr std::string_view kNames[kRegisters] = {
    "zero", "ra", "sp", "gp", "tp",  "t0",  "t1", "t2", "fp", "s1", "a0",
    "a1",   "a2", "a3", "a4", "a5",  "a6",  "a7", "s2", "s3", "s4", "s5",
    "s6",   "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6"};
constexpr std::pair<std::string_view, std::uint32_t> kCsrNames[] = {
    {"mstatus", 0x300}, {"mie", 0x304},    {"mtvec", 0x305}, {"mscratch", 0x340},
    {"mepc", 0x341},    {"mcause", 0x342}, {"mtval", 0x343}, {"mip", 0x344}};

std::string description() {
  const auto reg = [](std::string_view name, const char* type, std::uint32_t number) {
    return "<reg name=\"" + std::string(name) + "\" bitsize=\"32\" type=\"" + type +
           "\" regnum=\"" + std::to_string(number) + "\"/>\n";
  };
  std::string xml =
      "<?xml version=\"1.0\"?>\n<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n<target>\n"
      "<architecture>riscv:rv32</architecture>\n<feature name=\"org.gnu.gdb.riscv.cpu\">\n";
  for (std::uint32_t i = 0; i < kRegisters; ++i) {
    const bool is_pointer = i >= 2 && i <= 4;
    xml += reg(kNames[i], i == 1 ? "code_ptr" : is_pointer ? "data_ptr" : "int", i);
  }
  xml += reg("pc", "code_ptr", kPc) + "</feature>\n<feature name=\"org.gnu.gdb.riscv.csr\">\n";
  for (const auto& [name, number] : kCsrNames) xml += reg(name, "int", kFirstCsr + number);
  return xml + "</feature>\n</target>\n";
}

std::optional<std::uint32_t> read_register(const Core& core, std::uint32_t number) {
  if (number < kRegisters) return core.x(number);
  if (number == kPc) return core.pc();
  return number >= kFirstCsr ? core.csr(number - kFirstCsr) : std::nullopt;
}

bool write_register(Core& core, std::uint32_t number, std::uint32_t value) {
  if (number < kRegisters) {
    core.set_x(number, value);
  } else if (number == kPc) {
    core.set_pc(value);
  } else {
    return number >= kFirstCsr && core.set_csr(number - kFirstCsr, value);
  }
  return true;
}

std::string read_registers(const Core& core) {
  std::string all;
  for (std::uint32_t i = 0; i <= kPc; ++i) all += hex_word(*read_register(core, i));
  return all;
}

std::string write_registers(Core& core, std::string_view digits) {
  const auto bytes = bytes_of(digits);
  if (!bytes || bytes->size() != 4 * (kPc + 1)) return kError;
  for (std::uint32_t i = 0; i <= kPc; ++i)
    write_register(core, i, *word_of(digits.substr(8 * i, 8)));
  return kOk;
}

/// "n" or "n=value".
std::string one_register(Core& core, char command, Fields fields) {
  const auto number = fields.number();
  if (command == 'p') {
    const auto value = number && fields.at_end() ? read_register(core, *number) : std::nullopt;
    return value ? hex_word(*value) : kError;
  }
  if (!number || !fields.skip('=')) return kError;
  const auto value = word_of(fields.rest());
  return value && write_register(core, *number, *value) ? kOk : kError;
}

/// "address,length" with ":data" as hex digits (M) or bytes (X).
std::string memory(DebugTarget& target, char command, Fields fields) {
  const auto address = fields.number();
  const bool comma = fields.skip(',');
  const auto bytes = fields.number();
  if (!address || !comma || !bytes || *bytes > kMaxMemoryBytes) return kError;
  if (command == 'm') {
    if (!fields.at_end()) return kError;
    if (*bytes == 0) return kUnknown;
    const auto data = target.read_memory(*address, *bytes);
    return data ? hex(*data) : kNoMemory;
  }
  if (!fields.skip(':')) return kError;
  const auto data = command == 'M'
                        ? bytes_of(fields.rest())
                        : std::vector<std::uint8_t>(fields.rest().begin(), fields.rest().end());
  if (!data || data->size() != *bytes) return kError;
  return data->empty() || target.write_memory(*address, *data) ? kOk : kNoMemory;
}

/// "type,address,kind": software (0) and hardware (1) breakpoints, which are one here.
std::string breakpoint(Core& core, bool insert, Fields fields) {
  const auto type = fields.number();
  if (type && *type > 1) return kUnknown;
  const bool comma = fields.skip(',');
  const auto address = fields.number();
  if (!type || !comma || !address || *address % 2 != 0) return kError;
  insert ? core.add_breakpoint(*address) : core.remove_breakpoint(*address);
  return kOk;
}

bool begins(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

}  // namespace

Resume Session::stopped(DebugTarget& target, Pause why) {
  const bool has_run = std::exchange(has_run_, true);
  stop_ = has_run && why == Pause::kRequest ? kInterrupted : kTrapped;
  if (has_run) send(stop_);
  while (const auto event = next_event()) {
    if (event->kind == PacketReader::Event::kNotAcknowledged) stream_.write(sent_);
    if (event->kind != PacketReader::Event::kPacket) continue;
    const std::string& packet = event->packet;
    if (const std::optional<Resume> resume = resumed(packet, target)) return *resume;
    send(answer(packet, target));
    if (packet == "QStartNoAckMode") acknowledges_ = false;
    if (begins(packet, "D")) stream_.close();
  }
  return Resume::kRun;
}

bool Session::wants_pause(bool wait) {
  receive(wait);
  // Whatever packet it is that comes, it comes from GDB, which wants the processor to stop.
  while (!events_.empty() && events_.front().kind != PacketReader::Event::kPacket &&
         events_.front().kind != PacketReader::Event::kInterrupt) {
    next_event();
  }
  return !events_.empty();
}

void Session::ended(std::uint32_t exit_code) {
  send('W' + hex({static_cast<std::uint8_t>(std::min<std::uint32_t>(exit_code, 0xFF))}));
}

/// What has come, and with `wait` until something has or nothing will.
void Session::receive(bool wait) {
  while (events_.empty() && stream_.is_open()) {
    for (const char byte : stream_.read(wait)) {
      if (auto event = reader_.take(byte)) events_.push_back(std::move(*event));
    }
    if (!wait) return;
  }
}

/// Nothing if none will come.
std::optional<PacketReader::Event> Session::next_event() {
  receive(true);
  if (events_.empty()) return std::nullopt;
  PacketReader::Event event = std::move(events_.front());
  events_.pop_front();
  if (acknowledges_ && event.kind == PacketReader::Event::kPacket) stream_.write("+");
  if (acknowledges_ && event.kind == PacketReader::Event::kRefused) stream_.write("-");
  return event;
}

void Session::send(std::string_view packet) {
  sent_ = framed(packet);
  stream_.write(sent_);
}

/// How the processor is to go on, if the packet says so.
std::optional<Resume> Session::resumed(std::string_view packet, DebugTarget& target) {
  if (packet == "k" || begins(packet, "vKill")) {
    send(kOk);
    stream_.close();
    return Resume::kEnd;
  }
  if (begins(packet, "vCont;"))
    packet.remove_prefix(6);
  else if (begins(packet, "v"))
    return std::nullopt;
  const char action = packet.empty() ? '\0' : packet.front();
  if (action == 'c' || action == 's') {
    Fields fields(packet.substr(1));
    if (const auto address = fields.number()) target.core().set_pc(*address);
  }
  if (action == 'c' || action == 'C') return Resume::kRun;
  if (action == 's' || action == 'S') return Resume::kStep;
  return std::nullopt;
}

std::string Session::answer(std::string_view packet, DebugTarget& target) {
  if (packet.empty()) return kUnknown;
  const Fields fields(packet.substr(1));
  switch (const char command = packet.front()) {
    case '?':
      return stop_;
    case 'g':
      return read_registers(target.core());
    case 'G':
      return write_registers(target.core(), fields.rest());
    case 'p':
    case 'P':
      return one_register(target.core(), command, fields);
    case 'm':
    case 'M':
    case 'X':
      return memory(target, command, fields);
    case 'Z':
    case 'z':
      return breakpoint(target.core(), command == 'Z', fields);
    case 'H':
    case 'T':
    case 'D':
      return kOk;
    default:
      return query(packet);
  }
}

std::string Session::query(std::string_view packet) {
  if (begins(packet, "qSupported")) {
    return "PacketSize=1000;QStartNoAckMode+;qXfer:features:read+;vContSupported+";
  }
  if (packet == "QStartNoAckMode") return kOk;
  if (packet == "vCont?") return "vCont;c;C;s;S";
  if (packet == "qC") return "QC1";
  if (packet == "qfThreadInfo") return "m1";
  if (packet == "qsThreadInfo") return "l";
  if (begins(packet, "qAttached")) return "1";
  constexpr std::string_view kFeatures = "qXfer:features:read:target.xml:";
  if (begins(packet, kFeatures)) {
    Fields fields(packet.substr(kFeatures.size()));
    const auto offset = fields.number();
    const bool comma = fields.skip(',');
    const auto bytes = fields.number();
    const std::string xml = description();
    if (!offset || !comma || !bytes || *offset > xml.size()) return kError;
    const std::string part = xml.substr(*offset, std::min<std::uint32_t>(*bytes, kMaxMemoryBytes));
    return (*offset + part.size() < xml.size() ? 'm' : 'l') + part;
  }
  return kUnknown;
}

}  // namespace dcnsim::riscv::gdb
