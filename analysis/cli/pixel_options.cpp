// SPDX-License-Identifier: Apache-2.0
#include "analysis/cli/pixel_options.h"

#include <CLI/CLI.hpp>
#include <stdexcept>

#include "analysis/cli/command.h"

namespace dcnsim::cli {

void PixelOptions::add_to(CLI::App& app, const std::string& group) {
  CLI::Option* option =
      app.add_option("--pixels", text,
                     "What a pixel 0..255 is to the network: raw (itself), unit (p/255),\n"
                     "signed (p/127.5 - 1), cifar10, imagenet (unit, their mean and\n"
                     "deviation), or (p * scale - mean) / std by channel:\n"
                     "unit,mean=0.5:0.4:0.4,std=0.25 or scale=1/256,bgr [as the network's\n"
                     "file states, else raw]")
          ->type_name("CONVENTION");
  if (!group.empty()) option->group(group);
}

std::optional<PixelConvention> PixelOptions::convention() const {
  if (text.empty()) return std::nullopt;
  try {
    return parse_convention(text);
  } catch (const std::invalid_argument& e) {
    throw UsageError(std::string("--pixels: ") + e.what());
  }
}

}  // namespace dcnsim::cli
