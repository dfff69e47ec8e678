// SPDX-License-Identifier: Apache-2.0
// Payloads of a DMA, reused: the memory manager that the base protocol wants for transactions with
// phases.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <tlm>
#include <vector>

#include "models/perf/tile_stream.h"

namespace dcnsim {

/// A payload that remembers which burst it carries. The base protocol's has room for its data: an
/// abandoned transaction may still be answered when the buffers hold something else.
struct Transaction : tlm::tlm_generic_payload {
  explicit Transaction(tlm::tlm_mm_interface* manager = nullptr) : tlm_generic_payload(manager) {}

  Burst burst;
  sc_core::sc_time begun;           ///< when it was put on the port
  bool under_way = false;           ///< put on the port and not answered
  std::uint32_t generation = 0;     ///< of the run it belongs to
  std::uint8_t* read_to = nullptr;  ///< where the data of a read go
  std::vector<std::uint8_t> bytes;
};

class TransactionPool : public tlm::tlm_mm_interface {
 public:
  /// A transaction with one reference, which goes back to the pool with its last release().
  Transaction& acquire() {
    if (free_.empty()) {
      all_.push_back(std::make_unique<Transaction>(this));
      free_.push_back(all_.back().get());
    }
    Transaction& transaction = *free_.back();
    free_.pop_back();
    transaction.acquire();
    return transaction;
  }
  void free(tlm::tlm_generic_payload* payload) override {
    payload->reset();
    free_.push_back(static_cast<Transaction*>(payload));
  }
  std::size_t in_use() const { return all_.size() - free_.size(); }
  const std::vector<std::unique_ptr<Transaction>>& all() const { return all_; }

 private:
  std::vector<std::unique_ptr<Transaction>> all_;
  std::vector<Transaction*> free_;
};

}  // namespace dcnsim
