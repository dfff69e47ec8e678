// SPDX-License-Identifier: Apache-2.0
#include "analysis/plot/plot.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <clocale>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <random>
#include <sstream>
#include <stdexcept>

namespace dcnsim {
namespace {

namespace fs = std::filesystem;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

Plot curves() {
  Plot plot;
  plot.title = "Accuracy against size";
  plot.subtitle = "ResNet-8, CIFAR-10";
  plot.x_label = "model size, kB";
  plot.y_label = "top-1, %";
  plot.series = {{"greedy", {{20, 71.2}, {44, 85.2}, {78, 87.1}}},
                 {"uniform", {{20, 52}, {39, 80}, {78, 86.9}}}};
  return plot;
}

Plot layers() {
  Plot plot;
  plot.y_label = "SQNR, dB";
  plot.x_ticks = {"conv1", "layer1.0.conv1", "fc"};
  plot.series = {{"4 bits", {{0, 24.2}, {1, 18.5}, {2, 19.9}}}};
  return plot;
}

std::string svg_script(const Plot& plot) { return gnuplot_script(plot, PictureFormat::kSvg); }

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string content(const fs::path& path) {
  std::stringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

/// As gnuplot writes text into XML.
std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    result += c == '&' ? "&amp;" : c == '<' ? "&lt;" : std::string(1, c);
  }
  return result;
}

/// Tags nest, attributes are quoted, & begins an entity XML knows: enough of XML 1.0 for pictures.
::testing::AssertionResult well_formed(const std::string& xml) {
  std::vector<std::string> open;
  for (std::size_t at = 0; at < xml.size(); ++at) {
    const std::string_view rest = std::string_view(xml).substr(at);
    if (rest[0] == '&') {
      const std::string_view name = rest.substr(1, rest.find(';') - 1);
      if (name != "amp" && name != "lt" && name != "gt" && name != "quot" && name != "apos") {
        return ::testing::AssertionFailure() << "entity " << rest.substr(0, 20);
      }
    }
    if (rest[0] != '<') continue;
    if (rest.substr(0, 9) == "<![CDATA[") {
      at += rest.find("]]>") + 2;
      continue;
    }
    const std::string_view tag = rest.substr(1, rest.find('>') - 1);
    if (tag.find('<') != std::string_view::npos || tag.empty()) {
      return ::testing::AssertionFailure() << "tag " << rest.substr(0, 40);
    }
    at += tag.size() + 1;
    const std::string name(tag.substr(0, tag.find_first_of(" \t\r\n/", 1)));
    if (name[0] == '?' || name[0] == '!' || tag.back() == '/') continue;
    if (name[0] != '/') {
      open.push_back(name);
    } else if (open.empty() || "/" + open.back() != name) {
      return ::testing::AssertionFailure() << "closes " << name;
    } else {
      open.pop_back();
    }
  }
  if (!open.empty()) return ::testing::AssertionFailure() << "open: " << open.back();
  return ::testing::AssertionSuccess();
}

class Picture : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "dcnsim_plot_XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string drawn(const Plot& plot, const std::string& name = "picture.svg") const {
    draw(plot, folder_ / name);
    return content(folder_ / name);
  }

  /// Makes `script` what the name gnuplot means for the rest of this process.
  void replace_gnuplot(const std::string& script) const {
    std::ofstream(folder_ / "gnuplot") << "#!/bin/sh\n" << script;
    fs::permissions(folder_ / "gnuplot", fs::perms::owner_all);
    ASSERT_EQ(::setenv("PATH", (folder_.string() + ":/bin").c_str(), 1), 0);
  }

  fs::path folder_;
};

std::string error_of_drawing(const Plot& plot, const std::string& path) {
  try {
    draw(plot, path);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "no error";
}

TEST_F(Picture, ShowsAllTexts) {
  Plot plot = layers();
  plot.title = "Noise";
  plot.subtitle = "per layer";
  plot.x_label = "layer, from the input";
  const std::string svg = drawn(plot);
  EXPECT_TRUE(well_formed(svg));
  for (const char* text : {"Noise", "per layer", "SQNR, dB", "layer, from the input", "conv1",
                           "layer1.0.conv1", "fc", "4 bits"}) {
    EXPECT_TRUE(contains(svg, std::string("<text>") + text + "</text>")) << text;
  }
  EXPECT_TRUE(contains(svg, "width=\"900\" height=\"560\"")) << svg.substr(0, 400);
}

TEST_F(Picture, EqualPlotsGiveEqualBytes) {
  for (const char* name : {"a.svg", "a.png"}) {
    EXPECT_EQ(drawn(curves(), name), drawn(curves(), name)) << name;
  }
}

TEST_F(Picture, HoldsAPngOfTwiceTheSize) {
  const std::string png = drawn(curves(), "picture.png");
  EXPECT_EQ(png.substr(0, 8), "\x89PNG\r\n\x1A\n");
  EXPECT_EQ(png.substr(12, 12), std::string("IHDR\0\0\x07\x08\0\0\x04\x60", 12));
}

TEST_F(Picture, TextsCannotCommandGnuplot) {
  const std::string touched = (folder_ / "touched").string();
  const std::vector<std::pair<std::string, std::string>> texts{
      {"\"; system(\"touch " + touched + "\")", "touch"},
      {"'; system('touch " + touched + "'); '", "touch"},
      {"`touch " + touched + "`", "`touch"},
      {"a\nsystem('touch " + touched + "')\n", "a system('touch"},
      {"a\rb\x1B[31m", "a b [31m"},
      {"\\\"; ! touch " + touched, "\\\"; ! touch"},
      {"@macro $series0 END", "@macro $series0 END"},
      {"END\nEND\n", "END END"},
      {"{/Bold x}^2_3 ~a{.8-}", "{/Bold x}^2_3 ~a{.8-}"},
      {"%s%n%d 100% \\U+00e9", "%s%n%d 100% \\U+00e9"},
      {"</text><script>&amp;", "&lt;/text>&lt;script>&amp;amp;"},
      {"größe 精度", "größe 精度"},
      {"(1) 2*3 +4 =5 @6", "(1) 2*3 +4 =5 @6"},
      {"\\", "<text>\\</text>"},
      {"trailing\\", "trailing\\"},
      {"bad \xFF\xC0\xA7 bytes", "bad \xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD bytes"},
  };
  for (const auto& [text, shown] : texts) {
    Plot plot = layers();
    plot.title = plot.subtitle = plot.x_label = plot.y_label = text;
    plot.series.push_back({text, {{0, 1}, {2, 2}}});
    plot.series.push_back({"for which the legend is below", {{0, 1}}});  // names are kept there
    const std::string svg = drawn(plot);
    EXPECT_TRUE(well_formed(svg)) << text;
    std::size_t count = 0;
    for (std::size_t at = 0; (at = svg.find(shown, at)) != std::string::npos; ++at) ++count;
    EXPECT_GE(count, 5U) << text;  // four labels and the legend

    plot = layers();
    plot.x_ticks[1] = text;
    const std::string ticks = drawn(plot);
    EXPECT_TRUE(well_formed(ticks)) << text;
    EXPECT_TRUE(contains(ticks, shown)) << text;
    EXPECT_FALSE(drawn(plot, "picture.png").empty());
    EXPECT_FALSE(fs::exists(touched)) << text;
  }
}

TEST_F(Picture, ShowsAnyMixtureOfSpecialCharactersAsItIs) {
  constexpr std::string_view kSpecial = "'\"`@\\{}$%#;!()[]<>&^_~+*/=?|:,.-0n1Ux ";
  std::mt19937 random(5);
  Plot plot;
  for (int i = 0; i < 28; ++i) {
    std::string text;
    for (int k = 0; k < 12; ++k) text += kSpecial[random() % kSpecial.size()];
    plot.x_ticks.push_back(text);
    plot.series.push_back({text + text, {{1.0 * i, 1.0 * i}}});
  }
  const std::string svg = drawn(plot);
  EXPECT_TRUE(well_formed(svg));
  for (int i = 0; i < 28; ++i) {
    const auto k = static_cast<std::size_t>(i);
    EXPECT_TRUE(contains(svg, ">" + escaped(plot.x_ticks[k]) + "</text>")) << plot.x_ticks[k];
    EXPECT_TRUE(contains(svg, ">" + escaped(plot.series[k].name) + "</text>"))
        << plot.series[k].name;
  }
}

TEST_F(Picture, CutsTickNamesWithPercentSignsBetweenLetters) {
  Plot plot = layers();
  plot.x_ticks[1] = "%";
  for (int i = 0; i < 30; ++i) plot.x_ticks[1] += "精";
  EXPECT_TRUE(contains(drawn(plot), "<text>%精精精精精精精精精精精精精精…</text>"));
}

TEST_F(Picture, DrawsManySeriesAndNames) {
  Plot plot;
  for (int i = 0; i < 200; ++i) plot.x_ticks.push_back("layer" + std::to_string(i));
  for (int i = 0; i < 20; ++i) {
    plot.series.push_back({"series" + std::to_string(i), {{0, 1.0 * i}, {199, 2.0 * i}}});
  }
  const std::string svg = drawn(plot);
  EXPECT_TRUE(well_formed(svg));
  EXPECT_TRUE(contains(svg, "<text>series19</text>"));
  EXPECT_TRUE(contains(svg, "<text>layer0</text>"));
  EXPECT_FALSE(contains(svg, "<text>layer1</text>"));
}

TEST_F(Picture, CopesWithExtremeRanges) {
  const std::vector<std::vector<Point>> extremes{
      {{3, 4}},
      {{0, 0}},
      {{1, 1}, {1, 1}},
      {{-1e300, -1e300}, {1e300, 1e300}},
      {{1, 1}, {1 + 1e-15, 1 + 1e-15}},
      {{5e-324, 5e-324}, {1e-320, 1e-320}},
      {{1e300, 1e300}, {1e300, 1e300}},
  };
  for (const std::vector<Point>& points : extremes) {
    Plot plot;
    plot.series = {{"a", points}};
    EXPECT_TRUE(contains(drawn(plot), "<text>a</text>")) << points[0].x;
  }
  Plot plot;
  plot.log_x = true;
  for (const std::vector<Point>& points : std::vector<std::vector<Point>>{
           {{7, 1}}, {{1e-300, 1}, {1e300, 2}}, {{100, 1}, {100.5, 2}}, {{1e300, 1}}}) {
    plot.series = {{"a", points}};
    EXPECT_TRUE(contains(drawn(plot), "<text>a</text>")) << points[0].x;
  }
}

TEST_F(Picture, RefusesOtherExtensions) {
  for (const char* name : {"picture", "picture.jpg", "picture.svg.txt", ".svg", ""}) {
    EXPECT_THROW(draw(curves(), name), std::invalid_argument) << name;
  }
}

TEST_F(Picture, AFailureLeavesTheOldFile) {
  const fs::path path = folder_ / "picture.svg";
  std::ofstream(path) << "old";
  EXPECT_THROW(draw(Plot{}, path), std::invalid_argument);
  ASSERT_NO_FATAL_FAILURE(replace_gnuplot("echo half a picture\nexit 1\n"));
  EXPECT_THROW(draw(curves(), path), std::runtime_error);
  EXPECT_EQ(content(path), "old");
}

TEST_F(Picture, CannotBeWrittenWhereThereIsNoFolder) {
  EXPECT_THROW(draw(curves(), folder_ / "missing" / "picture.svg"), std::runtime_error);
  fs::create_directory(folder_ / "taken.svg");
  EXPECT_THROW(draw(curves(), folder_ / "taken.svg"), std::runtime_error);
  EXPECT_TRUE(fs::is_directory(folder_ / "taken.svg"));
}

TEST_F(Picture, SaysWhatToInstallWithoutGnuplot) {
  ASSERT_EQ(::setenv("PATH", folder_.c_str(), 1), 0);
  EXPECT_EQ(error_of_drawing(curves(), folder_ / "picture.svg"),
            "gnuplot: cannot be started: No such file or directory; install gnuplot-nox (5.4 or "
            "newer) to draw pictures");
}

TEST_F(Picture, SaysInOneLineHowGnuplotFailed) {
  Plot plot = curves();
  plot.series[0].points.resize(200'000, {1, 1});  // more than a pipe holds
  const std::string advice = "; install gnuplot-nox (5.4 or newer) to draw pictures";
  ASSERT_NO_FATAL_FAILURE(
      replace_gnuplot("printf '\\nline 1: unknown terminal\\n\\n' >&2; exit 1\n"));
  EXPECT_EQ(error_of_drawing(plot, folder_ / "picture.svg"),
            "gnuplot: exit status 1: line 1: unknown terminal" + advice);
  ASSERT_NO_FATAL_FAILURE(replace_gnuplot("exit 0\n"));
  EXPECT_EQ(error_of_drawing(plot, folder_ / "picture.svg"), "gnuplot: printed nothing" + advice);
}

TEST(GnuplotScript, SkipsPointsNoAxisCanShow) {
  Plot plot = curves();
  const std::string clean = svg_script(plot);
  for (const Point bad : {Point{kNan, 1}, Point{1, kNan}, Point{kInfinity, 1}, Point{1, -kInfinity},
                          Point{1, 1e301}}) {
    plot.series[0].points.insert(plot.series[0].points.begin() + 1, bad);
  }
  EXPECT_EQ(svg_script(plot), clean);

  plot.log_x = true;
  const std::string logarithmic = svg_script(plot);
  plot.series[1].points.push_back({0, 1});
  plot.series[1].points.push_back({-1, 1});
  EXPECT_EQ(svg_script(plot), logarithmic);
}

TEST(GnuplotScript, ASeriesWithoutPointsLeavesTheOthersTheirLooks) {
  Plot plot = curves();
  const std::string both = svg_script(plot);
  plot.series[0].points = {{kNan, kNan}};
  const std::string one = svg_script(plot);
  const std::string second = both.substr(both.find("$series1 using"));
  EXPECT_TRUE(contains(one, "plot " + second));
  EXPECT_FALSE(contains(one, "greedy"));
}

TEST(GnuplotScript, SeriesDifferInColourAndMark) {
  Plot plot;
  for (int i = 0; i < 56; ++i) plot.series.push_back({"", {{1, 1}}});
  const std::string script = svg_script(plot);
  std::vector<std::string> looks;
  for (std::size_t at = 0; (at = script.find("linespoints", at)) != std::string::npos; ++at) {
    looks.push_back(script.substr(at, script.find(" title", at) - at));
  }
  ASSERT_EQ(looks.size(), 56U);
  std::sort(looks.begin(), looks.end());
  EXPECT_EQ(std::unique(looks.begin(), looks.end()), looks.end());
}

TEST(GnuplotScript, DrawsLinesAsAsked) {
  Plot plot = curves();
  plot.series[1].line = false;
  const std::string script = svg_script(plot);
  EXPECT_TRUE(contains(script, "$series0 using 1:2 with linespoints "));
  EXPECT_TRUE(contains(script, "$series1 using 1:2 with points "));
}

TEST(GnuplotScript, PrintsNumbersInFullInAnyLocale) {
  Plot plot = curves();
  plot.series[0].points.push_back({0.1 + 0.2, 1234567.125});
  const std::string script = svg_script(plot);
  EXPECT_TRUE(contains(script, "0.30000000000000004 1234567.125\n"));
  for (const char* locale : {"de_DE.UTF-8", "fr_FR.UTF-8"}) {
    if (std::setlocale(LC_ALL, locale) == nullptr) continue;
    EXPECT_EQ(svg_script(plot), script) << locale;
  }
  std::setlocale(LC_ALL, "C");
}

TEST(GnuplotScript, BoundsTheYAxisAsAsked) {
  Plot plot = curves();
  plot.y_min = 60;
  plot.y_max = 90;
  EXPECT_TRUE(contains(svg_script(plot), "set yrange [60:90]\n"));
  plot.y_min = 100;  // above every point
  plot.y_max = std::nullopt;
  EXPECT_TRUE(contains(svg_script(plot), "set yrange [100:200]\n"));
  for (const auto& [low, high] :
       {std::pair{90.0, 60.0}, {60.0, 60.0}, {kNan, 60.0}, {0.0, kInfinity}}) {
    plot.y_min = low;
    plot.y_max = high;
    EXPECT_THROW(svg_script(plot), std::invalid_argument) << low << " " << high;
  }
}

TEST(GnuplotScript, LabelsALogarithmicAxisBetweenThePowersOfTen) {
  Plot plot = curves();
  plot.log_x = true;
  EXPECT_TRUE(contains(svg_script(plot), "set xtics (20e0, 30e0, 50e0, 70e0)\n"));
  plot.series = {{"", {{1, 1}, {1000, 2}}}};
  EXPECT_TRUE(
      contains(svg_script(plot),
               "set xtics (10e-1, 20e-1, 50e-1, 10e0, 20e0, 50e0, 10e1, 20e1, 50e1, 10e2)"));
  plot.series = {{"", {{1, 1}, {1e8, 2}}}};
  EXPECT_TRUE(contains(svg_script(plot), "set xtics (10e-1, 10e0, 10e1, "));
  plot.series = {{"", {{100, 1}, {130, 2}}}};
  EXPECT_TRUE(contains(svg_script(plot), "set xtics (100, 110, 120, 130)\n"));
}

TEST(GnuplotScript, TurnsTickNamesThatFindNoRoom) {
  Plot plot = layers();
  EXPECT_TRUE(contains(svg_script(plot), "set xtics norotate ("));
  plot.x_ticks.resize(8, "layer2.0.downsample");
  EXPECT_TRUE(contains(svg_script(plot), "set xtics rotate by 40 right ("));
  plot.x_ticks[0] = "a name that would begin left of the picture";
  EXPECT_TRUE(contains(svg_script(plot), "set xtics rotate by 90 right ("));
  plot.x_ticks[0] = "conv1";
  plot.x_ticks.resize(40, "fc");
  EXPECT_TRUE(contains(svg_script(plot), "set xtics rotate by 90 right ("));
}

TEST(GnuplotScript, PutsTheLegendBelowIfNamesAreLong) {
  Plot plot = curves();
  EXPECT_TRUE(contains(svg_script(plot), "set key outside right"));
  plot.series[0].name = "greedy from the uniform start";
  EXPECT_TRUE(contains(svg_script(plot), "set key below"));
  for (Series& series : plot.series) series.name.clear();
  EXPECT_TRUE(contains(svg_script(plot), "unset key"));
}

TEST(GnuplotScript, RefusesALegendThatLeavesTheDataNoRoom) {
  Plot plot;
  plot.series.resize(28, {"a", {{1, 1}}});
  EXPECT_TRUE(contains(svg_script(plot), "set key outside right"));
  plot.series.push_back({"", {{1, 1}}});
  EXPECT_TRUE(contains(svg_script(plot), "set key outside right"));
  plot.series.push_back({"b", {{1, 1}}});
  EXPECT_THROW(svg_script(plot), std::invalid_argument);
}

TEST(GnuplotScript, RefusesPlotsWithNothingToShow) {
  Plot plot;
  EXPECT_THROW(svg_script(plot), std::invalid_argument);
  plot.series = {{"a", {}}, {"b", {{kNan, 1}}}};
  EXPECT_THROW(svg_script(plot), std::invalid_argument);
}

TEST(GnuplotScript, RefusesContradictions) {
  Plot plot = layers();
  plot.series[0].points.push_back({3, 1});  // there are names for 0, 1 and 2
  EXPECT_THROW(svg_script(plot), std::invalid_argument);
  plot = layers();
  plot.log_x = true;
  EXPECT_THROW(svg_script(plot), std::invalid_argument);
}

}  // namespace
}  // namespace dcnsim
