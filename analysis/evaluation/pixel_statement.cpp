// SPDX-License-Identifier: Apache-2.0
#include "analysis/evaluation/pixel_statement.h"

#include <algorithm>

#include "workloads/images/dataset.h"
#include "workloads/network.h"

namespace dcnsim {
namespace {

template <class Network>
PixelStatement state(Network& network, const std::optional<PixelConvention>& asked) {
  InputConvention& convention = network.convention;
  PixelStatement statement;
  statement.warnings = network.assumptions;
  if (asked && convention.pixels && *asked != *convention.pixels) {
    statement.contradicts_file = true;
    statement.warnings.push_back("--pixels " + to_string(*asked) +
                                 " contradicts the network's file, which states " +
                                 to_string(*convention.pixels));
  }
  if (convention.pixels) statement.source = PixelStatement::Source::kFile;
  if (asked) {
    convention.pixels = asked;
    statement.source = PixelStatement::Source::kOption;
  }
  if (convention.pixels) {
    convention.pixels->require_channels(network.input.channels);
    statement.convention = to_string(*convention.pixels);
  }
  statement.nodes = convention.chain.size();
  return statement;
}

}  // namespace

bool PixelStatement::is_backed() const {
  const bool is_doubled = source == Source::kOption && nodes > 0;
  return source != Source::kAssumed && !contradicts_file && !is_doubled;
}

std::string PixelStatement::text() const {
  const std::string then = nodes == 0 ? ""
                                      : ", then " + std::to_string(nodes) +
                                            (nodes == 1 ? " node" : " nodes") + " of the graph";
  switch (source) {
    case Source::kAssumed:
      return "pixels raw (assumed)" + then;
    case Source::kFile:
      return "pixels " + convention + " (the file's)" + then;
    case Source::kOption:
      return "pixels " + convention + then;
    case Source::kValues:
      break;
  }
  return "values as they are" + then;
}

std::string to_string(PixelStatement::Source source) {
  switch (source) {
    case PixelStatement::Source::kAssumed:
      return "assumed";
    case PixelStatement::Source::kFile:
      return "file";
    case PixelStatement::Source::kOption:
      return "option";
    case PixelStatement::Source::kValues:
      break;
  }
  return "values";
}

PixelStatement state_pixels(FloatNetwork& network, const std::optional<PixelConvention>& asked) {
  return state(network, asked);
}

PixelStatement state_pixels(FixedNetwork& network, const std::optional<PixelConvention>& asked) {
  return state(network, asked);
}

void add_note(const Dataset& images, PixelStatement& statement) {
  std::vector<std::string>& warnings = statement.warnings;
  if (images.note.empty()) return;
  if (std::find(warnings.begin(), warnings.end(), images.note) != warnings.end()) return;
  warnings.push_back(images.note);
}

PixelStatement about(PixelStatement statement, const Dataset& images) {
  add_note(images, statement);
  if (images.has_pixels()) return statement;
  if (statement.source == PixelStatement::Source::kOption) {
    statement.warnings.push_back("--pixels " + statement.convention +
                                 " does nothing to images of floats, which are network inputs as "
                                 "they are");
  }
  statement.source = PixelStatement::Source::kValues;
  return statement;
}

}  // namespace dcnsim
