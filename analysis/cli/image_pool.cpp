// SPDX-License-Identifier: Apache-2.0
#include "analysis/cli/image_pool.h"

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

/// One message from a worker, followed by `extra_bytes` bytes.
struct Header {
  std::uint64_t index;
  std::int64_t predicted;
  std::uint64_t overflows, signature, extra_bytes;
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

void send(int fd, std::uint64_t index, const ImageResult& result) {
  const Header header{index, result.predicted, result.overflows, result.signature,
                      result.extra.size()};
  write_all(fd, &header, sizeof header);
  write_all(fd, result.extra.data(), result.extra.size());
}

[[noreturn]] void work(const ImagePool& pool, std::size_t worker, int fd, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  try {
    const ImageWorker execute = pool.prepare();
    for (std::size_t i = worker; i < pool.images; i += pool.jobs) send(fd, i, execute(i));
  } catch (const std::exception& e) {
    ImageResult failure;
    failure.extra = e.what();
    send(fd, kErrorIndex, failure);
    _exit(1);
  }
  _exit(0);
}

/// The parent's end of one worker; kills and reaps it when it goes.
class Worker {
 public:
  Worker(const ImagePool& pool, std::size_t number) {
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
      work(pool, number, ends[1], parent);
    }
    close(ends[1]);
    fd_ = ends[0];
  }
  ~Worker() {
    close(fd_);
    if (reaped_) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

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
      const std::size_t size = sizeof header + header.extra_bytes;
      if (pending_.size() < size) return;
      ImageResult result{static_cast<std::int32_t>(header.predicted), header.overflows,
                         header.signature, pending_.substr(sizeof header, header.extra_bytes)};
      pending_.erase(0, size);
      if (header.index == kErrorIndex) throw std::runtime_error(result.extra);
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

}  // namespace

std::vector<ImageResult> run(const ImagePool& pool) {
  std::vector<ImageResult> results(pool.images);
  ImagePool shared = pool;
  shared.jobs = std::clamp<std::size_t>(pool.jobs, 1, std::max<std::size_t>(pool.images, 1));
  std::vector<std::unique_ptr<Worker>> workers;
  for (std::size_t i = 0; i < shared.jobs; ++i) {
    workers.push_back(std::make_unique<Worker>(shared, i));
  }
  std::vector<bool> arrived(pool.images);
  while (!workers.empty()) {
    std::vector<pollfd> fds;
    fds.reserve(workers.size());
    for (const auto& worker : workers) fds.push_back({worker->fd(), POLLIN, 0});
    if (poll(fds.data(), fds.size(), -1) < 0 && errno != EINTR) {
      throw std::runtime_error("waiting for worker processes failed");
    }
    for (std::size_t i = 0; i < workers.size(); ++i) {
      if ((fds[i].revents & (POLLIN | POLLHUP)) == 0) continue;
      workers[i]->receive([&](std::size_t index, ImageResult result) {
        arrived.at(index) = true;
        if (pool.on_result) pool.on_result(index, result);
        results.at(index) = std::move(result);
      });
    }
    workers.erase(std::remove_if(workers.begin(), workers.end(),
                                 [](const auto& worker) { return worker->finished(); }),
                  workers.end());
  }
  // A worker that leaves early with success, through a library's exit(0) say, is no success.
  const auto missing = std::find(arrived.begin(), arrived.end(), false);
  if (missing != arrived.end()) {
    throw std::runtime_error("a worker process ended without a result for image " +
                             std::to_string(missing - arrived.begin()));
  }
  return results;
}

}  // namespace dcnsim
