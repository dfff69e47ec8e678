// SPDX-License-Identifier: Apache-2.0
// dcnsim report as its users meet it: pages, pictures, one-line errors.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/analysis/cli/command_runner.h"

namespace dcnsim {
namespace {

class ReportCommand : public CommandTest {
 protected:
  void SetUp() override {
    CommandTest::SetUp();
    run_ = path("run.json");
    ASSERT_EQ(dcnsim("run --limit 1 --calibration " + calibration_ + " --json " + run_).code, 0);
  }

  std::string run_;
};

TEST_F(ReportCommand, makes_a_page_of_one_run_and_of_two) {
  const Outcome one = dcnsim("report " + run_ + " -o " + path("one.html"));
  EXPECT_EQ(one.code, 0) << one.err;
  EXPECT_EQ(slurp(path("one.html")).rfind("<!DOCTYPE html>", 0), 0u);
  EXPECT_EQ(dcnsim("report " + run_ + " " + run_ + " -o " + path("two.html")).code, 0);
}

TEST_F(ReportCommand, draws_pictures_beside_it) {
  const Outcome outcome =
      dcnsim("report " + run_ + " -o " + path("run.html") + " --svg " + path("slides"));
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  for (const char* name : {"cycles", "energy", "traffic", "bits", "roofline", "area"}) {
    EXPECT_TRUE(std::filesystem::exists(path("slides/" + std::string(name) + ".svg"))) << name;
  }
}

TEST_F(ReportCommand, says_what_is_wrong_in_one_line_and_leaves_the_old_page) {
  const std::string page = path("page.html");
  spill(page, "an earlier page\n");
  spill(path("other.json"), "{\"schema\": \"other/1\"}");
  const std::string output = " -o " + page;
  expect_one_line_error("report " + path("none.json") + output, {"none.json", "cannot open"}, 1);
  expect_one_line_error("report " + path("other.json") + output,
                        {"other.json: /schema: other/1, expected dcnsim.run/1"}, 1);
  std::string seven;
  for (int i = 0; i < 7; ++i) seven += " " + run_;
  expect_one_line_error("report" + seven + output, {"7"}, 2);
  expect_one_line_error("report " + run_, {"--output"}, 2);
  expect_one_line_error("report " + run_ + " -o " + path("none/page.html"), {"page.html"}, 1);
  EXPECT_EQ(slurp(page), "an earlier page\n");
}

}  // namespace
}  // namespace dcnsim
