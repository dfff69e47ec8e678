// SPDX-License-Identifier: Apache-2.0
#include "analysis/cli/image_pool.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <numeric>
#include <stdexcept>

namespace dcnsim {
namespace {

ImagePool squares(std::size_t images, std::size_t jobs) {
  ImagePool pool;
  pool.images = images;
  pool.jobs = jobs;
  pool.prepare = [] {
    return [](std::size_t index) {
      ImageResult result;
      result.predicted = static_cast<std::int32_t>(index % 10);
      result.overflows = index * index;
      result.signature = 7 * index;
      result.extra = std::string(index * 1000, 'x');
      return result;
    };
  };
  return pool;
}

TEST(ImagePool, results_come_back_by_image_for_any_number_of_jobs) {
  for (const std::size_t jobs : {1u, 2u, 3u, 50u}) {
    const auto results = run(squares(20, jobs));
    ASSERT_EQ(results.size(), 20u);
    for (std::size_t i = 0; i < results.size(); ++i) {
      EXPECT_EQ(results[i].overflows, i * i);
      EXPECT_EQ(results[i].predicted, static_cast<int>(i % 10));
      EXPECT_EQ(results[i].signature, 7 * i);
      EXPECT_EQ(results[i].extra.size(), i * 1000);
    }
  }
}

TEST(ImagePool, every_result_is_announced_once) {
  ImagePool pool = squares(30, 4);
  std::vector<int> seen(30);
  pool.on_result = [&](std::size_t index, const ImageResult&) { ++seen[index]; };
  run(pool);
  EXPECT_EQ(seen, std::vector<int>(30, 1));
}

TEST(ImagePool, a_workers_exception_becomes_the_callers) {
  ImagePool pool = squares(10, 2);
  pool.prepare = [] {
    return [](std::size_t index) -> ImageResult {
      if (index == 5) throw std::runtime_error("image 5 is cursed");
      return {};
    };
  };
  try {
    run(pool);
    FAIL() << "no exception";
  } catch (const std::runtime_error& e) {
    EXPECT_STREQ(e.what(), "image 5 is cursed");
  }
}

TEST(ImagePool, a_worker_that_dies_is_an_error) {
  ImagePool pool = squares(10, 2);
  pool.prepare = []() -> ImageWorker {
    return [](std::size_t index) -> ImageResult {
      if (index == 3) raise(SIGKILL);
      return {};
    };
  };
  EXPECT_THROW(run(pool), std::runtime_error);
}

TEST(ImagePool, a_worker_that_leaves_early_with_success_is_an_error) {
  ImagePool pool = squares(10, 2);
  pool.prepare = []() -> ImageWorker {
    return [](std::size_t index) -> ImageResult {
      if (index == 4) _exit(0);
      return {};
    };
  };
  try {
    run(pool);
    FAIL() << "no exception";
  } catch (const std::runtime_error& e) {
    EXPECT_STREQ(e.what(), "a worker process ended without a result for image 4");
  }
}

}  // namespace
}  // namespace dcnsim
