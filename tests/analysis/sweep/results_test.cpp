// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/results.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "analysis/sweep/export.h"
#include "analysis/sweep/sweep_text.h"

namespace dcnsim {
namespace {

using Json = nlohmann::json;

/// Two allocations on three machines: energy, area and what is right of 10 images.
class ResultsTest : public testing::Test {
 protected:
  void SetUp() override {
    path_ = (std::filesystem::temp_directory_path() /
             ("dcnsim_results_" + std::to_string(getpid()) + "_" +
              testing::UnitTest::GetInstance()->current_test_info()->name()))
                .string();
    std::filesystem::remove(path_);
    store_.emplace(path_, SweepFacts{{"version", "1"},
                                     {"program", "p"},
                                     {"file", "s.yaml"},
                                     {"inputs", "[]"},
                                     {"networks", R"([{"name": "n", "layers": []}])"},
                                     {"components", "{}"},
                                     {"sweep", R"(
allocations: [{equal: [4, 8]}]
axes: [{array.rows: [8, 16, 32]}]
constraints: {area_mm2: {at_most: 2.5}}
objectives: [energy_uj, loss_points]
)"}});
    PointBatch batch;
    batch.machines[0] = {R"({"name": "m0"})", {R"({"component": "c", "extrapolated": true})"}};
    batch.machines[1] = {R"({"name": "m1"})", {}};
    batch.points = {point(0, 100, 1, 7),
                    point(1, 80, 2, 7),
                    {2, "does not, \"fit\"", {}, {}},
                    point(3, 300, 1, 9),
                    point(4, 200, 2, 9)};
    store_->add(batch);
  }
  void TearDown() override {
    store_.reset();
    std::filesystem::remove(path_);
  }

  static StoredPoint point(std::uint64_t id, double energy_uj, double area_mm2,
                           std::uint64_t correct) {
    StoredPoint p;
    p.id = id;
    p.figures = {1000, 1e-3, energy_uj * 1e6, area_mm2 * 1e6, 5000, 8000, 10, correct, 9};
    p.layers = R"([{"macs": 1}])";
    return p;
  }
  static std::string text(const std::function<void(const Sink&)>& produce) {
    std::string result;
    produce([&](std::string_view piece) { result += piece; });
    return result;
  }

  std::string path_;
  std::optional<SweepStore> store_;
};

TEST_F(ResultsTest, the_front_the_best_and_what_dominates) {
  const SweepResults results(*store_);
  EXPECT_EQ(results.front(), (std::vector<std::uint64_t>{1, 4}));
  EXPECT_EQ(results.best(), 1u);
  EXPECT_EQ(results.points()[0].dominated_by, 1u);
  EXPECT_EQ(results.points()[3].dominated_by, 4u);
  EXPECT_EQ(results.count(PointState::kFailed), 1u);
  EXPECT_EQ(results.count(PointState::kMissing), 1u);
  EXPECT_NEAR(*value(results.points()[0].figures, Metric::kLoss), 20, 1e-9);
  EXPECT_NEAR(*value(results.points()[0].figures, Metric::kPower), 100, 1e-9);
  EXPECT_NEAR(*value(results.points()[0].figures, Metric::kModel), 1, 1e-9);
}

TEST_F(ResultsTest, constraints_take_points_out) {
  const SweepResults results(
      *store_, Judgement{{Metric::kEnergy, Metric::kLoss}, {{Metric::kArea, 1.5, {}}}});
  EXPECT_EQ(results.front(), (std::vector<std::uint64_t>{0, 3}));
  EXPECT_EQ(results.points()[1].violates, std::vector{Metric::kArea});
  EXPECT_FALSE(results.points()[1].dominated_by);
}

TEST_F(ResultsTest, three_objectives_and_more_is_better) {
  const SweepResults results(*store_,
                             Judgement{{Metric::kTop1, Metric::kArea, Metric::kEnergy}, {}});
  EXPECT_EQ(results.front(), (std::vector<std::uint64_t>{3, 4, 0, 1}));
}

TEST_F(ResultsTest, effects_are_shares_of_the_variance) {
  const auto effects = SweepResults(*store_).effects(Metric::kEnergy);
  ASSERT_EQ(effects.size(), 2u) << "the only network is no axis";
  EXPECT_EQ(effects[0].axis, "allocation");
  EXPECT_EQ(effects[0].means, (std::vector<std::optional<double>>{90, 250}));
  EXPECT_EQ(effects[1].means, (std::vector<std::optional<double>>{200, 140, std::nullopt}));
  // Energies 100, 80, 300, 200: mean 170, squared deviations 30,800; the means' 4 * 80^2 and 4 *
  // 30^2.
  EXPECT_NEAR(effects[0].share, 4 * 6400.0 / 30800, 1e-9);
  EXPECT_NEAR(effects[1].share, 4 * 900.0 / 30800, 1e-9);
}

TEST_F(ResultsTest, the_text_names_front_best_effects_and_failures) {
  const std::string report = to_text(SweepResults(*store_));
  for (const char* part :
       {"6 points, 4 evaluated, 1 failed, 1 missing", "area_mm2 <= 2.5", "best: point 1",
        "what moves energy_uj", "83.1 %", "does not, \"fit\""}) {
    EXPECT_NE(report.find(part), std::string::npos) << part << "\n" << report;
  }
  const std::string one = point_text(SweepResults(*store_), 3);
  EXPECT_NE(one.find("dominated by point 4: energy_uj -33.3 %; loss_points +0.00"),
            std::string::npos)
      << one;
  EXPECT_THROW(point_text(SweepResults(*store_), 6), std::runtime_error);
}

TEST_F(ResultsTest, json_has_every_point_in_order) {
  const SweepResults results(*store_);
  const Json json =
      Json::parse(text([&](const Sink& sink) { export_json(*store_, results, sink); }));
  EXPECT_EQ(json.at("schema"), "dcnsim.sweep/1");
  ASSERT_EQ(json.at("points").size(), 6u);
  for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(json.at("points")[i].at("id"), i);
  EXPECT_EQ(json.at("points")[1].at("metrics").at("energy_uj"), 80);
  EXPECT_EQ(json.at("points")[1].at("machine"), 1);
  EXPECT_EQ(json.at("points")[1].at("layers")[0].at("macs"), 1);
  EXPECT_EQ(json.at("points")[2].at("status"), "failed");
  EXPECT_EQ(json.at("points")[5].at("status"), "missing");
  EXPECT_TRUE(json.at("points")[5].at("metrics").is_null());
  EXPECT_EQ(json.at("points")[0].at("dominated_by"), 1);
  EXPECT_EQ(json.at("machines")[0].at("extrapolated"), true);
  EXPECT_EQ(json.at("analysis").at("best"), 1);
  EXPECT_EQ(json.at("constraints")[0].at("at_most"), 2.5);
}

TEST_F(ResultsTest, csv_has_a_line_a_point) {
  const SweepResults results(*store_);
  EXPECT_EQ(text([&](const Sink& sink) { export_csv(results, sink); }),
            "id,network,allocation,array.rows,status,reason,top1_percent,loss_points,cycles,"
            "latency_ms,energy_uj,power_mw,energy_delay_uj_ms,area_mm2,traffic_kb,model_kb,"
            "feasible,front\n"
            "0,cifar10_plain7,w4a4,8,done,,70,20,1000,1,100,100,100,1,5,1,1,0\n"
            "1,cifar10_plain7,w4a4,16,done,,70,20,1000,1,80,80,80,2,5,1,1,1\n"
            "2,cifar10_plain7,w4a4,32,failed,\"does not, \"\"fit\"\"\",,,,,,,,,,,0,0\n"
            "3,cifar10_plain7,w8a8,8,done,,90,0,1000,1,300,300,300,1,5,1,1,0\n"
            "4,cifar10_plain7,w8a8,16,done,,90,0,1000,1,200,200,200,2,5,1,1,1\n"
            "5,cifar10_plain7,w8a8,32,missing,,,,,,,,,,,,0,0\n");
}

}  // namespace
}  // namespace dcnsim
