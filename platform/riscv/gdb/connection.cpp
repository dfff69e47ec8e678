// SPDX-License-Identifier: Apache-2.0
#include "platform/riscv/gdb/connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace dcnsim::riscv::gdb {
namespace {

[[noreturn]] void fail(std::uint16_t port, const char* what) {
  throw std::runtime_error("port " + std::to_string(port) + ": " + what + ": " +
                           std::strerror(errno));
}

}  // namespace

Connection::Connection(std::uint16_t port)
    : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), port_(port) {
  if (listener_.number() < 0) fail(port, "no socket");
  const int on = 1;
  ::setsockopt(listener_.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_.number(), any, size) != 0 || ::listen(listener_.number(), 1) != 0 ||
      ::getsockname(listener_.number(), any, &size) != 0) {
    fail(port, "cannot be listened on");
  }
  port_ = ntohs(address.sin_port);
}

void Connection::accept() {
  do {
    client_ = FileDescriptor(::accept4(listener_.number(), nullptr, nullptr, SOCK_CLOEXEC));
  } while (client_.number() < 0 && errno == EINTR);
  if (client_.number() < 0) fail(port_, "no client");
  listener_.close();
  const int on = 1;
  ::setsockopt(client_.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

std::string Connection::read(bool wait) {
  std::array<char, 4096> bytes{};
  while (is_open()) {
    const ssize_t count =
        ::recv(client_.number(), bytes.data(), bytes.size(), wait ? 0 : MSG_DONTWAIT);
    if (count > 0) return {bytes.data(), static_cast<std::size_t>(count)};
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    close();
  }
  return {};
}

void Connection::write(std::string_view bytes) {
  while (is_open() && !bytes.empty()) {
    const ssize_t count = ::send(client_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      close();
    } else {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
  }
}

}  // namespace dcnsim::riscv::gdb
