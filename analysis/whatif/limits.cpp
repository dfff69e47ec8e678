// SPDX-License-Identifier: Apache-2.0
#include "analysis/whatif/limits.h"

#include <algorithm>

namespace dcnsim {
namespace {

constexpr std::int64_t kPercent = 100;

struct Saving {
  std::size_t change;
  std::int64_t cycles;
};

/// What each kTwice change saves beyond `done`, the best first; equal ones in the table's order.
std::vector<Saving> savings(const LimitQuestion& question, ChangeSet done, std::int64_t cycles) {
  std::vector<Saving> all;
  const std::vector<WhatIf>& changes = what_ifs();
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (changes[i].kind != ChangeKind::kTwice || (done & only(i)) != 0) continue;
    if (const auto after = question.with(done, i)) {
      all.push_back({i, cycles - static_cast<std::int64_t>(*after)});
    }
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Saving& a, const Saving& b) { return a.cycles > b.cycles; });
  return all;
}

/// Two changes at the port or behind it: the two that save most.
std::optional<Limit> best_pair(const LimitQuestion& question, const std::vector<Saving>& single) {
  std::optional<Limit> best;
  for (const Saving& a : single) {
    if (what_ifs()[a.change].reach != Reach::kWaits) continue;
    for (const Saving& b : single) {
      if (b.change <= a.change || what_ifs()[b.change].reach != Reach::kWaits) continue;
      const auto after = question.with(only(a.change), b.change);
      if (!after) continue;
      const std::int64_t saved =
          static_cast<std::int64_t>(question.cycles) - static_cast<std::int64_t>(*after);
      if (!best || saved > best->saved_cycles) best = Limit{{a.change, b.change}, saved, true};
    }
  }
  return best;
}

}  // namespace

std::vector<Limit> limits(const LimitQuestion& question) {
  auto cycles = static_cast<std::int64_t>(question.cycles);
  const std::int64_t all = cycles;
  const auto refresh = static_cast<std::int64_t>(question.refresh_cycles);
  const auto is_named = [&](std::int64_t saved) {
    return kPercent * saved >= all && saved >= refresh && saved > 0;
  };
  std::vector<Limit> chain;
  ChangeSet done = 0;
  while (chain.size() < question.most_links) {
    const std::vector<Saving> found = savings(question, done, cycles);
    const std::int64_t most = found.empty() ? 0 : found.front().cycles;
    if (chain.empty() && kPercent * most < 2 * all) {
      const auto pair = best_pair(question, found);
      if (pair && kPercent * pair->saved_cycles >= 2 * all && pair->saved_cycles >= refresh) {
        return {*pair};
      }
    }
    if (!is_named(most)) break;
    Limit link;
    link.saved_cycles = most;
    for (const Saving& saving : found) {
      const bool ties = kPercent * (most - saving.cycles) <= all && is_named(saving.cycles);
      if (ties) link.changes.push_back(saving.change);
    }
    done |= only(link.changes.front());
    cycles -= most;
    chain.push_back(std::move(link));
  }
  return chain;
}

}  // namespace dcnsim
