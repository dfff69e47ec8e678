// SPDX-License-Identifier: Apache-2.0
#include "analysis/allocation/sensitivity_cache.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <optional>
#include <string>

#include "tests/support/json_mutations.h"

namespace dcnsim {
namespace {

class SensitivityCache : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "dcnsim_sensitivity_" + std::to_string(::getpid());
    path_ = folder_ + "/deeper/cache.json";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string text() const {
    std::ifstream file(path_);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void write(const std::string& text) const {
    std::filesystem::create_directories(folder_ + "/deeper");
    std::ofstream(path_) << text;
  }
  std::optional<Sensitivity> load() const { return load_sensitivity(path_, "key", 3, 5, 2); }

  std::string folder_, path_;
  const Sensitivity sensitivity_{
      3, {{0.1, 1.0 / 3, 4.9e-324}, {0, std::nextafter(1.0, 2.0), 1e300}}, std::sqrt(2)};
};

TEST_F(SensitivityCache, keeps_numbers_to_the_last_bit_and_makes_folders) {
  save_sensitivity(path_, "key", sensitivity_);
  const auto loaded = load();
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->lowest, 3);
  EXPECT_EQ(loaded->fixed, sensitivity_.fixed);
  EXPECT_EQ(loaded->noise, sensitivity_.noise);
}

TEST_F(SensitivityCache, is_none_for_another_key_range_or_number_of_tensors) {
  save_sensitivity(path_, "key", sensitivity_);
  EXPECT_FALSE(load_sensitivity(path_, "another", 3, 5, 2));
  EXPECT_FALSE(load_sensitivity(path_, "key", 2, 4, 2));
  EXPECT_FALSE(load_sensitivity(path_, "key", 3, 6, 2));
  EXPECT_FALSE(load_sensitivity(path_, "key", 3, 4, 2));
  EXPECT_FALSE(load_sensitivity(path_, "key", 3, 5, 1));
  EXPECT_FALSE(load_sensitivity(path_, "key", 3, 5, 3));
  EXPECT_TRUE(load());
}

TEST_F(SensitivityCache, is_none_where_there_is_no_file) {
  EXPECT_FALSE(load());
  EXPECT_FALSE(load_sensitivity(testing::TempDir(), "key", 3, 5, 2));
}

TEST_F(SensitivityCache, cut_off_anywhere_is_none) {
  save_sensitivity(path_, "key", sensitivity_);
  const std::string whole = text();
  const std::size_t end = whole.rfind('}');
  ASSERT_NE(end, std::string::npos);
  for (std::size_t size = 0; size <= end; ++size) {
    write(whole.substr(0, size));
    EXPECT_FALSE(load()) << size;
  }
}

TEST_F(SensitivityCache, of_something_else_is_none) {
  const std::string head = R"({"key":"key","lowest":3,"fixed":0,"noise":)";
  write(head + "[[1,2,3],[4,5,6]]}");
  EXPECT_TRUE(load());
  for (const char* noise :
       {"[[1,2,3],[4,5,-6]]", "[[1,2,3],[4,5,null]]", "[[1,2,3],[4,5,\"6\"]]", "[[1,2,3],[4,5]]",
        "[[1,2,3],6]", "[[1,2,3]]", "{\"a\":[1,2,3],\"b\":[4,5,6]}", "6", "null",
        "[[1,2,3],[4,5,1e999]]", "[[1,2,3],[4,5,true]]"}) {
    write(head + noise + "}");
    EXPECT_FALSE(load()) << noise;
  }
  const std::string tail = R"("noise":[[1,2,3],[4,5,6]]})";
  for (const char* other :
       {R"({"key":"key","lowest":3,)", R"({"key":"key","fixed":0,)", R"({"lowest":3,"fixed":0,)",
        R"({"key":7,"lowest":3,"fixed":0,)", R"({"key":"key","lowest":"3","fixed":0,)",
        R"({"key":"key","lowest":3,"fixed":-1,)", R"({"key":"key","lowest":3,"fixed":[],)"}) {
    write(other + tail);
    EXPECT_FALSE(load()) << other;
  }
  for (const char* text : {"", "[]", "null", "3", "\"key\"", "not JSON", "{}", "\xff\xfe{"}) {
    write(text);
    EXPECT_FALSE(load()) << text;
  }
}

TEST_F(SensitivityCache, wrong_in_any_one_place_is_none_or_a_measurement) {
  save_sensitivity(path_, "key", sensitivity_);
  int taken = 0;
  for_each_mutation(nlohmann::ordered_json::parse(text()),
                    [&](const std::string& pointer, const nlohmann::ordered_json& changed) {
                      write(changed.dump());
                      const auto loaded = load();
                      if (!loaded) return;
                      // Another ratio, which nobody could know.
                      ++taken;
                      EXPECT_TRUE(pointer == "/fixed" || pointer.rfind("/noise/", 0) == 0)
                          << pointer;
                    });
  EXPECT_GT(taken, 0);
  write(R"({"x":)" + std::string(100'000, '[') + std::string(100'000, ']') + R"(,"key":"key"})");
  EXPECT_FALSE(load());
}

TEST_F(SensitivityCache, that_cannot_be_written_is_no_error) {
  write("a file where a folder is wanted");
  EXPECT_NO_THROW(save_sensitivity(path_ + "/cache.json", "key", sensitivity_));
  EXPECT_FALSE(load_sensitivity(path_ + "/cache.json", "key", 3, 5, 2));
}

TEST_F(SensitivityCache, with_numbers_that_are_not_finite_is_none) {
  Sensitivity infinite = sensitivity_;
  infinite.noise[0][0] = std::numeric_limits<double>::infinity();
  save_sensitivity(path_, "key", infinite);
  EXPECT_FALSE(load());
}

}  // namespace
}  // namespace dcnsim
