// SPDX-License-Identifier: Apache-2.0
#include "models/base/process/work_pool.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include "models/base/process/file_descriptor.h"
#include "models/base/process/memory_need.h"

namespace dcnsim {
namespace {

/// One message from a worker about the item it was given, followed by `bytes` bytes: the result,
/// or an exception's text.
struct Header {
  std::uint64_t failed;
  std::uint64_t bytes;
};

[[noreturn]] void fail(const char* what) {
  throw std::runtime_error(std::string(what) + ": " + std::strerror(errno));
}

/// False if the other end is gone.
bool write_all(int fd, const void* data, std::size_t bytes) {
  const auto* at = static_cast<const char*>(data);
  while (bytes > 0) {
    const ssize_t written = write(fd, at, bytes);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    at += written;
    bytes -= static_cast<std::size_t>(written);
  }
  return true;
}

bool read_all(int fd, void* data, std::size_t bytes) {
  auto* at = static_cast<char*>(data);
  while (bytes > 0) {
    const ssize_t count = read(fd, at, bytes);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    at += count;
    bytes -= static_cast<std::size_t>(count);
  }
  return true;
}

void send(int fd, bool failed, const std::string& text) {
  const Header header{failed ? 1u : 0u, text.size()};
  if (!write_all(fd, &header, sizeof header) || !write_all(fd, text.data(), text.size())) _exit(1);
}

[[noreturn]] void work(const WorkPool& pool, int requests, int results, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  if (pool.stop) signal(SIGINT, SIG_IGN);
  Worker execute;
  std::string cannot;
  try {
    execute = pool.prepare();
  } catch (const std::exception& e) {
    cannot = problem_of(e);
  }
  std::uint64_t index = 0;
  while (read_all(requests, &index, sizeof index)) {
    if (!execute) {
      send(results, true, cannot);
      break;
    }
    try {
      send(results, false, execute(index));
    } catch (const std::exception& e) {
      send(results, true, problem_of(e));
      break;  // what it was doing may have left anything behind
    }
  }
  _exit(0);
}

/// A pipe that no child but the one forked for it keeps open.
struct Pipe {
  FileDescriptor read_end, write_end;
  Pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) fail("cannot make a pipe for a worker process");
    read_end = FileDescriptor(ends[0]);
    write_end = FileDescriptor(ends[1]);
  }
};

/// What came of one item.
struct Outcome {
  std::size_t index = 0;
  bool failed = false;
  std::string text;  ///< result, or reason
};

/// Items that nobody has been given yet.
struct Range {
  std::size_t first = 0, end = 0;
  std::size_t size() const { return end - first; }
};

/// The parent's end of one worker; kills and reaps it when it goes.
class Process {
 public:
  /// `others`: processes whose descriptors the child closes.
  Process(const WorkPool& pool, const std::vector<std::unique_ptr<Process>>& others) {
    Pipe requests, results;
    const pid_t parent = getpid();
    pid_ = fork();
    if (pid_ == 0) {
      for (const auto& other : others) other->close_ends();
      requests.write_end.close();
      results.read_end.close();
      work(pool, requests.read_end.number(), results.write_end.number(), parent);
    }
    if (pid_ < 0) fail("cannot start a worker process");
    requests_ = std::move(requests.write_end);
    results_ = std::move(results.read_end);
  }
  ~Process() {
    close_ends();
    if (reaped_) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  Range next;  ///< what it goes on with

  int results() const { return results_.number(); }
  bool finished() const { return over_; }
  bool is_idle() const { return !item_ && !over_; }

  /// A worker that has died meanwhile shows when its results end.
  void give(std::size_t index) {
    const std::uint64_t number = index;
    write_all(requests_.number(), &number, sizeof number);
    item_ = index;
  }

  /// Takes what has arrived: the outcome of the item, once it is whole.
  std::optional<Outcome> receive() {
    char chunk[65536];
    const ssize_t count = read(results_.number(), chunk, sizeof chunk);
    if (count < 0 && errno == EINTR) return {};
    if (count <= 0) return end();
    pending_.append(chunk, static_cast<std::size_t>(count));
    Header header{};
    if (pending_.size() < sizeof header) return {};
    std::memcpy(&header, pending_.data(), sizeof header);
    if (pending_.size() < sizeof header + header.bytes) return {};
    Outcome outcome{*item_, header.failed != 0, pending_.substr(sizeof header)};
    pending_.clear();
    item_.reset();
    over_ = outcome.failed;
    return outcome;
  }

 private:
  void close_ends() {
    requests_.close();
    results_.close();
  }

  std::optional<Outcome> end() {
    int status = 0;
    waitpid(pid_, &status, 0);
    reaped_ = over_ = true;
    if (!item_) return {};
    // A worker that leaves early with success, through a library's exit(0) say, is no success.
    return Outcome{
        *item_, true,
        WIFSIGNALED(status)
            ? "a worker process was ended by signal " + std::to_string(WTERMSIG(status))
            : "a worker process ended without a result for item " + std::to_string(*item_)};
  }

  pid_t pid_ = -1;
  FileDescriptor requests_, results_;
  bool reaped_ = false;
  bool over_ = false;  ///< takes no further item
  std::optional<std::size_t> item_;
  std::string pending_;
};

class Run {
 public:
  explicit Run(const WorkPool& pool) : pool_(pool), before_(signal(SIGPIPE, SIG_IGN)) {}
  ~Run() { signal(SIGPIPE, before_); }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  void all() {
    while (hand_out(), !processes_.empty()) wait();
  }

 private:
  bool stopped() const { return pool_.stop && pool_.stop(); }

  /// Every item to a process; processes without an item go.
  void hand_out() {
    const std::size_t jobs = std::max<std::size_t>(pool_.jobs, 1);
    while (is_any_left() && !stopped()) {
      const auto idle = std::find_if(processes_.begin(), processes_.end(),
                                     [](const auto& process) { return process->is_idle(); });
      if (idle != processes_.end() && !pool_.process_per_item) {
        give_next(**idle);
        continue;
      }
      remove_idle();
      if (processes_.size() == jobs) return;
      processes_.push_back(std::make_unique<Process>(pool_, processes_));
      give_next(*processes_.back());
    }
    remove_idle();
  }

  bool is_any_left() const {
    return next_ < pool_.items || !abandoned_.empty() ||
           std::any_of(processes_.begin(), processes_.end(),
                       [](const auto& process) { return process->next.size() > 0; });
  }

  void give_next(Process& process) {
    if (process.next.size() == 0) process.next = take();
    process.give(process.next.first++);
  }

  /// Items that go on from each other, or half of those that somebody has most of.
  Range take() {
    if (!abandoned_.empty()) {
      const Range range = abandoned_.back();
      abandoned_.pop_back();
      return range;
    }
    if (next_ < pool_.items) {
      Range range{next_, next_ + 1};
      while (range.end < pool_.items && pool_.continues && pool_.continues(range.end)) ++range.end;
      next_ = range.end;
      return range;
    }
    Range& most =
        (*std::max_element(processes_.begin(), processes_.end(), [](const auto& a, const auto& b) {
          return a->next.size() < b->next.size();
        }))->next;
    const Range half{most.first + most.size() / 2, most.end};
    most.end = half.first;
    return half;
  }

  void remove_idle() {
    for (const auto& process : processes_) {
      if (process->finished() && process->next.size() > 0) abandoned_.push_back(process->next);
    }
    processes_.erase(std::remove_if(processes_.begin(), processes_.end(),
                                    [](const auto& process) {
                                      return process->is_idle() || process->finished();
                                    }),
                     processes_.end());
  }

  void wait() {
    std::vector<pollfd> fds;
    fds.reserve(processes_.size());
    for (const auto& process : processes_) fds.push_back({process->results(), POLLIN, 0});
    if (poll(fds.data(), fds.size(), -1) < 0) {
      if (errno == EINTR) return;
      fail("waiting for worker processes");
    }
    for (std::size_t i = 0; i < processes_.size(); ++i) {
      if ((fds[i].revents & (POLLIN | POLLHUP)) == 0) continue;
      if (const auto outcome = processes_[i]->receive()) deliver(*outcome);
    }
  }

  void deliver(const Outcome& outcome) {
    if (!outcome.failed) {
      if (pool_.on_result) pool_.on_result(outcome.index, outcome.text);
    } else if (pool_.on_failure) {
      pool_.on_failure(outcome.index, outcome.text);
    } else {
      throw std::runtime_error(outcome.text);
    }
  }

  const WorkPool& pool_;
  void (*before_)(int);
  std::size_t next_ = 0;          ///< behind all that processes have been given or go on with
  std::vector<Range> abandoned_;  ///< by processes that have gone
  std::vector<std::unique_ptr<Process>> processes_;
};

}  // namespace

void for_each(const WorkPool& pool) { Run(pool).all(); }

std::vector<std::string> results_of(const WorkPool& pool) {
  std::vector<std::string> results(pool.items);
  WorkPool keeping = pool;
  keeping.on_result = [&](std::size_t index, const std::string& result) {
    if (pool.on_result) pool.on_result(index, result);
    results.at(index) = result;
  };
  for_each(keeping);
  return results;
}

}  // namespace dcnsim
