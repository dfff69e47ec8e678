// SPDX-License-Identifier: Apache-2.0
// A network on the machines that come of changes to one: its layers laid out anew, each evaluated
// by itself from an idle machine.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/evaluation/machine.h"
#include "analysis/whatif/changes.h"
#include "analysis/whatif/what_if_report.h"
#include "models/arch/descriptor.h"
#include "models/perf/counters.h"
#include "platform/compiler/mapper/mapper.h"
#include "workloads/network.h"

namespace dcnsim {

class Variants {
 public:
  /// One layer on one machine.
  struct Case {
    std::optional<LayerCounters> counters;  ///< without zeros among the data; none: not executable
    Descriptor layer;
    bool skipped = false;  ///< its last change cannot save 1 % of the layer
  };
  /// A machine with changes.
  struct Variant {
    AcceleratorConfig config;
    std::string why_none;  ///< "": there is such a machine, and the network fits its memory
    std::vector<std::string> why_illegal;  ///< by layer; "": executable
  };

  /// `mappings`: one a layer, as the machine executes them. `options` are for mapping anew. All
  /// references stay.
  Variants(const Machine& machine, const FixedNetwork& network,
           const std::vector<LayerMapping>& mappings, WhatIfMapping mapping,
           const MapperOptions& options);
  ~Variants();

  std::size_t layers() const { return mappings_.size(); }
  const Variant& variant(ChangeSet changes);
  const Case& as_it_is(std::size_t layer);
  /// With `change` besides `done`, which has been asked for or is empty.
  const Case& with(ChangeSet done, std::size_t change, std::size_t layer);

 private:
  struct Evaluated;

  Evaluated& evaluated(ChangeSet changes);
  void lay_out_on(Evaluated& variant);
  std::vector<LayerMapping> mapped_anew(const AcceleratorConfig& config) const;
  Case evaluate(ChangeSet changes, std::size_t layer);
  bool matters(const Case& before, const WhatIf& change, std::size_t layer);

  const Machine& machine_;
  const FixedNetwork& network_;
  const std::vector<LayerMapping>& mappings_;
  const WhatIfMapping mapping_;
  const MapperOptions& options_;
  std::map<ChangeSet, std::unique_ptr<Evaluated>> variants_;
};

}  // namespace dcnsim
