// SPDX-License-Identifier: Apache-2.0
#include "analysis/evaluation/work_pool.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>

namespace dcnsim {
namespace {

constexpr std::uint64_t kErrorIndex = UINT64_MAX;  // the message is an exception's text

/// One message from a worker, followed by `bytes` bytes.
struct Header {
  std::uint64_t index;
  std::uint64_t bytes;
};

/// What one process does: items first, first + step, ...
struct Share {
  std::size_t first;
  std::size_t step;
};

void write_all(int fd, const void* data, std::size_t bytes) {
  const auto* at = static_cast<const char*>(data);
  while (bytes > 0) {
    const ssize_t written = write(fd, at, bytes);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) _exit(1);  // the parent is gone
    at += written;
    bytes -= static_cast<std::size_t>(written);
  }
}

void send(int fd, std::uint64_t index, const std::string& result) {
  const Header header{index, result.size()};
  write_all(fd, &header, sizeof header);
  write_all(fd, result.data(), result.size());
}

[[noreturn]] void work(const WorkPool& pool, const Share& share, int fd, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  try {
    const Worker execute = pool.prepare();
    for (std::size_t i = share.first; i < pool.items; i += share.step) send(fd, i, execute(i));
  } catch (const std::exception& e) {
    send(fd, kErrorIndex, e.what());
    _exit(1);
  }
  _exit(0);
}

/// The parent's end of one worker; kills and reaps it when it goes.
class Process {
 public:
  Process(const WorkPool& pool, const Share& share) {
    int ends[2];
    if (pipe(ends) != 0) throw std::runtime_error("cannot make a pipe for a worker process");
    const pid_t parent = getpid();
    pid_ = fork();
    if (pid_ < 0) {
      close(ends[0]);
      close(ends[1]);
      throw std::runtime_error("cannot start a worker process");
    }
    if (pid_ == 0) {
      close(ends[0]);
      work(pool, share, ends[1], parent);
    }
    close(ends[1]);
    fd_ = ends[0];
  }
  ~Process() {
    close(fd_);
    if (reaped_) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  int fd() const { return fd_; }
  bool finished() const { return reaped_; }

  /// Takes what has arrived and calls `deliver` for every whole message.
  template <class Deliver>
  void receive(const Deliver& deliver) {
    char chunk[65536];
    const ssize_t count = read(fd_, chunk, sizeof chunk);
    if (count < 0 && errno == EINTR) return;
    if (count <= 0) return finish();
    pending_.append(chunk, static_cast<std::size_t>(count));
    Header header;
    while (pending_.size() >= sizeof header) {
      std::memcpy(&header, pending_.data(), sizeof header);
      const std::size_t size = sizeof header + header.bytes;
      if (pending_.size() < size) return;
      std::string result = pending_.substr(sizeof header, header.bytes);
      pending_.erase(0, size);
      if (header.index == kErrorIndex) throw std::runtime_error(result);
      deliver(header.index, std::move(result));
    }
  }

 private:
  void finish() {
    int status = 0;
    waitpid(pid_, &status, 0);
    reaped_ = true;
    if (WIFSIGNALED(status)) {
      throw std::runtime_error("a worker process was ended by signal " +
                               std::to_string(WTERMSIG(status)));
    }
    if (WEXITSTATUS(status) != 0) throw std::runtime_error("a worker process failed");
  }

  pid_t pid_ = -1;
  int fd_ = -1;
  bool reaped_ = false;
  std::string pending_;
};

/// How the items are shared out: one share a process.
std::vector<Share> shares(const WorkPool& pool) {
  const std::size_t count = pool.process_per_item
                                ? pool.items
                                : std::min(std::max<std::size_t>(pool.jobs, 1), pool.items);
  std::vector<Share> result;
  for (std::size_t i = 0; i < count; ++i) result.push_back({i, count});
  return result;
}

}  // namespace

std::vector<std::string> run(const WorkPool& pool) {
  std::vector<std::string> results(pool.items);
  std::vector<bool> arrived(pool.items);
  const std::vector<Share> waiting = shares(pool);
  auto next = waiting.begin();
  std::vector<std::unique_ptr<Process>> processes;
  const std::size_t jobs = std::max<std::size_t>(pool.jobs, 1);
  while (next != waiting.end() || !processes.empty()) {
    for (; next != waiting.end() && processes.size() < jobs; ++next) {
      processes.push_back(std::make_unique<Process>(pool, *next));
    }
    std::vector<pollfd> fds;
    fds.reserve(processes.size());
    for (const auto& process : processes) fds.push_back({process->fd(), POLLIN, 0});
    if (poll(fds.data(), fds.size(), -1) < 0 && errno != EINTR) {
      throw std::runtime_error("waiting for worker processes failed");
    }
    for (std::size_t i = 0; i < processes.size(); ++i) {
      if ((fds[i].revents & (POLLIN | POLLHUP)) == 0) continue;
      processes[i]->receive([&](std::size_t index, std::string result) {
        arrived.at(index) = true;
        if (pool.on_result) pool.on_result(index, result);
        results.at(index) = std::move(result);
      });
    }
    processes.erase(std::remove_if(processes.begin(), processes.end(),
                                   [](const auto& process) { return process->finished(); }),
                    processes.end());
  }
  // A worker that leaves early with success, through a library's exit(0) say, is no success.
  const auto missing = std::find(arrived.begin(), arrived.end(), false);
  if (missing != arrived.end()) {
    throw std::runtime_error("a worker process ended without a result for item " +
                             std::to_string(missing - arrived.begin()));
  }
  return results;
}

}  // namespace dcnsim
