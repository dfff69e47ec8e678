// SPDX-License-Identifier: Apache-2.0
#include "models/cost/cost_model.h"

#include <cmath>

#include "models/arch/accelerator_config.h"
#include "models/arch/config_fields.h"
#include "models/arch/descriptor.h"
#include "models/arch/dram_spec.h"
#include "models/cost/cost_parts.h"
#include "models/perf/counters.h"

namespace dcnsim {
namespace {

template <class Part, std::size_t kCount>
EnumArray<Part, double, kCount> amounts(const EnumArray<Part, Figure, kCount>& figures) {
  EnumArray<Part, double, kCount> all;
  for (const Part part : figures.keys()) all[part] = figures[part].amount;
  return all;
}

}  // namespace

std::string tables_folder(const std::string& shipped, const AcceleratorConfig& config) {
  return config.cost.tables.empty() ? shipped : config.cost.tables;
}

PriceTables tables_of(const PriceTables& shipped, const AcceleratorConfig& config) {
  return shipped.of(tables_folder(shipped.folder(), config));
}

struct CostModel::Impl {
  Impl(const PriceTables& tables, const AcceleratorConfig& config) : parts(tables, config) {}

  CostParts parts;
};

CostModel::CostModel(const PriceTables& shipped, const AcceleratorConfig& config) {
  validate(config);
  impl_ = std::make_unique<Impl>(tables_of(shipped, config), config);
}
CostModel::~CostModel() = default;
CostModel::CostModel(CostModel&&) noexcept = default;

EnergyBreakdown CostModel::layer_energy_pj(const Descriptor& layer,
                                           const LayerCounters& counters) const {
  return amounts(impl_->parts.energy_pj(layer, counters));
}

void CostModel::require_energies(const std::vector<Descriptor>& layers) const {
  for (const Descriptor& layer : layers) layer_energy_pj(layer, one_of_each(layer));
}

double CriticalPath::highest_mhz() const { return std::floor(1e4 / ns) / 10; }

std::string CriticalPath::text() const {
  return unit + " takes " + fields::decimal(std::ceil(1e3 * ns) / 1e3) + " ns in " + table;
}

const CriticalPath& CostModel::critical_path() const { return impl_->parts.critical_path; }

double CostModel::clock_share() const {
  return impl_->parts.critical_path.ns / impl_->parts.period_ns();
}

AreaBreakdown CostModel::area_um2(const std::vector<Descriptor>& layers) const {
  return amounts(impl_->parts.area_for(layers));
}

std::vector<Provenance> CostModel::provenance(const std::vector<Descriptor>& layers) const {
  return provenance_of(impl_->parts, layers);
}

}  // namespace dcnsim
