// SPDX-License-Identifier: Apache-2.0
#include "models/cost/sram_cost.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <set>
#include <stdexcept>

#include "models/arch/config_fields.h"
#include "models/base/table/csv.h"
#include "models/base/text/printable.h"
#include "models/base/text/suggest.h"

namespace dcnsim {
namespace {

/// How far beyond the table slopes are trusted.
constexpr double kMostCapacityBeyond = 4, kMostWordBeyond = 2;

/// By which factor outside lo..hi; 1 inside.
double beyond(double x, double lo, double hi) { return std::max({1.0, lo / x, x / hi}); }

std::string range(const std::set<int>& values) {
  return std::to_string(*values.begin()) + ".." + std::to_string(*values.rbegin());
}

}  // namespace

SramCost::Rows::Rows(const CsvTable& table, const std::string& device_type, double node_nm) {
  const std::size_t node = table.column("node_nm"), device = table.column("device_type"),
                    ports = table.column("ports"), objective = table.column("objective"),
                    status = table.column("status"), capacity = table.column("capacity_bytes"),
                    word = table.column("word_bits"), read = table.column("read_energy_pj"),
                    write = table.column("write_energy_pj"), leakage = table.column("leakage_mw"),
                    gate_leakage = table.column("gate_leakage_mw"), area = table.column("area_mm2"),
                    access = table.column("access_time_ns"),
                    temperature = table.column("temperature_k");
  const std::string node_text = fields::decimal(node_nm) + " nm";
  const std::string of_device = node_text + ", " + device_type + ", ";

  std::set<double> nodes;
  std::set<std::string> devices;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (table.text(row, ports) != "1rw" || table.text(row, objective) != "balanced" ||
        table.text(row, status) != "ok") {
      continue;
    }
    nodes.insert(table.number(row, node));
    if (table.number(row, node) != node_nm) continue;
    devices.insert(table.text(row, device));
    if (table.text(row, device) != device_type) continue;
    const SramPoint point{table.number(row, read), table.number(row, write),
                          table.number(row, leakage) + table.number(row, gate_leakage),
                          table.number(row, area) * 1e6, table.number(row, access)};
    const int bytes = table.integer(row, capacity), bits = table.integer(row, word);
    if (bytes == 0) table.fail(row, capacity, "expected a positive size");
    if (bits == 0) table.fail(row, word, "expected a positive width");
    if (!grid.add(bytes, bits, point)) table.fail(row, capacity, "a second row for this shape");
    conditions = of_device + printable(table.text(row, temperature)) + " K, one read-write port";
    error_bars.add(table, row);
  }
  if (nodes.count(node_nm) == 0) {
    std::vector<std::string> known;
    known.reserve(nodes.size());
    for (const double one : nodes) known.push_back(fields::decimal(one));
    throw InvalidField("cost.sram_node_nm", "no SRAM at " + node_text + " in " + table.file_name() +
                                                ", expected one of " + listed(known));
  }
  if (grid.empty()) {
    const std::vector<std::string> known(devices.begin(), devices.end());
    throw InvalidField("cost.sram_device", printable(device_type) + " at " + node_text +
                                               ", expected one of " + listed(known) +
                                               suggestion(device_type, known));
  }
}

SramCost::SramCost(const PriceTables& tables, const CostConfig& config, double node_nm)
    : config_(config) {
  const CsvTable& table = tables("sram.csv");
  const double wanted_node = config.sram_node_nm != 0 ? config.sram_node_nm : node_nm;
  rows_ = tables.once("SRAM " + fields::decimal(wanted_node) + ' ' + config.sram_device,
                      [&] { return Rows(table, config.sram_device, wanted_node); });
  table_ = table.file_name();
  sha256_ = table.sha256();
}

void SramCost::refuse(const BufferFields& named, double capacity_bytes, int word_bits, int banks,
                      const std::string& remedy) const {
  const std::set<int>&bytes = rows_.grid.xs(), &bits = rows_.grid.ys();
  const bool is_word = word_bits < *bits.begin() || word_bits > *bits.rbegin();
  const std::string problem =
      is_word
          ? std::to_string(word_bits) + ", expected " + range(bits) + " (of " + table_ + ")"
          : fields::decimal(capacity_bytes) + ", expected " +
                std::to_string(std::int64_t{*bytes.begin()} * banks) + ".." +
                std::to_string(std::int64_t{*bytes.rbegin()} * banks) + " (" + table_ + " has " +
                range(bytes) + " bytes a bank, of which there are " + std::to_string(banks) + ")";
  throw InvalidField(is_word ? named.word : named.capacity, problem + remedy);
}

BufferCost SramCost::buffer(const BufferFields& named, double capacity_bytes, int word_bits,
                            int banks) const {
  const double bank_bytes = capacity_bytes / banks;
  const auto corners = rows_.grid.around(bank_bytes, word_bits);
  BufferCost cost;
  cost.interpolated = corners.size() > 1;
  if (corners.empty()) {
    if (beyond(bank_bytes, *rows_.grid.xs().begin(), *rows_.grid.xs().rbegin()) >
            kMostCapacityBeyond ||
        beyond(word_bits, *rows_.grid.ys().begin(), *rows_.grid.ys().rbegin()) > kMostWordBeyond) {
      refuse(named, capacity_bytes, word_bits, banks);
    }
    cost.by.push_back(
        {"the table's mean slopes over capacity and word width", rows_.error_bars.rule.text()});
    if (!config_.extrapolate) {
      refuse(named, capacity_bytes, word_bits, banks,
             "; cost.extrapolate: true would take " + cost.by.back().text());
    }
  }
  const auto of = [&](Member member) {
    if (!corners.empty()) return blend_logarithms(corners, member);
    const double value = extrapolated(bank_bytes, word_bits, member);
    if (!(value > 0) || !std::isfinite(value)) {
      throw std::runtime_error(table_ + ": " + named.capacity +
                               ": the table has no slopes to extend");
    }
    return value;
  };
  cost.all = {of(&SramPoint::read_pj), of(&SramPoint::write_pj), banks * of(&SramPoint::leakage_mw),
              banks * of(&SramPoint::area_um2), of(&SramPoint::access_ns)};
  return cost;
}

double SramCost::interpolated(double bytes, double bits, Member member) const {
  const auto corners = rows_.grid.around(bytes, bits);
  return corners.empty() ? 0 : blend_logarithms(corners, member);
}

double SramCost::extrapolated(double bytes, double bits, Member member) const {
  const double least_bytes = *rows_.grid.xs().begin(), most_bytes = *rows_.grid.xs().rbegin();
  const double least_bits = *rows_.grid.ys().begin(), most_bits = *rows_.grid.ys().rbegin();
  const double near_bytes = std::clamp(bytes, least_bytes, most_bytes);
  const double near_bits = std::clamp(bits, least_bits, most_bits);
  const double by_bytes = std::log(interpolated(most_bytes, near_bits, member) /
                                   interpolated(least_bytes, near_bits, member)) /
                          std::log(most_bytes / least_bytes);
  const double by_bits = std::log(interpolated(near_bytes, most_bits, member) /
                                  interpolated(near_bytes, least_bits, member)) /
                         std::log(most_bits / least_bits);
  return interpolated(near_bytes, near_bits, member) * std::pow(bytes / near_bytes, by_bytes) *
         std::pow(bits / near_bits, by_bits);
}

}  // namespace dcnsim
