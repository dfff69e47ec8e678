// SPDX-License-Identifier: Apache-2.0
// What a CostModel is made of; inside models/cost only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/arch/accelerator_config.h"
#include "models/arch/dram_spec.h"
#include "models/cost/cost_model.h"
#include "models/cost/pe_cost.h"
#include "models/cost/post_cost.h"
#include "models/cost/sram_cost.h"

namespace dcnsim {

struct CostParts {
  CostParts(const std::string& tables_dir, const AcceleratorConfig& accelerator);

  AcceleratorConfig config;
  std::unique_ptr<PeCost> pe;
  PostCost post;
  SramCost sram;
  BufferCost input, weight, output;
  BufferCost accumulator;  ///< all zero if the machine has none
  DramSpec dram;
  std::string dram_sha256;

  double period_ns() const { return 1e3 / config.clock_mhz; }
  bool has_accumulator_buffer() const { return config.accumulator_buffer_bytes > 0; }
  /// Units every column has, as wide as the native activations.
  PostUnit requantizer() const;
  PostUnit maximum() const;
  PostUnit adder() const;
};

std::vector<Provenance> provenance_of(const CostParts& parts);

}  // namespace dcnsim
