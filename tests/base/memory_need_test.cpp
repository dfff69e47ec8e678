// SPDX-License-Identifier: Apache-2.0
#include "models/base/process/memory_need.h"

#include <gtest/gtest.h>

#include <new>
#include <stdexcept>

namespace dcnsim {
namespace {

TEST(memory_need, is_told_in_words_whoever_ran_out_of_it) {
  const std::string told = "not enough memory: more was asked for than the ";
  EXPECT_EQ(problem_of(std::bad_alloc()).substr(0, told.size()), told);
  EXPECT_EQ(problem_of(std::runtime_error("Error: (E518) stack setup failed: failed to allocate "
                                          "stack memory\nIn file: kernel/sc_cor_qt.cpp:273"))
                .substr(0, told.size()),
            told);
  EXPECT_EQ(problem_of(std::runtime_error("net.onnx: cut short")), "net.onnx: cut short");
}

}  // namespace
}  // namespace dcnsim
