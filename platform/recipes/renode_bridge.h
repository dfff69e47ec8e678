// SPDX-License-Identifier: Apache-2.0
// A bus of this SystemC platform in somebody else's simulator, over two TCP connections: a file to
// copy. Speaks what Renode's co-simulated peripherals speak; each message is 20 bytes.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <tlm_utils/simple_initiator_socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <systemc>
#include <tlm>

/// It waits for the other simulator between its requests: simulated time passes in ticks that the
/// other asks for, each of `tick`.
class RenodeBridge : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<RenodeBridge, 32> bus{"bus"};
  sc_core::sc_in<bool> irq{"irq"};       ///< goes out as interrupt 0
  sc_core::sc_out<bool> reset{"reset"};  ///< of the other's peripheral

  RenodeBridge(const sc_core::sc_module_name& name, std::uint16_t main_port,
               std::uint16_t sender_port, const sc_core::sc_time& tick)
      : sc_module(name), main_(connected(main_port)), sender_(connected(sender_port)), tick_(tick) {
#if IEEE_1666_SYSTEMC < 202301L  // SystemC 2.3
    SC_HAS_PROCESS(RenodeBridge);
#endif
    SC_THREAD(serve);
    SC_METHOD(interrupt);
    sensitive << irq;
    dont_initialize();
  }
  ~RenodeBridge() override {
    ::close(main_);
    ::close(sender_);
  }

 private:
  enum Action : std::int32_t {
    kTick = 1,
    kWrite = 2,
    kRead = 3,
    kReset = 4,
    kInterrupt = 6,
    kDisconnect = 7,
    kError = 8,
    kOk = 9,
    kHandshake = 10,
    kReadWord = 23,   ///< 32 bits, as kRead
    kWriteWord = 27,  ///< 32 bits, as kWrite
  };
#pragma pack(push, 1)
  struct Message {
    std::int32_t action;
    std::uint64_t address, value;
  };
#pragma pack(pop)

  void serve() {
    Message request{};
    while (::recv(main_, &request, sizeof request, MSG_WAITALL) == sizeof request) {
      switch (request.action) {
        case kHandshake:
          send(main_, {kHandshake, 0, 0});
          break;
        case kTick:
          wait(static_cast<double>(request.value) * tick_);
          send(sender_, {kTick, 0, 0});
          break;
        case kRead:
        case kReadWord:
          send(main_, access(tlm::TLM_READ_COMMAND, request)
                          ? Message{kRead, request.address, request.value}
                          : Message{kError, 0, 0});
          break;
        case kWrite:
        case kWriteWord:
          send(main_, {access(tlm::TLM_WRITE_COMMAND, request) ? kOk : kError, 0, 0});
          break;
        case kReset:
          reset.write(true);
          wait(tick_);
          reset.write(false);
          break;
        case kDisconnect:
          send(sender_, {kOk, 0, 0});
          sc_core::sc_stop();
          return;
        default:
          send(main_, {kError, 0, 0});
      }
    }
    sc_core::sc_stop();
  }

  bool access(tlm::tlm_command command, Message& request) {
    std::uint8_t data[4] = {};
    for (int i = 0; i < 4; ++i) data[i] = static_cast<std::uint8_t>(request.value >> (8 * i));
    payload_.set_command(command);
    payload_.set_address(request.address);
    payload_.set_data_ptr(data);
    payload_.set_data_length(sizeof data);
    payload_.set_streaming_width(sizeof data);
    payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    bus->b_transport(payload_, delay);
    wait(delay);
    if (command == tlm::TLM_READ_COMMAND) request.value = 0;
    for (int i = 0; i < 4 && command == tlm::TLM_READ_COMMAND; ++i) {
      request.value |= std::uint64_t{data[i]} << (8 * i);
    }
    return payload_.is_response_ok();
  }

  void interrupt() { send(sender_, {kInterrupt, 0, irq.read() ? 1U : 0U}); }

  static void send(int to, const Message& message) {
    (void)::send(to, &message, sizeof message, MSG_NOSIGNAL);
  }

  static int connected(std::uint16_t port) {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      throw std::runtime_error("port " + std::to_string(port) + ": " + std::strerror(errno));
    }
    return socket;
  }

  const int main_, sender_;
  const sc_core::sc_time tick_;
  tlm::tlm_generic_payload payload_;
};
