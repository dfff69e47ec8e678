// SPDX-License-Identifier: Apache-2.0
#include "analysis/whatif/variants.h"

#include <stdexcept>
#include <string_view>

#include "models/perf/buffer_need.h"
#include "models/perf/evaluate.h"
#include "platform/compiler/describe.h"
#include "platform/compiler/program.h"

namespace dcnsim {

namespace {

bool is_of_another_buffer(const WhatIf& change, const AcceleratorConfig& config) {
  const auto begins = [&](std::string_view text) { return change.keys.rfind(text, 0) == 0; };
  return begins("buffers.") && begins("buffers.shared.") != config.shares_buffer();
}

}  // namespace

struct Variants::Evaluated : Variant {
  std::vector<Descriptor> descriptors;
  std::uint64_t descriptor_address = 0;
  std::unique_ptr<Evaluator> evaluator;
  std::map<std::size_t, Case> cases;  ///< by layer
};

Variants::Variants(const Machine& machine, const FixedNetwork& network,
                   const std::vector<LayerMapping>& mappings, WhatIfMapping mapping,
                   const MapperOptions& options)
    : machine_(machine),
      network_(network),
      mappings_(mappings),
      mapping_(mapping),
      options_(options) {}

Variants::~Variants() = default;

const Variants::Variant& Variants::variant(ChangeSet changes) { return evaluated(changes); }

Variants::Evaluated& Variants::evaluated(ChangeSet changes) {
  std::unique_ptr<Evaluated>& variant = variants_[changes];
  if (variant) return *variant;
  variant = std::make_unique<Evaluated>();
  variant->config = machine_.config;
  variant->why_illegal.resize(layers());
  const std::vector<WhatIf>& all = what_ifs();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if ((changes & only(i)) == 0) continue;
    if (all[i].apply(variant->config, machine_.dram)) continue;
    variant->why_none = is_of_another_buffer(all[i], machine_.config) ? kNoSuchBuffer : "as it is";
  }
  if (!variant->why_none.empty()) return *variant;
  try {
    validate(variant->config);
    lay_out_on(*variant);
    variant->evaluator = std::make_unique<Evaluator>(variant->config, machine_.dram);
  } catch (const std::invalid_argument& problem) {
    variant->why_none = problem.what();
  } catch (const std::runtime_error& problem) {
    variant->why_none = problem.what();
  }
  return *variant;
}

void Variants::lay_out_on(Evaluated& variant) {
  std::vector<LayerMapping> mappings = mappings_;
  const bool anew = mapping_ == WhatIfMapping::kNew && &variant != variants_[0].get();
  if (anew) mappings = mapped_anew(variant.config);
  bool any = false;
  for (std::size_t i = 0; i < layers(); ++i) {
    variant.why_illegal[i] = why_illegal(mappings[i].descriptor, variant.config);
    any |= variant.why_illegal[i].empty();
  }
  if (!any) return;
  const Program program = lay_out(network_, variant.config, mappings);
  variant.descriptors = dcnsim::descriptors(program);
  variant.descriptor_address = program.descriptor_address;
}

/// What stays on chip stays so, which saves three searches of four, unless the buffer it stays in
/// has another size.
std::vector<LayerMapping> Variants::mapped_anew(const AcceleratorConfig& config) const {
  MapperOptions options = options_;
  if (config.input_buffer.capacity_bytes == machine_.config.input_buffer.capacity_bytes) {
    for (std::size_t i = 0; i < layers(); ++i) {
      MappingRequest& request = options.request.layers[network_.layers[i].node.name];
      request.keep_output = mappings_[i].descriptor.output_on_chip;
    }
  }
  return map_network(network_, describe(network_, config.accumulator), config, machine_.dram,
                     options);
}

const Variants::Case& Variants::as_it_is(std::size_t layer) {
  std::map<std::size_t, Case>& cases = evaluated(0).cases;
  const auto known = cases.find(layer);
  return known != cases.end() ? known->second : cases[layer] = evaluate(0, layer);
}

const Variants::Case& Variants::with(ChangeSet done, std::size_t change, std::size_t layer) {
  const ChangeSet all = done | only(change);
  std::map<std::size_t, Case>& cases = evaluated(all).cases;
  const auto known = cases.find(layer);
  if (known != cases.end()) return known->second;
  const Case& before = done == 0 ? as_it_is(layer) : evaluated(done).cases.at(layer);
  const bool can_be = evaluated(all).why_none.empty() && evaluated(all).why_illegal[layer].empty();
  if (can_be && before.counters && !matters(before, what_ifs()[change], layer)) {
    Case same = before;
    same.skipped = true;
    return cases[layer] = same;
  }
  return cases[layer] = evaluate(all, layer);
}

Variants::Case Variants::evaluate(ChangeSet changes, std::size_t layer) {
  Evaluated& variant = evaluated(changes);
  Case result;
  if (!variant.why_none.empty() || !variant.why_illegal[layer].empty()) return result;
  result.layer = variant.descriptors[layer];
  variant.evaluator->reset();
  result.counters =
      variant.evaluator->run(result.layer, variant.descriptor_address + layer * kDescriptorBytes);
  return result;
}

/// Whether it can save 1 % of the layer. A new mapping may save anything.
bool Variants::matters(const Case& before, const WhatIf& change, std::size_t layer) {
  if (mapping_ == WhatIfMapping::kNew) return true;
  const LayerCounters& c = *before.counters;
  const std::uint64_t all = as_it_is(layer).counters->cycles;
  switch (change.reach) {
    case Reach::kWaits:
      return 100 * c.stall_cycles.total() >= all;
    case Reach::kFillDrain:
      return 100 * c.fill_drain_cycles >= all;
    case Reach::kAll:
      return true;
  }
  return true;
}

}  // namespace dcnsim
