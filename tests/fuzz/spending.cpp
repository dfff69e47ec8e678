// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/spending.h"

#include <malloc.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <ctime>

#include "tests/fuzz/sanitizer.h"

namespace {

// Of this thread, the only one that reads.
thread_local std::ptrdiff_t in_use = 0, most = 0;

void take(std::size_t bytes) {
  in_use += static_cast<std::ptrdiff_t>(bytes);
  most = std::max(most, in_use);
}

void give_back(std::size_t bytes) { in_use -= static_cast<std::ptrdiff_t>(bytes); }

double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace

#ifdef DCNSIM_ADDRESS_SANITIZER
// As in sanitizer/allocator_interface.h, which gcc does not bring.
extern "C" {
int __sanitizer_install_malloc_and_free_hooks(void (*taken)(const volatile void*, std::size_t),
                                              void (*given_back)(const volatile void*));
std::size_t __sanitizer_get_allocated_size(const volatile void* memory);
}

namespace {

[[maybe_unused]] const int kInstalled = __sanitizer_install_malloc_and_free_hooks(
    [](const volatile void*, std::size_t bytes) { take(bytes); },
    [](const volatile void* memory) { give_back(__sanitizer_get_allocated_size(memory)); });

}  // namespace
#else
// In the C library's place, as its manual allows ("Replacing malloc").
extern "C" {
void* __libc_malloc(std::size_t bytes);
void* __libc_calloc(std::size_t count, std::size_t bytes);
void* __libc_realloc(void* memory, std::size_t bytes);
void* __libc_memalign(std::size_t alignment, std::size_t bytes);
void __libc_free(void* memory);
}

namespace {

void* counted(void* memory) {
  take(malloc_usable_size(memory));
  return memory;
}

}  // namespace

extern "C" {

void* malloc(std::size_t bytes) noexcept { return counted(__libc_malloc(bytes)); }
void* calloc(std::size_t count, std::size_t bytes) noexcept {
  return counted(__libc_calloc(count, bytes));
}
void* realloc(void* memory, std::size_t bytes) noexcept {
  const std::size_t before = malloc_usable_size(memory);
  void* const there = __libc_realloc(memory, bytes);
  if (there == nullptr && bytes > 0) return nullptr;  // it stays as it was
  give_back(before);
  return counted(there);
}
void* memalign(std::size_t alignment, std::size_t bytes) noexcept {
  return counted(__libc_memalign(alignment, bytes));
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) noexcept {
  return memalign(alignment, bytes);
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t bytes) noexcept {
  *memory = memalign(alignment, bytes);
  return *memory == nullptr ? ENOMEM : 0;
}
void free(void* memory) noexcept {
  give_back(malloc_usable_size(memory));
  __libc_free(memory);
}

}  // extern "C"
#endif

namespace dcnsim::fuzz {

Spending::Spending() : begin_(processor_seconds()) { in_use = most = 0; }

std::size_t Spending::peak_bytes() const { return static_cast<std::size_t>(most); }

double Spending::seconds() const { return processor_seconds() - begin_; }

}  // namespace dcnsim::fuzz
