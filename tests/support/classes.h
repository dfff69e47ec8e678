// SPDX-License-Identifier: Apache-2.0
// Random tests say which classes of cases they must meet: a count of cases says nothing of the rare
// one in which a mistake would show.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace dcnsim {

template <class Case>
struct CaseClass {
  std::string name;
  std::function<bool(const Case&)> holds;
};

/// Counts how many cases were of each class; a case may be of several.
template <class Case>
class Census {
 public:
  explicit Census(std::vector<CaseClass<Case>> classes)
      : classes_(std::move(classes)), counts_(classes_.size()) {}

  void count(const Case& one) {
    for (std::size_t i = 0; i < classes_.size(); ++i) counts_[i] += classes_[i].holds(one) ? 1 : 0;
  }

  void expect_each(int at_least) const {
    for (std::size_t i = 0; i < classes_.size(); ++i) {
      EXPECT_GE(counts_[i], at_least) << "cases of class: " << classes_[i].name;
    }
  }

 private:
  std::vector<CaseClass<Case>> classes_;
  std::vector<int> counts_;
};

}  // namespace dcnsim
