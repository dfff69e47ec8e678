// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/page/page.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "analysis/report/page/packed.h"
#include "analysis/report/page/page_data.h"
#include "tests/analysis/report/page/results.h"
#include "tests/support/json_mutations.h"

namespace dcnsim {
namespace {

const std::string kHostile = "</script><img src=x onerror=alert(1)>&{{data}}\xE2\x80\xA8'\"";
/// Without the line separator.
const std::string kShown = "</script><img src=x onerror=alert(1)>&{{data}} '\"";

std::string page(const Json& result) { return report_page({{"r.json", result.dump()}}); }

std::string error(const std::vector<PageInput>& inputs) {
  try {
    report_page(inputs);
  } catch (const std::runtime_error& e) {
    return e.what();
  }
  return "no error";
}

std::string error_of(const Json& result) { return error({{"r.json", result.dump()}}); }

std::size_t occurrences(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++count;
  return count;
}

/// The page's data, as its scripts read it.
Json data_of(const std::string& html) {
  const std::string begin = "<script type=\"application/json\" id=\"data\">";
  const std::size_t from = html.find(begin) + begin.size();
  return Json::parse(html.substr(from, html.find("</script>", from) - from));
}

TEST(Page, holds_a_run_a_comparison_or_a_sweep) {
  EXPECT_EQ(data_of(page(run_result()))["runs"].size(), 1u);
  const std::string run = run_result().dump();
  for (const std::size_t count : {2u, 3u, 6u}) {
    const Json data = data_of(report_page(std::vector<PageInput>(count, {"a", run})));
    EXPECT_EQ(data["runs"].size(), count);
    EXPECT_EQ(data["pairs"].size(), count - 1);
  }
  EXPECT_EQ(data_of(page(sweep_result()))["sweep"]["points"]["id"], Json({0, 1}));
}

TEST(Page, of_a_quantization_has_ranges_and_what_lies_beyond_them) {
  const Json data = data_of(page(quantize_result()));
  EXPECT_EQ(data["kind"], "quantize");
  const Json& tensor = data["result"]["tensors"][0];
  EXPECT_EQ(tensor["range"], Json({{"low", -4}, {"high", 3.96875}, {"step", 0.03125}}));
  const Json& values = tensor["values"];
  EXPECT_EQ(values["zeros"], 1);
  EXPECT_EQ(values["others"], 9);
  EXPECT_NEAR(values["low"].get<double>(), -6, 6.0 / 128);
  EXPECT_EQ(values["high"], 8);
  EXPECT_NEAR(values["beyond"].get<double>(), 2.0 / 9, 1e-9);
  EXPECT_NEAR(values["to_zero"].get<double>(), 1.0 / 9, 1e-9);
  Json old = quantize_result();
  old["tensors"][0].erase("range");
  old["tensors"][0].erase("values");
  EXPECT_TRUE(data_of(page(old))["result"]["tensors"][0]["values"].is_null());
}

TEST(Page, of_an_allocation_has_accuracies_with_intervals) {
  const Json data = data_of(page(allocation_result()));
  EXPECT_EQ(data["kind"], "allocation");
  // Wilson's interval of 90 of 100.
  for (const Json& figures : {data["result"]["allocation"], data["result"]["curve"][1]}) {
    EXPECT_NEAR(figures["accuracy"]["percent"].get<double>(), 90, 1e-9);
    EXPECT_NEAR(figures["accuracy"]["low"].get<double>(), 82.56, 0.01);
    EXPECT_NEAR(figures["accuracy"]["high"].get<double>(), 94.48, 0.01);
  }
  Json none = allocation_result();
  none["images"] = 0;
  none["float_top1"] = none["allocation"]["correct"] = none["equal_widths"][0]["correct"] = nullptr;
  EXPECT_TRUE(data_of(page(none))["result"]["allocation"]["accuracy"].is_null());
  Json more = allocation_result();
  more["allocation"]["correct"] = 101;
  EXPECT_EQ(error_of(more), "r.json: /allocation/correct: expected at most /images");
}

Json pair_of(const Json& a, const Json& b) {
  return data_of(report_page({{"a", a.dump()}, {"b", b.dump()}}))["pairs"][0];
}

Json run_with(const std::string& right, const std::string& images_sha256 = "i") {
  Json run = run_result();
  run["images"] = right.size();
  run["accuracy"]["correct"] = std::count(right.begin(), right.end(), '1');
  run["accuracy"]["right"] = right;
  run["inputs"].push_back({{"role", "images"}, {"path", "t.bin"}, {"sha256", images_sha256}});
  return run;
}

TEST(Page, accuracies_differ_if_the_same_images_bear_it_out) {
  const std::string ten(10, '1'), rest(40, '1');
  // 10 images against 0: p = 2 / 1024; 4 against 0: 2 / 16.
  const Json ten_less = pair_of(run_with(ten + rest), run_with(std::string(10, '0') + rest));
  EXPECT_TRUE(ten_less["differ"]) << ten_less;
  EXPECT_NE(ten_less["why"].get<std::string>().find("10 images right in A alone, 0 in B alone"),
            std::string::npos);
  EXPECT_NE(ten_less["why"].get<std::string>().find("p = 0.002"), std::string::npos) << ten_less;
  const Json third = data_of(report_page({{"a", run_with(ten + rest).dump()},
                                          {"b", run_with(ten + rest).dump()},
                                          {"c", run_with("0000111111" + rest).dump()}}))["pairs"];
  EXPECT_NE(third[0]["why"].get<std::string>().find("0 in B alone"), std::string::npos);
  EXPECT_NE(third[1]["why"].get<std::string>().find("4 images right in A alone, 0 in C alone"),
            std::string::npos);
  const Json four_less = pair_of(run_with(ten + rest), run_with("0000111111" + rest));
  EXPECT_FALSE(four_less["differ"]) << four_less;
  EXPECT_NE(four_less["why"].get<std::string>().find("p = 0.12"), std::string::npos) << four_less;
}

TEST(Page, accuracies_of_a_sweep_have_intervals) {
  Json sweep = sweep_result();
  sweep["metrics"].push_back(
      {{"name", "top1_percent"}, {"unit", "%"}, {"better", "higher"}, {"meaning", "right"}});
  sweep["points"][0]["metrics"]["top1_percent"] = 90;
  sweep["points"][1]["metrics"]["top1_percent"] = 100;
  EXPECT_EQ(data_of(page(sweep))["sweep"]["accuracy_ranges"], Json::array());
  sweep["analysis"]["images"] = 100;
  const Json ranges = data_of(page(sweep))["sweep"]["accuracy_ranges"];
  ASSERT_EQ(ranges.size(), 2u);
  EXPECT_EQ(ranges[0][0], 90);
  EXPECT_NEAR(ranges[0][1].get<double>(), 82.56, 0.01);  // Wilson's interval of 90 of 100
  EXPECT_NEAR(ranges[0][2].get<double>(), 94.48, 0.01);
  EXPECT_NEAR(ranges[1][1].get<double>(), 96.30, 0.01);
  EXPECT_EQ(ranges[1][2], 100);
  sweep["analysis"]["images"] = 2'000'000'000;
  EXPECT_EQ(error_of(sweep), "r.json: /analysis/images: expected at most 1000000000 images");
}

TEST(Page, accuracies_on_unlike_images_are_not_compared) {
  const std::string good(50, '1'), bad(50, '0');
  for (const Json& other : {run_with(bad, "j"), run_with(bad + "0", "i")}) {
    const Json pair = pair_of(run_with(good), other);
    EXPECT_FALSE(pair["differ"]);
    EXPECT_NE(pair["why"].get<std::string>().find("of different images"), std::string::npos)
        << pair;
  }
  Json old = run_with(bad);
  old["accuracy"].erase("right");
  EXPECT_FALSE(pair_of(run_with(good), old)["differ"]);
  Json without = run_with(bad);
  without["accuracy"]["top1"] = nullptr;
  EXPECT_TRUE(pair_of(run_with(good), without).is_null());
  Json damaged = run_with(bad);
  damaged["accuracy"]["right"] = "0102";
  EXPECT_THROW(pair_of(run_with(good), damaged), std::runtime_error);
}

TEST(Page, loads_nothing_and_allows_only_its_own_scripts) {
  const std::string html = page(sweep_result());
  const std::string before_scripts = html.substr(0, html.find("<script"));
  EXPECT_EQ(occurrences(before_scripts, " href=\""),
            occurrences(before_scripts, " href=\"data:,\"") +
                occurrences(before_scripts, " href=\"#content\""));
  EXPECT_EQ(html.find(" src=\""), std::string::npos);
  EXPECT_NE(html.find("default-src 'none'; script-src 'sha256-"), std::string::npos);
  EXPECT_EQ(html.find("unsafe-inline"), std::string::npos);
  EXPECT_NE(html.find("Mike Bostock"), std::string::npos);  // the licence of d3
}

/// Without its signs for code.
std::string glossary_file() {
  std::ifstream file(DCNSIM_SOURCE_DIR "/GLOSSARY.md");
  std::string text{std::istreambuf_iterator<char>(file), {}};
  text.erase(std::remove(text.begin(), text.end(), '`'), text.end());
  return text;
}

TEST(Page, has_an_entry_of_the_glossary_for_every_term_of_its_scripts) {
  const std::string html = page(run_result());
  const std::string script = html.substr(html.find("const kWordList"));
  // What names a word, and a table of them.
  std::set<std::string> words;
  const std::regex named("\\b[a-zA-Z]*[wW]ord: \"([^\"]+)\"");
  for (std::sregex_iterator at(script.begin(), script.end(), named), end; at != end; ++at) {
    words.insert((*at)[1]);
  }
  const std::size_t table = script.find("const kPartWords = {");
  const std::string texts = script.substr(table, script.find("};", table) - table);
  const std::regex value(": \"([^\"]+)\"");
  for (std::sregex_iterator at(texts.begin(), texts.end(), value), end; at != end; ++at) {
    words.insert((*at)[1]);
  }
  EXPECT_GT(words.size(), 40u);
  const Json glossary = data_of(html)["glossary"];
  for (const std::string& word : words) {
    EXPECT_EQ(std::count_if(glossary.begin(), glossary.end(),
                            [&](const Json& entry) {
                              return std::count(entry["words"].begin(), entry["words"].end(), word);
                            }),
              1)
        << word;
  }
}

TEST(Page, says_of_a_term_what_the_glossary_says) {
  const std::string file = glossary_file();
  const Json glossary = data_of(page(run_result()))["glossary"];
  EXPECT_LT(glossary.size() + 10, occurrences(file, "\n| ")) << "words that no page uses";
  for (const Json& entry : glossary) {
    const std::string head = entry["head"], meaning = entry["meaning"];
    EXPECT_NE(file.find("| " + head.substr(0, 5)), std::string::npos) << head;
    EXPECT_NE(file.find("| " + meaning.substr(0, 20)), std::string::npos) << meaning;
    for (const char* markdown : {"`", "](", "|"}) {
      EXPECT_EQ((head + meaning).find(markdown), std::string::npos) << meaning;
    }
  }
}

TEST(Page, has_the_same_glossary_whatever_the_names_of_a_result) {
  Json run = run_result();
  run["layers"][0]["name"] = "quantum";
  run["warnings"] = Json::array({"\"quantum\""});
  run["energy"]["by_component"]["\"quantum\""] = 1;
  EXPECT_EQ(data_of(page(run))["glossary"], data_of(page(sweep_result()))["glossary"]);
}

TEST(Page, equal_results_give_equal_bytes) {
  EXPECT_EQ(page(run_result()), page(run_result()));
  EXPECT_EQ(page(sweep_result()), page(sweep_result()));
}

TEST(Page, names_cannot_become_markup) {
  Json run = run_result();
  run["layers"][0]["name"] = run["inputs"][0]["path"] = run["version"] = kHostile;
  run["warnings"] = Json::array({kHostile});
  run["energy"]["by_component"][kHostile] = 1;
  Json sweep = sweep_result();
  sweep["name"] = sweep["axes"][0]["name"] = sweep["machines"][0]["name"] = kHostile;
  sweep["analysis"]["sensitivity"][0]["axes"][0]["axis"] = kHostile;
  sweep["points"][1]["reason"] = sweep["components"]["cycles"][0] = kHostile;
  const std::string scripts = "</script>";
  for (const Json& result : {run, sweep}) {
    const std::string html = page(result);
    EXPECT_EQ(html.find("<img"), std::string::npos);
    EXPECT_EQ(occurrences(html, scripts), occurrences(page(run_result()), scripts));
  }
  EXPECT_EQ(data_of(page(run))["runs"][0]["layers"][0]["name"], kShown);
  const Json data = data_of(page(sweep));
  EXPECT_EQ(data["sweep"]["name"], kShown);
}

/// U+202E lets what follows it, figures too, read backwards.
TEST(Page, names_cannot_change_how_their_neighbours_are_shown) {
  const std::string odd =
      "a\xE2\x80\xAE"
      "b\x1b[2J\xC2\x9B"
      "1m\x07";
  const std::string shown = "a b [2J 1m ";
  Json run = run_result(), sweep = sweep_result();
  run["layers"][0]["name"] = run["inputs"][0]["path"] = odd;
  run["energy"]["by_component"][odd] = 1;
  sweep["name"] = sweep["metrics"][0]["name"] = sweep["objectives"][0] = odd;
  sweep["constraints"][0]["metric"] = sweep["analysis"]["sensitivity"][0]["metric"] = odd;
  sweep["spec_yaml"] = "name: " + odd + "\naxes: []\n";
  for (const std::string& html : {page(run), page(sweep)}) {
    for (const char* part : {"\xE2\x80\xAE", "\\u202e", "\x1b", "\\u001b", "\xC2\x9B", "\\u009b"}) {
      EXPECT_EQ(html.find(part), std::string::npos) << part;
    }
  }
  EXPECT_EQ(data_of(page(run))["runs"][0]["layers"][0]["name"], shown);
  const Json data = data_of(page(sweep))["sweep"];
  EXPECT_EQ(data["name"], shown);
  EXPECT_EQ(data["spec_yaml"], "name: " + shown + "\naxes: []\n");
  EXPECT_EQ(data["metrics"][0]["name"], shown);
  EXPECT_TRUE(data["points"]["metrics"].contains(shown)) << "columns are found by their names";
}

TEST(Page, text_that_is_no_json_is_refused) {
  const std::string whole = run_result().dump();
  for (const std::string& text :
       {std::string(), std::string("{"), std::string("{\"schema\": NaN}"), whole + "x",
        whole.substr(0, whole.size() / 2), std::string("{\"schema\": 1e999}")}) {
    EXPECT_EQ(error({{"r.json", text}}), "r.json: not a JSON file, or cut short")
        << text.substr(0, 40);
  }
  // Moved while the object grows, such a list took the stack with it.
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  EXPECT_EQ(error({{"r.json", R"({"x":)" + deep + R"(,"schema":"dcnsim.run/1"})"}}),
            "r.json: lists and objects nested more than 64 deep");
}

TEST(Page, other_schemas_are_refused) {
  EXPECT_EQ(error_of(Json::parse("[]")), "r.json: /schema: missing");
  EXPECT_EQ(error_of(Json{{"schema", 1}}), "r.json: /schema: expected a string");
  EXPECT_EQ(error_of(Json{{"schema", "dcnsim.sweep/2"}}),
            "r.json: /schema: dcnsim.sweep/2, expected dcnsim.run/1, dcnsim.sweep/1, "
            "dcnsim.allocate/1 or dcnsim.quantize/1");
  EXPECT_EQ(error({{"a", run_result().dump()}, {"b", sweep_result().dump()}}),
            "b: /schema: dcnsim.sweep/1, expected dcnsim.run/1 in all files of a comparison");
  EXPECT_EQ(error(std::vector<PageInput>{}), "0 results, expected one to 6");
  EXPECT_EQ(error(std::vector<PageInput>(7, {"r", run_result().dump()})),
            "7 results, expected one to 6");
}

TEST(Page, every_field_is_checked) {
  for (const Json& result : {run_result(), sweep_result()}) {
    ASSERT_EQ(error_of(result), "no error");
    const auto read = [](const std::string& text) { report_page({{"r.json", text}}); };
    expect_clean_refusals(result, "r.json: ", read, "/");
  }
}

TEST(Page, every_field_of_a_quantization_and_of_an_allocation_is_checked) {
  for (const Json& result : {quantize_result(), allocation_result()}) {
    ASSERT_EQ(error_of(result), "no error");
    const auto read = [](const std::string& text) { page::results_data({{"r.json", text}}); };
    expect_clean_refusals(result, "r.json: ", read, "/");
  }
}

TEST(Page, a_wrong_field_is_named) {
  Json run = run_result();
  run["layers"][0].erase("macs");
  EXPECT_EQ(error_of(run), "r.json: /layers/0/macs: missing");
  run = run_result();
  run["accelerator_yaml"] = "name: x\nbanana: 1\n";
  EXPECT_EQ(error_of(run).rfind("r.json: /accelerator_yaml", 0), 0u) << error_of(run);
  Json sweep = sweep_result();
  sweep["points"][1]["id"] = 18446744073709551615u;
  EXPECT_EQ(error_of(sweep), "r.json: /points/1/id: expected a whole number, not negative");
  sweep = sweep_result();
  sweep["points"][1]["settings"]["allocation.weights"] = 5;
  EXPECT_EQ(error_of(sweep), "r.json: /points/1/settings: a value that its axis does not have");
  sweep = sweep_result();
  sweep["points"][1]["layers"][0]["cycles"] = {1};
  EXPECT_EQ(error_of(sweep), "r.json: /points/1/layers/0/cycles: expected a list of 2 numbers");
  sweep = sweep_result();
  sweep["points"][0]["machine"] = 1;
  EXPECT_EQ(error_of(sweep), "r.json: /points/0/machine: 1, expected less than 1");
}

TEST(Page, a_sweep_may_have_no_points_and_metrics_no_value) {
  Json sweep = sweep_result();
  sweep["points"][0]["metrics"]["loss_points"] = nullptr;
  sweep["points"][1]["metrics"].erase("loss_points");
  EXPECT_EQ(data_of(page(sweep))["sweep"]["points"]["metrics"]["loss_points"],
            Json({nullptr, nullptr}));
  sweep["points"] = Json::array();
  sweep["analysis"] = {{"front", Json::array()}, {"best", nullptr}, {"sensitivity", Json::array()}};
  EXPECT_EQ(data_of(page(sweep))["sweep"]["points"]["id"], Json::array());
}

TEST(Page, failed_points_keep_their_reason_and_have_no_figures) {
  Json sweep = sweep_result();
  sweep["points"][1]["status"] = "failed";
  sweep["points"][1]["reason"] = "does not fit";
  sweep["points"][1]["layers"] = Json::array();
  const Json points = data_of(page(sweep))["sweep"]["points"];
  EXPECT_EQ(points["reason"][1], "does not fit");
  EXPECT_TRUE(points["metrics"]["energy_uj"][1].is_null());
}

TEST(Page, settings_may_be_lists_of_widths) {
  Json sweep = sweep_result();
  sweep["axes"][0]["values"][1] = {{8, 6, 4}};
  sweep["points"][1]["settings"]["allocation.weights"] = {8, 6, 4};
  EXPECT_EQ(data_of(page(sweep))["sweep"]["axes"][0]["values"][1], Json({"8 6 4"}));
}

TEST(Page, results_without_the_memorys_peak_are_shown_without_its_roof) {
  Json run = run_result();
  EXPECT_EQ(data_of(page(run))["runs"][0]["machine"]["dram_peak_bytes_per_s"], 6.4e9);
  run.erase("dram_peak_bytes_per_s");
  EXPECT_TRUE(data_of(page(run))["runs"][0]["machine"]["dram_peak_bytes_per_s"].is_null());
}

TEST(Page, what_a_stream_gets_is_shown_where_it_was_asked_for) {
  Json run = run_result();
  const auto value_of = [&run](const std::string& name) {
    const Json data = data_of(page(run));
    for (const Json& metric : data["runs"][0]["metrics"]) {
      if (metric["name"] == name) return metric["value"];
    }
    return Json("none");
  };
  EXPECT_EQ(value_of("images_per_s"), "none");
  run["throughput"] = {{"images_per_s", 400}, {"energy_pj_an_image", 5e8}};
  EXPECT_EQ(value_of("images_per_s"), 400);
  EXPECT_EQ(value_of("stream_energy_uj"), 500);
  run["throughput"]["images_per_s"] = 0;
  EXPECT_EQ(error_of(run).rfind("r.json: /throughput/images_per_s: ", 0), 0u) << error_of(run);
}

TEST(Page, a_network_is_called_as_its_file_is) {
  Json run = run_result();
  for (const char* const file : {"nets/small.onnx", "nets/small.onnx.gz"}) {
    run["inputs"][0]["path"] = file;
    EXPECT_EQ(data_of(page(run))["runs"][0]["network"], "small");
  }
}

TEST(Page, inputs_that_come_with_dcnsim_are_marked) {
  Json run = run_result();
  const auto shipped = [&run] { return data_of(page(run))["runs"][0]["inputs"][0]["shipped"]; };
  EXPECT_EQ(shipped(), false);
  run["inputs"][0]["shipped"] = true;
  EXPECT_EQ(shipped(), true);
  run["inputs"][0].erase("shipped");
  EXPECT_EQ(shipped(), false);
}

TEST(PackedBytes, are_what_a_browser_expects) {
  EXPECT_EQ(page::base64(""), "");
  EXPECT_EQ(page::base64("any carnal pleas"), "YW55IGNhcm5hbCBwbGVhcw==");
  EXPECT_EQ(page::csp_hash("alert('Hello, world.');"),
            "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='");
  EXPECT_EQ(page::html_escaped("<a href='\"'>&"), "&lt;a href=&#39;&quot;&#39;&gt;&amp;");
  EXPECT_EQ(page::script_safe("</script>&"), "\\u003c/script\\u003e\\u0026");
}

}  // namespace
}  // namespace dcnsim
