// SPDX-License-Identifier: Apache-2.0
#include "analysis/experiments/error_grid.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/support/temporary_folder.h"

namespace dcnsim {
namespace {

class ErrorGridTest : public testing::Test {
 protected:
  static FinetuneReport result(int weights, int activations, std::uint64_t seed,
                               std::uint64_t correct) {
    FinetuneReport report;
    report.version = "1";
    report.inputs = {{"network", "n.onnx", "aa"}, {"test", "t.bin", "bb"}};
    report.network = "compact";
    report.recipe = {3, 250, 0.005, 0.002, 0.2, 2, 8, seed, 48000, 2000, "fixed"};
    report.widths = {weights, activations};
    report.accumulator_bits = 32;
    report.before = Accuracy{1000, 800};
    report.fine_tuned = Accuracy{1000, correct};
    return report;
  }

  void write(const std::string& name, const FinetuneReport& report) const {
    folder_.write(name, to_json(report));
  }

  std::string error() const {
    try {
      load_error_grid(folder_.path());
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "";
  }

  const TemporaryFolder folder_;
};

TEST_F(ErrorGridTest, gathers_seeds_by_cell_float_last) {
  write("a.json", result(4, 8, 2, 930));
  write("b.json", result(4, 8, 1, 940));
  write("c.json", result(kFloat, 8, 1, 950));
  write("d.json", result(16, 8, 1, 945));
  FinetuneReport of_a_file = result(4, 8, 1, 100);
  of_a_file.widths = {};
  write("e.json", of_a_file);
  folder_.write("notes.txt", "no result");
  const ErrorGrid grid = load_error_grid(folder_.path());
  ASSERT_EQ(grid.cells.size(), 3U);
  EXPECT_EQ(grid.seeds, (std::vector<std::uint64_t>{1, 2}));
  EXPECT_EQ(grid.cells.begin()->first, std::pair(4, 8));
  EXPECT_EQ(grid.cells.rbegin()->first, std::pair(kFloat, 8));
  const GridCell& cell = grid.cells.at({4, 8});
  EXPECT_NEAR(mean(cell.fine_tuned), 6.5, 1e-9);
  EXPECT_NEAR(deviation(cell.fine_tuned), 0.7071, 1e-4);
  EXPECT_NEAR(mean(cell.before), 20, 1e-9);
  EXPECT_EQ(deviation(grid.cells.at({16, 8}).fine_tuned), 0);
}

TEST_F(ErrorGridTest, refuses_results_that_do_not_compare) {
  EXPECT_NE(error().find("no results"), std::string::npos);
  write("a.json", result(4, 8, 1, 930));
  const auto error_with = [&](const FinetuneReport& other) {
    write("b.json", other);
    return error();
  };
  EXPECT_EQ(error_with(result(8, 8, 1, 930)), "");
  FinetuneReport other = result(8, 8, 1, 930);
  other.inputs[0].sha256 = "cc";
  EXPECT_NE(error_with(other).find("b.json: is of another network"), std::string::npos);
  other = result(8, 8, 1, 930);
  other.inputs[1].sha256 = "cc";
  EXPECT_NE(error_with(other).find("b.json: is of other test images"), std::string::npos);
  other = result(8, 8, 1, 930);
  other.recipe.batch = 100;
  EXPECT_NE(error_with(other).find("b.json: is of another recipe"), std::string::npos);
  // Epochs and rates may suit the widths.
  other = result(8, 8, 1, 930);
  other.recipe.epochs = 1;
  EXPECT_EQ(error_with(other), "");
  other.widths = {4, 8};
  EXPECT_NE(error_with(other).find("b.json: has other epochs or rates"), std::string::npos);
  other = result(8, 8, 1, 930);
  other.before = std::nullopt;
  EXPECT_NE(error_with(other).find("b.json: /test"), std::string::npos);
}

TEST_F(ErrorGridTest, knows_the_papers_record) {
  const auto errors =
      paper_errors(DCNSIM_SOURCE_DIR "/analysis/experiments/lin2016_fine_tuned.csv");
  EXPECT_EQ(errors.size(), 16U);
  EXPECT_EQ(errors.at({kFloat, 8}), 6.78);
  EXPECT_EQ(errors.at({kFloat, kFloat}), 6.98);
}

}  // namespace
}  // namespace dcnsim
