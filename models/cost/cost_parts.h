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
#include "models/cost/register_cost.h"
#include "models/cost/sram_cost.h"
#include "models/perf/array_registers.h"

namespace dcnsim {

struct CostParts {
  CostParts(const std::string& tables_dir, const AcceleratorConfig& accelerator);

  AcceleratorConfig config;
  std::unique_ptr<PeCost> pe;
  PostCost post;
  RegisterCost registers;
  ArrayRegisters array_registers;  ///< outside the PEs
  SramCost sram;
  BufferCost input, weight, output;
  BufferCost accumulator;  ///< all zero if the machine has none
  DramSpec dram;
  Extrapolations dram_by;
  std::string dram_sha256;

  double period_ns() const { return 1e3 / config.clock_mhz; }
  bool has_accumulator_buffer() const { return config.accumulator_buffer_bytes > 0; }
  /// Units every column has, as wide as the native activations.
  PostUnit requantizer() const;
  PostUnit maximum() const;
  PostUnit adder() const;
  /// What an operation of pooling, or of adding, takes in a layer.
  PostUnit pool_unit(const Descriptor& layer) const;
  PostUnit add_unit(const Descriptor& layer) const;
};

/// Of the machine's area and leakage, and of the energy of these layers.
std::vector<Provenance> provenance_of(const CostParts& parts,
                                      const std::vector<Descriptor>& layers);

}  // namespace dcnsim
