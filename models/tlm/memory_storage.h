// SPDX-License-Identifier: Apache-2.0
// The bytes of a TLM-2.0 memory: checks of payloads, copying with byte enables, debug transport and
// DMI, without any time.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <tlm>

namespace dcnsim {

class MemoryStorage {
 public:
  using Payload = tlm::tlm_generic_payload;

  /// Zeros. Throws std::bad_alloc.
  explicit MemoryStorage(std::uint64_t bytes);

  /// True if the access has to be made; otherwise the payload holds its response already.
  bool check(Payload& payload) const;
  /// Between a payload that passed check() and the bytes.
  void copy(Payload& payload);
  /// Bytes read or written, fewer where the storage ends.
  unsigned debug(Payload& payload);
  /// Grants all of it to whoever asks: it never moves.
  bool grant(const Payload& payload, tlm::tlm_dmi& dmi);

 private:
  struct Free {
    void operator()(std::uint8_t* p) const { std::free(p); }
  };
  const std::uint64_t bytes_;
  std::unique_ptr<std::uint8_t[], Free>
      storage_;  ///< calloc: pages that are never touched cost nothing
};

}  // namespace dcnsim
