// SPDX-License-Identifier: Apache-2.0
// The one table of what-ifs: each is a change to the machine by keys that its user has, so that
// whoever makes it in the accelerator file gets the machine that was evaluated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace dcnsim {

struct AcceleratorConfig;
struct DramSpec;

enum class ChangeKind : std::uint8_t {
  kTwice,  ///< what one can buy: ranked against each other
  kFree,   ///< a ceiling: how much there is at all
};

constexpr std::string_view to_string(ChangeKind kind) {
  constexpr std::string_view names[] = {"twice", "free"};
  return names[static_cast<int>(kind)];
}

/// Which cycles a change can save at most.
enum class Reach : std::uint8_t {
  kWaits,      ///< all but computing, filling and draining: what lies behind the port
  kFillDrain,  ///< filling and draining
  kAll,
};

/// What in the memory system a change is against.
enum class Bound : std::uint8_t {
  kNone,     ///< nothing
  kBus,      ///< the accelerator's port moves all it can
  kDram,     ///< the memory's bandwidth
  kLatency,  ///< its latency: too few requests in flight
};

constexpr std::string_view to_string(Bound bound) {
  constexpr std::string_view names[] = {"none", "bus", "dram", "latency"};
  return names[static_cast<int>(bound)];
}

struct WhatIf {
  std::string_view name;      ///< in tables and results
  std::string_view sentence;  ///< "a bus twice as wide", of which one says what it saves
  std::string_view keys;      ///< of the accelerator file, and what becomes of them
  ChangeKind kind;
  Reach reach;
  Bound bound;
  /// False if there is nothing to change. What comes of it need not be a machine (validate()).
  bool (*apply)(AcceleratorConfig& config, const DramSpec& dram);
};

/// Those of kind kTwice first.
const std::vector<WhatIf>& what_ifs();

/// Changes made together: a bit for each of what_ifs().
using ChangeSet = std::uint64_t;
constexpr ChangeSet only(std::size_t change) { return ChangeSet{1} << change; }

}  // namespace dcnsim
