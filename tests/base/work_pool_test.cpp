// SPDX-License-Identifier: Apache-2.0
#include "models/base/process/work_pool.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <new>
#include <set>
#include <stdexcept>

namespace dcnsim {
namespace {

std::string result_of(std::size_t index) { return std::string(index * 1000, 'x') + "!"; }

WorkPool strings(std::size_t items, std::size_t jobs) {
  WorkPool pool;
  pool.items = items;
  pool.jobs = jobs;
  pool.prepare = [] { return result_of; };
  return pool;
}

TEST(WorkPool, results_come_back_by_item_for_any_number_of_jobs) {
  for (const std::size_t jobs : {1u, 2u, 3u, 50u}) {
    for (const bool process_per_item : {false, true}) {
      WorkPool pool = strings(20, jobs);
      pool.process_per_item = process_per_item;
      const auto results = results_of(pool);
      ASSERT_EQ(results.size(), 20u);
      for (std::size_t i = 0; i < results.size(); ++i) EXPECT_EQ(results[i], result_of(i));
    }
  }
}

TEST(WorkPool, no_items_need_no_process) { EXPECT_TRUE(results_of(strings(0, 2)).empty()); }

TEST(WorkPool, a_worker_without_memory_says_so_in_words) {
  WorkPool pool = strings(1, 2);
  pool.prepare = []() -> Worker {
    return [](std::size_t) -> std::string { throw std::bad_alloc(); };
  };
  std::string reason;
  pool.on_failure = [&](std::size_t, const std::string& text) { reason = text; };
  for_each(pool);
  EXPECT_EQ(reason.rfind("not enough memory", 0), 0u) << reason;
}

TEST(WorkPool, every_result_is_announced_once) {
  WorkPool pool = strings(30, 4);
  std::vector<int> seen(30);
  pool.on_result = [&](std::size_t index, const std::string&) { ++seen[index]; };
  results_of(pool);
  EXPECT_EQ(seen, std::vector<int>(30, 1));
}

TEST(WorkPool, a_process_per_item_prepares_anew_for_each) {
  WorkPool pool = strings(6, 2);
  pool.process_per_item = true;
  pool.prepare = [] {
    return [calls = 0](std::size_t) mutable { return std::to_string(++calls); };
  };
  EXPECT_EQ(results_of(pool), std::vector<std::string>(6, "1"));
}

TEST(WorkPool, plain_values_survive_the_way_as_bytes) {
  const std::vector<double> values{1.5, -0.0, 1e300};
  EXPECT_EQ(from_bytes<double>(to_bytes(values)), values);
  EXPECT_TRUE(from_bytes<int>(to_bytes(std::vector<int>{})).empty());
}

TEST(WorkPool, a_workers_exception_becomes_the_callers) {
  WorkPool pool = strings(10, 2);
  pool.prepare = [] {
    return [](std::size_t index) -> std::string {
      if (index == 5) throw std::runtime_error("item 5 is cursed");
      return {};
    };
  };
  try {
    results_of(pool);
    FAIL() << "no exception";
  } catch (const std::runtime_error& e) {
    EXPECT_STREQ(e.what(), "item 5 is cursed");
  }
}

TEST(WorkPool, a_worker_that_dies_is_an_error) {
  WorkPool pool = strings(10, 2);
  pool.prepare = []() -> Worker {
    return [](std::size_t index) -> std::string {
      if (index == 3) raise(SIGKILL);
      return {};
    };
  };
  EXPECT_THROW(results_of(pool), std::runtime_error);
}

TEST(WorkPool, a_worker_that_leaves_early_with_success_is_an_error) {
  WorkPool pool = strings(10, 2);
  pool.prepare = []() -> Worker {
    return [](std::size_t index) -> std::string {
      if (index == 4) _exit(0);
      return {};
    };
  };
  try {
    results_of(pool);
    FAIL() << "no exception";
  } catch (const std::runtime_error& e) {
    EXPECT_STREQ(e.what(), "a worker process ended without a result for item 4");
  }
}

TEST(WorkPool, items_that_fail_are_told_and_the_others_go_on) {
  WorkPool pool = strings(40, 3);
  pool.prepare = []() -> Worker {
    return [](std::size_t index) -> std::string {
      if (index % 10 == 3) raise(SIGKILL);
      if (index % 10 == 7) throw std::runtime_error("no " + std::to_string(index));
      return "done";
    };
  };
  std::vector<std::string> told(40);
  pool.on_failure = [&](std::size_t index, const std::string& reason) { told[index] = reason; };
  const std::vector<std::string> results = results_of(pool);
  for (std::size_t i = 0; i < 40; ++i) {
    EXPECT_EQ(results[i], i % 10 == 3 || i % 10 == 7 ? "" : "done");
    EXPECT_EQ(told[i], i % 10 == 3   ? "a worker process was ended by signal 9"
                       : i % 10 == 7 ? "no " + std::to_string(i)
                                     : "");
  }
}

TEST(WorkPool, once_stopped_it_finishes_what_is_under_way_and_begins_nothing) {
  WorkPool pool = strings(1000, 2);
  std::size_t delivered = 0;
  pool.on_result = [&](std::size_t, const std::string&) { ++delivered; };
  pool.stop = [&] { return delivered >= 10; };
  for_each(pool);
  EXPECT_GE(delivered, 10u);
  EXPECT_LE(delivered, 12u);
}

TEST(WorkPool, a_slow_item_does_not_hold_up_the_others) {
  // With fixed shares the slow item's process would do half of the others after it.
  WorkPool pool = strings(20, 2);
  pool.prepare = []() -> Worker {
    return [](std::size_t index) -> std::string {
      usleep(index == 0 ? 300'000 : 1'000);
      return std::to_string(getpid());
    };
  };
  const std::vector<std::string> results = results_of(pool);
  for (std::size_t i = 2; i < 20; ++i) EXPECT_EQ(results[i], results[1]);
  EXPECT_NE(results[0], results[1]);
}

/// Items in runs of ten; each tells who has done it.
WorkPool runs(std::size_t items, std::size_t jobs) {
  WorkPool pool = strings(items, jobs);
  pool.continues = [](std::size_t index) { return index % 10 != 0; };
  pool.prepare = []() -> Worker {
    return [](std::size_t) {
      usleep(2'000);
      return std::to_string(getpid());
    };
  };
  return pool;
}

TEST(WorkPool, a_worker_goes_on_with_what_continues_what_it_has_done) {
  const std::vector<std::string> results = results_of(runs(200, 4));
  std::size_t changes = 0;
  for (std::size_t i = 1; i < results.size(); ++i) {
    if (i % 10 != 0 && results[i] != results[i - 1]) ++changes;
  }
  EXPECT_LE(changes, 10u) << "but for the last runs, which the others share";
  EXPECT_EQ(std::set<std::string>(results.begin(), results.end()).size(), 4u);
}

TEST(WorkPool, who_has_nothing_else_takes_from_a_run_that_somebody_has_begun) {
  const std::vector<std::string> results = results_of(runs(10, 3));
  EXPECT_EQ(std::set<std::string>(results.begin(), results.end()).size(), 3u);
}

TEST(WorkPool, a_run_whose_worker_dies_is_gone_on_with) {
  WorkPool pool = runs(40, 2);
  pool.prepare = []() -> Worker {
    return [](std::size_t index) -> std::string {
      if (index % 10 == 2) raise(SIGKILL);
      return "done";
    };
  };
  std::vector<int> told(40);
  pool.on_failure = [&](std::size_t index, const std::string&) { ++told[index]; };
  const std::vector<std::string> results = results_of(pool);
  for (std::size_t i = 0; i < 40; ++i) {
    EXPECT_EQ(results[i], i % 10 == 2 ? "" : "done");
    EXPECT_EQ(told[i], i % 10 == 2 ? 1 : 0);
  }
}

TEST(WorkPool, once_stopped_it_begins_nothing_of_a_run_either) {
  WorkPool pool = runs(100, 2);
  std::size_t delivered = 0;
  pool.on_result = [&](std::size_t, const std::string&) { ++delivered; };
  pool.stop = [&] { return delivered >= 5; };
  for_each(pool);
  EXPECT_GE(delivered, 5u);
  EXPECT_LE(delivered, 7u);
}

}  // namespace
}  // namespace dcnsim
