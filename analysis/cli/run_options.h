// SPDX-License-Identifier: Apache-2.0
// The options of `dcnsim run` and what they ask for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/cli/command.h"
#include "analysis/cli/layout_options.h"
#include "analysis/cli/mapping_options.h"
#include "analysis/cli/shipped_files.h"
#include "analysis/inference/inference.h"

namespace dcnsim::cli {

struct RunCommandOptions {
  std::string network = kBuiltInNetwork;
  std::string accelerator = "small_edge";
  std::string dataflow;
  std::string images, labels;
  bool no_images = false;
  double zeros = 0;
  PixelOptions pixels;
  std::uint64_t limit = 0;
  std::optional<int> batch;
  WidthOptions widths;
  MappingOptions mapping;
  LayoutOptions layout;
  std::size_t jobs = default_jobs();
  std::optional<std::string> json, csv;
  bool check = false;
  std::string timing = "auto", what_if = "fixed";
  std::optional<std::string> predictions;
  std::vector<std::string> dumps;
  std::vector<std::size_t> dump_images{0};
  std::optional<std::string> trace, vcd;
  std::string trace_format;
  std::optional<std::size_t> trace_image;

  void add_to(CLI::App& run);
  /// Throws UsageError.
  RunRequest request() const;
};

}  // namespace dcnsim::cli
