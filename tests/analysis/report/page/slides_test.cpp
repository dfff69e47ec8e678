// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/page/slides.h"

#include <gtest/gtest.h>
#include <libxml/parser.h>
#include <libxml/tree.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "analysis/plot/palette.h"
#include "tests/analysis/report/page/results.h"

namespace dcnsim {
namespace {

std::vector<Slide> slides_of(const std::vector<PageInput>& inputs) {
  return page_slides(report_page(inputs));
}

std::vector<std::string> names(const std::vector<Slide>& slides) {
  std::vector<std::string> result;
  for (const Slide& slide : slides) result.push_back(slide.name);
  return result;
}

/// A picture as its elements: what they are called, what attributes say, what is written.
struct Elements {
  std::set<std::string> names, attributes, fills;
  std::vector<std::string> texts;
};

void collect(const xmlNode* node, Elements& elements) {
  for (; node != nullptr; node = node->next) {
    if (node->type != XML_ELEMENT_NODE) continue;
    const std::string name = reinterpret_cast<const char*>(node->name);
    elements.names.insert(name);
    for (const xmlAttr* a = node->properties; a != nullptr; a = a->next) {
      const std::string attribute = reinterpret_cast<const char*>(a->name);
      const std::string value = reinterpret_cast<const char*>(a->children->content);
      elements.attributes.insert(attribute);
      if (attribute == "fill" && name != "text") elements.fills.insert(value);
      EXPECT_EQ(value.find("var("), std::string::npos) << attribute << " " << value;
      EXPECT_EQ(value.find("NaN"), std::string::npos) << attribute << " " << value;
    }
    if (name == "text" && node->children != nullptr) {
      elements.texts.emplace_back(reinterpret_cast<const char*>(node->children->content));
    }
    collect(node->children, elements);
  }
}

Elements elements_of(const Slide& slide) {
  Elements elements;
  const std::unique_ptr<xmlDoc, decltype(&xmlFreeDoc)> document(
      xmlReadMemory(slide.svg.data(), static_cast<int>(slide.svg.size()), "slide.svg", nullptr,
                    XML_PARSE_NONET),
      &xmlFreeDoc);
  EXPECT_TRUE(document) << slide.name;
  if (document) collect(xmlDocGetRootElement(document.get()), elements);
  return elements;
}

Elements elements_of(const std::vector<Slide>& slides, const std::string& name) {
  return elements_of(*std::find_if(slides.begin(), slides.end(),
                                   [&](const Slide& slide) { return slide.name == name; }));
}

std::string light_colour(const std::string& name) {
  return std::string(std::find_if(kPalette.begin(), kPalette.end(), [&](const Colour& colour) {
                       return colour.name == name;
                     })->light);
}

bool has_text(const Elements& elements, const std::string& text) {
  return std::count(elements.texts.begin(), elements.texts.end(), text) > 0;
}

TEST(Slides, of_a_run_need_no_page) {
  Json run = run_result();
  run["inputs"][0]["path"] = "<script>&amp;\"net.onnx";
  run["layers"][0]["attribution"]["dram_busy"] = 5;
  const std::vector<Slide> slides = slides_of({{"a", run.dump()}});
  EXPECT_EQ(names(slides),
            (std::vector<std::string>{"cycles", "energy", "bits", "traffic", "stalls", "area"}));
  for (const Slide& slide : slides) {
    const Elements elements = elements_of(slide);
    for (const char* scripted : {"script", "style", "foreignObject"}) {
      EXPECT_EQ(elements.names.count(scripted), 0u) << slide.name;
    }
    for (const char* styled : {"class", "style"}) {
      EXPECT_EQ(elements.attributes.count(styled), 0u) << slide.name;
    }
    EXPECT_TRUE(has_text(elements, "<script>&amp;\"net on small_edge")) << slide.name;
  }
  const Elements cycles = elements_of(slides[0]);
  EXPECT_TRUE(has_text(cycles, "Cycles by cause"));
  EXPECT_TRUE(has_text(cycles, "DRAM"));
  EXPECT_EQ(cycles.fills.count(light_colour("work")), 1u);
  EXPECT_EQ(cycles.fills.count(light_colour("dram")), 1u);
}

TEST(Slides, of_two_runs_show_both_and_their_differences) {
  const std::string run = run_result().dump();
  const std::vector<Slide> slides = slides_of({{"a", run}, {"b", run}});
  const std::vector<std::string> all = names(slides);
  for (const char* name : {"change_cycles_B", "change_energy_B", "cycles", "area"}) {
    EXPECT_EQ(std::count(all.begin(), all.end(), name), 1) << name;
  }
}

TEST(Slides, of_a_sweep_show_its_front_and_its_best_point) {
  Json sweep = sweep_result();
  const std::vector<Slide> slides = slides_of({{"s", sweep.dump()}});
  const std::vector<std::string> all = names(slides);
  for (const char* name : {"front", "sensitivity", "cycles", "roofline"}) {
    EXPECT_EQ(std::count(all.begin(), all.end(), name), 1) << name;
  }
  const Elements front = elements_of(slides, "front");
  EXPECT_TRUE(has_text(front, "Trade-offs"));
  EXPECT_TRUE(has_text(front, "best, selected"));
  sweep["points"] = Json::array();
  sweep["analysis"] = {{"front", Json::array()}, {"best", nullptr}, {"sensitivity", Json::array()}};
  EXPECT_TRUE(slides_of({{"s", sweep.dump()}}).empty());
}

TEST(Slides, of_an_allocation_and_of_a_quantization) {
  EXPECT_EQ(names(slides_of({{"a", allocation_result().dump()}}))[0], "trade_off");
  const std::vector<std::string> all = names(slides_of({{"q", quantize_result().dump()}}));
  EXPECT_EQ(std::count(all.begin(), all.end(), "sqnr"), 1);
}

TEST(Slides, say_what_to_install) {
  const std::string path = std::getenv("PATH");
  ASSERT_EQ(::setenv("PATH", "/nowhere", 1), 0);
  std::string error;
  try {
    page_slides("");
  } catch (const std::runtime_error& e) {
    error = e.what();
  }
  ::setenv("PATH", path.c_str(), 1);
  EXPECT_EQ(error,
            "node: cannot be started: No such file or directory; install node-jsdom (20 or "
            "newer) to draw pictures");
}

}  // namespace
}  // namespace dcnsim
