// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/results.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "analysis/sweep/export.h"
#include "analysis/sweep/sweep_text.h"
#include "tests/support/error_of.h"
#include "tests/support/forged_store.h"

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
    p.figures = {1000, 1e-3, energy_uj * 1e6, area_mm2 * 1e6, 0.25, 5000, 8000, 10, correct, 9,
                 {},   {}};
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

TEST_F(ResultsTest, without_a_float_network_there_is_no_loss) {
  store_.reset();
  std::filesystem::remove(path_);
  SweepStore store(
      path_, SweepFacts{{"file", "s.yaml"}, {kFixedFact, "true"}, {"sweep", "{network: n.onnx}"}});
  PointBatch batch;
  batch.points = {point(0, 100, 1, 7)};
  batch.points[0].figures.float_correct.reset();
  store.add(batch);
  const SweepResults results(store);
  EXPECT_FALSE(results.points().at(0).figures.float_correct);
  EXPECT_EQ(value(results.points()[0].figures, Metric::kLoss), std::nullopt);
  EXPECT_EQ(value(results.points()[0].figures, Metric::kTop1), 70);
  store.for_each_point([](const StoredPoint& p) { EXPECT_EQ(p.layers, R"([{"macs": 1}])"); });
  const std::vector<Metric> metrics = results.metrics();
  EXPECT_EQ(std::count(metrics.begin(), metrics.end(), Metric::kLoss), 0);
  EXPECT_EQ(std::count(metrics.begin(), metrics.end(), Metric::kTop1), 1);
  EXPECT_EQ(results.settings(0).at(1).second, "as it is");
}

TEST_F(ResultsTest, constraints_take_points_out) {
  const SweepResults results(
      *store_, Judgement{{Metric::kEnergy, Metric::kLoss}, {{Metric::kArea, 1.5, {}}}});
  EXPECT_EQ(results.front(), (std::vector<std::uint64_t>{0, 3}));
  EXPECT_EQ(results.points()[1].violates, std::vector{Metric::kArea});
  EXPECT_FALSE(results.points()[1].dominated_by);
}

TEST_F(ResultsTest, a_point_exactly_at_its_limits_keeps_them) {
  const auto violators = [&](const Constraint& constraint) {
    std::vector<std::uint64_t> ids;
    const SweepResults results(*store_, Judgement{{Metric::kEnergy}, {constraint}});
    for (std::uint64_t id = 0; id < 6; ++id) {
      if (!results.points()[id].violates.empty()) ids.push_back(id);
    }
    return ids;
  };
  using Ids = std::vector<std::uint64_t>;
  EXPECT_EQ(violators({Metric::kEnergy, 200, {}}), Ids{3});
  EXPECT_EQ(violators({Metric::kEnergy, 199.9, {}}), (Ids{3, 4}));
  EXPECT_EQ(violators({Metric::kEnergy, {}, 100}), Ids{1});
  EXPECT_EQ(violators({Metric::kEnergy, {}, 100.1}), (Ids{0, 1}));
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

TEST_F(ResultsTest, the_text_says_what_accuracies_tell_apart_and_what_is_as_good) {
  const SweepResults results(*store_);
  const std::uint64_t best = *results.best();
  const Figures& figures = results.points()[best].figures;
  const std::string report = to_text(results);
  EXPECT_NE(report.find("accuracies are of " + std::to_string(figures.images) + " images"),
            std::string::npos)
      << report;
  EXPECT_NE(report.find("half a point is 0.05 of them"), std::string::npos) << report;
  EXPECT_EQ(report.find("as good in all objectives"), std::string::npos) << report;
  PointBatch twin;
  twin.points = {point(5, 80, 2, 7)};
  store_->add(twin);
  EXPECT_NE(to_text(SweepResults(*store_)).find("as good in all objectives: 5"), std::string::npos);
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
  EXPECT_EQ(json.at("analysis").at("images"), 10);
  EXPECT_EQ(json.at("constraints")[0].at("at_most"), 2.5);
}

/// Stores come from colleagues.
TEST_F(ResultsTest, texts_of_a_store_are_shown_on_one_line_without_control_characters) {
  const std::string odd =
      "\x1b[2J\xC2\x9B"
      "1m\n=x\xff";
  store_->remove_failed();
  store_->add({{}, {{2, odd, {}, {}}}});
  store_.reset();
  SQLite::Database sql(path_, SQLite::OPEN_READWRITE);
  SQLite::Statement set(sql, "UPDATE fact SET value = ? || value WHERE name = 'sweep'");
  set.bind(1, "name: \"n\\e[2J\\x9b\\n\"\nnetwork: \"a\\eb\"\n");
  set.exec();
  renew_checksums(sql);
  SweepStore store(path_);
  const SweepResults results(store);
  const std::string csv = text([&](const Sink& sink) { export_csv(results, sink); });
  for (const std::string& shown : {to_text(results), point_text(results, 2), csv}) {
    EXPECT_NE(shown.find("?[2J?1m?=x?"), std::string::npos) << shown;
    for (const char* bad : {"\x1b", "\xC2\x9B", "\xff", "\r"}) {
      EXPECT_EQ(shown.find(bad), std::string::npos) << shown;
    }
  }
  EXPECT_EQ(to_text(results).rfind("n?[2J??: 6 points", 0), 0u) << to_text(results);
  EXPECT_EQ(results.settings(0)[0].second, "a?b");
}

TEST_F(ResultsTest, wrong_json_in_a_store_is_named) {
  const auto error = [&](const std::string& update) {
    store_.reset();
    forge(path_, update);
    SweepStore store(path_);
    const SweepResults results(store);
    return error_of([&] { export_json(store, results, [](std::string_view) {}); }, path_ + ": ");
  };
  EXPECT_EQ(error("SELECT 1"), "no error");
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  struct Column {
    std::string set, good, where, expected;
  };
  for (const Column& column :
       {Column{"UPDATE machine SET json = '@' WHERE id = 0", "{}",
               "machine 0: json: ", "an object"},
        Column{"UPDATE OR REPLACE provenance SET json = '@'", R"({"extrapolated":false})",
               "machine 0: provenance: ", "an object"},
        Column{"UPDATE fact SET value = '@' WHERE name = 'inputs'", "[]",
               "fact inputs: ", "a list"},
        Column{"UPDATE fact SET value = '@' WHERE name = 'networks'", "[]",
               "fact networks: ", "a list"},
        Column{"UPDATE fact SET value = '@' WHERE name = 'components'", "{}",
               "fact components: ", "an object"},
        Column{"UPDATE point SET layers = '@' WHERE id = 1", "[]",
               "point 1: layers: ", "a list"}}) {
    const auto with = [&](const std::string& json) {
      std::string update = column.set;
      return error(update.replace(update.find('@'), 1, json));
    };
    for (const std::string json : {"[]", "{}", "null", "\"x\"", "-1", "1e308"}) {
      if (json == column.good || (json == "{}" && column.expected == "an object")) continue;
      EXPECT_EQ(with(json), column.where + "expected " + column.expected);
    }
    for (const std::string json : {"nonsense", "[1e999]", "{"}) {
      EXPECT_EQ(with(json), column.where + "not a JSON file, or cut short");
    }
    EXPECT_EQ(with(deep), column.where + "lists and objects nested more than 64 deep");
    EXPECT_EQ(with(column.good), "no error");
  }
}

TEST_F(ResultsTest, csv_has_a_line_a_point) {
  const SweepResults results(*store_);
  EXPECT_EQ(text([&](const Sink& sink) { export_csv(results, sink); }),
            "id,network,allocation,array.rows,status,reason,top1_percent,loss_points,cycles,"
            "latency_ms,energy_uj,power_mw,energy_delay_uj_ms,area_mm2,traffic_kb,model_kb,"
            "clock_slack,feasible,front\n"
            "0,cifar10_plain7,w4a4,8,done,,70,20,1000,1,100,100,100,1,5,1,0.75,1,0\n"
            "1,cifar10_plain7,w4a4,16,done,,70,20,1000,1,80,80,80,2,5,1,0.75,1,1\n"
            "2,cifar10_plain7,w4a4,32,failed,\"does not, \"\"fit\"\"\",,,,,,,,,,,,0,0\n"
            "3,cifar10_plain7,w8a8,8,done,,90,0,1000,1,300,300,300,1,5,1,0.75,1,0\n"
            "4,cifar10_plain7,w8a8,16,done,,90,0,1000,1,200,200,200,2,5,1,0.75,1,1\n"
            "5,cifar10_plain7,w8a8,32,missing,,,,,,,,,,,,,0,0\n");
}

}  // namespace
}  // namespace dcnsim
