// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/finetune_report.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/support/json_mutations.h"
#include "tests/support/temporary_folder.h"

namespace dcnsim {
namespace {

FinetuneReport a_finetuning() {
  FinetuneReport report;
  report.version = "1.2";
  report.inputs = {{"network", "a b.onnx", std::string(64, 'a')},
                   {"calibration", "images.bin", std::string(64, 'b'), true}};
  report.network = "compact";
  report.recipe = {3, 250, 0.005, 0.002, 0.2, 2, 8, 7, 48000, 2000, "fixed"};
  report.widths = {4, kFloat};
  report.accumulator_bits = 32;
  report.validation_accuracy = 0.93;
  report.before = Accuracy{1000, 820};
  report.fine_tuned = Accuracy{1000, 931};
  report.seconds = 12.5;
  return report;
}

class FinetuneReportTest : public testing::Test {
 protected:
  std::string written(const std::string& json) const { return folder_.write("result.json", json); }

  /// What is wrong with the example when `from` in it becomes `to`.
  std::string error_of(const std::string& from, const std::string& to) const {
    std::string json = to_json(a_finetuning());
    const std::size_t at = json.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    json.replace(at, from.size(), to);
    try {
      load_finetune_report(written(json));
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "";
  }

  const TemporaryFolder folder_;
};

TEST_F(FinetuneReportTest, is_read_back_as_it_was) {
  for (const bool tested : {true, false}) {
    FinetuneReport report = a_finetuning();
    report.pixels.source = PixelStatement::Source::kOption;
    report.pixels.convention = "unit";
    report.pixels.nodes = 2;
    report.recipe.flip = tested;
    if (!tested) {
      report.before = report.fine_tuned = std::nullopt;
      report.widths = {};
    }
    const std::string json = to_json(report);
    EXPECT_EQ(to_json(load_finetune_report(written(json))), json);
  }
}

TEST_F(FinetuneReportTest, files_of_earlier_results_are_the_users) {
  std::string json = to_json(a_finetuning());
  const std::string mark = "\"shipped\": true,";
  json.erase(json.find(mark), mark.size());
  EXPECT_FALSE(load_finetune_report(written(json)).inputs.at(1).is_shipped);
}

TEST_F(FinetuneReportTest, earlier_results_say_nothing_of_pixels_and_mirrored_images) {
  auto json = nlohmann::ordered_json::parse(to_json(a_finetuning()));
  json.erase("pixels");
  json["recipe"].erase("flip");
  const FinetuneReport report = load_finetune_report(written(json.dump()));
  EXPECT_EQ(report.pixels.source, PixelStatement::Source::kAssumed);
  EXPECT_TRUE(report.recipe.flip);
}

TEST_F(FinetuneReportTest, every_field_is_checked) {
  const std::string path = written("");
  expect_clean_refusals(nlohmann::ordered_json::parse(to_json(a_finetuning())), path + ": ",
                        [&](const std::string& text) { load_finetune_report(written(text)); });
}

TEST_F(FinetuneReportTest, errors_name_file_and_field) {
  EXPECT_NE(error_of("dcnsim.finetune/1", "dcnsim.run/1").find("result.json: /schema"),
            std::string::npos);
  EXPECT_NE(error_of("\"weights\": 4", "\"weights\": 17").find("/widths/weights"),
            std::string::npos);
  EXPECT_NE(error_of("\"float\"", "\"double\"").find("/widths/activations"), std::string::npos);
  EXPECT_NE(error_of("\"correct\": 931", "\"correct\": 1001").find("/test/fine_tuned/correct"),
            std::string::npos);
  EXPECT_NE(error_of("\"images\": 1000", "\"images\": 0").find("/test/before/images"),
            std::string::npos);
  EXPECT_NE(error_of("{", "[").find("result.json: not a JSON file"), std::string::npos);
}

}  // namespace
}  // namespace dcnsim
