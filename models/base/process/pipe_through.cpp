// SPDX-License-Identifier: Apache-2.0
#include "models/base/process/pipe_through.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "models/base/process/file_descriptor.h"
#include "models/base/text/printable.h"

namespace dcnsim {
namespace {

using Clock = std::chrono::steady_clock;

std::string reason(int error) { return std::generic_category().message(error); }

/// `file` once more, as one that a spawned program does not inherit, numbered above the standard
/// three so that handing one of them over never overwrites another.
FileDescriptor kept_from_programs(const FileDescriptor& file) {
  FileDescriptor kept(::fcntl(file.number(), F_DUPFD_CLOEXEC, 3));
  if (kept.number() < 0) throw std::runtime_error(reason(errno));
  return kept;
}

struct Channel {
  FileDescriptor ours, theirs;
};

Channel channel(const std::array<int, 2>& ends) {
  const FileDescriptor ours(ends[0]), theirs(ends[1]);
  return {kept_from_programs(ours), kept_from_programs(theirs)};
}

/// A socket, since a send to one can be told not to raise SIGPIPE.
Channel input_channel() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw std::runtime_error(reason(errno));
  }
  return channel(ends);
}

Channel output_channel() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error(reason(errno));
  return channel(ends);
}

std::vector<std::string> bare_environment() {
  std::vector<std::string> variables{"LC_ALL=C"};
  for (const char* name : {"PATH", "HOME", "LD_LIBRARY_PATH", "XDG_CACHE_HOME"}) {
    if (const char* value = std::getenv(name)) {
      variables.push_back(std::string(name) + "=" + value);
    }
  }
  return variables;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

/// A running program; killed, and always waited for, if nobody asks how it ended.
class Child {
 public:
  Child(std::vector<std::string> command, Environment environment, int input, int output,
        int errors) {
    std::vector<std::string> variables = bare_environment();
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
    const int error =
        ::posix_spawnp(&pid_, command[0].c_str(), &actions, nullptr, pointers(command).data(),
                       environment == Environment::kBare ? pointers(variables).data() : ::environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) throw std::runtime_error("cannot be started: " + reason(error));
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (ended_) return;
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }

  /// The status of waitpid(2), or nothing if it still runs at `deadline`.
  std::optional<int> wait(Clock::time_point deadline) {
    while (true) {
      int status = 0;
      const pid_t pid = ::waitpid(pid_, &status, WNOHANG);
      ended_ = pid == pid_ || (pid < 0 && errno == ECHILD);
      if (pid == pid_) return status;
      if (ended_) throw std::runtime_error("its exit status was lost: SIGCHLD is ignored");
      if (Clock::now() >= deadline) return std::nullopt;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

 private:
  pid_t pid_ = -1;
  bool ended_ = false;
};

void send_some(FileDescriptor& to, std::string_view& input) {
  const ssize_t sent = ::send(to.number(), input.data(), input.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent > 0) input.remove_prefix(static_cast<std::size_t>(sent));
  const bool later = sent < 0 && (errno == EAGAIN || errno == EINTR);
  if (input.empty() || (sent < 0 && !later)) to.close();
}

void receive_some(FileDescriptor& from, std::string& output) {
  std::array<char, 65536> buffer;
  const ssize_t received = ::read(from.number(), buffer.data(), buffer.size());
  if (received > 0) output.append(buffer.data(), static_cast<std::size_t>(received));
  if (received == 0 || (received < 0 && errno != EINTR)) from.close();
}

[[noreturn]] void out_of_time(const PipeLimits& limits) {
  throw std::runtime_error("not done after " + std::to_string(limits.time.count()) + " ms");
}

struct Streams {
  FileDescriptor input, output, errors;
};

struct Result {
  std::string output, errors;
};

Result exchange(Streams& streams, std::string_view input, const PipeLimits& limits,
                Clock::time_point deadline) {
  Result result;
  if (input.empty()) streams.input.close();
  while (streams.output.number() >= 0 || streams.errors.number() >= 0) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) out_of_time(limits);
    std::array<pollfd, 3> ready{{{streams.input.number(), POLLOUT, 0},
                                 {streams.output.number(), POLLIN, 0},
                                 {streams.errors.number(), POLLIN, 0}}};
    if (::poll(ready.data(), ready.size(), static_cast<int>(std::min(left, decltype(left){1000}))) <
        0) {
      if (errno != EINTR) throw std::runtime_error(reason(errno));
      continue;
    }
    if (ready[0].revents != 0) send_some(streams.input, input);
    if (ready[1].revents != 0) receive_some(streams.output, result.output);
    if (ready[2].revents != 0) receive_some(streams.errors, result.errors);
    if (std::max(result.output.size(), result.errors.size()) > limits.output_bytes) {
      throw std::runtime_error("more than " + std::to_string(limits.output_bytes) +
                               " bytes of output");
    }
  }
  return result;
}

/// Where most programs say what went wrong.
std::string last_line(std::string_view text) {
  const std::size_t end = text.find_last_not_of(" \t\r\n");
  if (end == std::string_view::npos) return "";
  text = text.substr(0, end + 1);
  text = text.substr(text.find_last_of('\n') + 1);
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  return shorten(plain_text(text), 200);
}

std::string run(const std::vector<std::string>& command, std::string_view input,
                const PipeLimits& limits, Environment environment) {
  const Clock::time_point deadline = Clock::now() + limits.time;
  Channel in = input_channel();
  Channel out = output_channel();
  Channel err = output_channel();
  Child child(command, environment, in.theirs.number(), out.theirs.number(), err.theirs.number());
  in.theirs.close();
  out.theirs.close();
  err.theirs.close();
  Streams streams{std::move(in.ours), std::move(out.ours), std::move(err.ours)};
  Result result = exchange(streams, input, limits, deadline);
  const std::optional<int> status = child.wait(deadline);
  if (!status) out_of_time(limits);
  if (*status == 0) return std::move(result.output);
  std::string message = WIFEXITED(*status)
                            ? "exit status " + std::to_string(WEXITSTATUS(*status))
                            : "killed by signal " + std::to_string(WTERMSIG(*status));
  if (const std::string said = last_line(result.errors); !said.empty()) message += ": " + said;
  throw std::runtime_error(message);
}

}  // namespace

std::string pipe_through(const std::vector<std::string>& command, std::string_view input,
                         const PipeLimits& limits, Environment environment) {
  try {
    return run(command, input, limits, environment);
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(command.at(0) + ": " + error.what());
  }
}

}  // namespace dcnsim
