// SPDX-License-Identifier: Apache-2.0
#include "analysis/cli/interruption.h"

#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <initializer_list>
#include <string>

#include "analysis/cli/console.h"
#include "models/base/text/wrap.h"

namespace dcnsim::cli {
namespace {

// What a signal handler may look at. It calls what POSIX lets it call, and no more.
volatile std::sig_atomic_t asked = 0;
pid_t process = 0;
const char* said_at_stop = "";

const char* said_at_end = "";

/// What a pointer above points to.
std::string program_name, without_cache, with_cache;

std::string text_at_end(const std::string& kept) {
  return '\n' +
         wrapped(program_name +
                     ": interrupted: outputs appear only when complete, so none is cut short" +
                     kept,
                 terminal_columns()) +
         '\n';
}

void tell(const char* text) {
  const ssize_t unused = ::write(STDERR_FILENO, text, std::strlen(text));
  static_cast<void>(unused);
}

/// Worker processes hear a terminal's ^C as well; one of them all speaks.
bool is_worker() { return ::getpid() != process; }

void end(int number) {
  if (!is_worker()) tell(said_at_end);
  std::signal(number, SIG_DFL);
  ::raise(number);
}

void stop(int number) {
  const int error = errno;
  asked = 1;
  if (!is_worker()) tell(said_at_stop);
  std::signal(number, SIG_DFL);
  errno = error;
}

void handle_with(void (*handler)(int)) {
  process = ::getpid();
  for (const int number : {SIGINT, SIGTERM}) std::signal(number, handler);
}

}  // namespace

void end_on_interruption(const std::string& program) {
  program_name = program;
  without_cache = text_at_end("");
  said_at_end = without_cache.c_str();
  handle_with(end);
}

void say_on_interruption_that_cache_keeps(const std::string& what) {
  said_at_end = without_cache.c_str();
  with_cache = text_at_end("; " + what + " found so far are in the cache, for the same command");
  said_at_end = with_cache.c_str();
}

StopOnInterruption::StopOnInterruption(const char* what_happens) {
  said_at_stop = what_happens;
  asked = 0;
  handle_with(stop);
}

StopOnInterruption::~StopOnInterruption() { handle_with(end); }

bool stop_was_asked_for() { return asked != 0; }

}  // namespace dcnsim::cli
