// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/page/slides.h"

#include <chrono>
#include <stdexcept>

#include "analysis/report/page/page_source.h"
#include "models/base/json/document.h"
#include "models/base/process/pipe_through.h"

namespace dcnsim {
namespace {

std::string drawn_by_node(const std::string& page) {
  PipeLimits limits;
  limits.time = std::chrono::minutes(5);
  try {
    // What is inherited says where libraries of node may lie.
    return pipe_through({"node", "-e", std::string(page::kRender)}, page, limits,
                        Environment::kInherited);
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(std::string(error.what()) +
                             "; install node-jsdom (20 or newer) to draw pictures");
  }
}

}  // namespace

std::vector<Slide> page_slides(const std::string& page) {
  std::vector<Slide> slides;
  for (const Json& slide : parse_json(drawn_by_node(page), "node")) {
    slides.push_back({slide.at("name"), slide.at("svg")});
  }
  return slides;
}

}  // namespace dcnsim
