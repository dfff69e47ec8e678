// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <cmath>

#include "analysis/report/allocation_report.h"
#include "analysis/report/json_parts.h"
#include "analysis/report/result_summary.h"
#include "models/base/json/fields.h"

namespace dcnsim {
namespace {

/// Enough for any name or warning; the tables shorten them by themselves.
constexpr std::size_t kLongestText = 4096;

/// What to_string(Format) wrote.
Format read_format(const Fields& f, const char* pointer) {
  const std::string text = f.text(pointer);
  Format format;
  const char* const end = text.data() + text.size();
  const auto bits = std::from_chars(text.data() + (text.empty() ? 0 : 1), end, format.bits);
  format.is_signed = text.rfind('s', 0) == 0;
  bool is_format = format.is_signed || text.rfind('u', 0) == 0;
  is_format = is_format && bits.ec == std::errc() && bits.ptr != end && *bits.ptr == '.';
  if (is_format) {
    const auto frac = std::from_chars(bits.ptr + 1, end, format.frac);
    format.narrow = frac.ptr != end && *frac.ptr == 'n';
    is_format = frac.ec == std::errc() && frac.ptr + (format.narrow ? 1 : 0) == end;
  }
  if (!is_format) f.fail(pointer, "expected a format such as s8.5");
  return format;
}

CostKind read_kind(const Fields& f, const char* pointer) {
  const std::string text = f.text(pointer);
  for (const CostKind kind :
       {CostKind::kSize, CostKind::kMacs, CostKind::kEnergy, CostKind::kCycles}) {
    if (text == to_string(kind)) return kind;
  }
  f.fail(pointer, text + ", expected size, macs, energy or cycles");
}

std::uint64_t read_bits(const Fields& f, const char* pointer) {
  constexpr double kMostBytes = 1e15;
  const double bytes = f.number(pointer);
  if (!(bytes >= 0 && bytes <= kMostBytes)) f.fail(pointer, "expected a number of bytes");
  return static_cast<std::uint64_t>(std::llround(8 * bytes));
}

TensorReport read_tensor(const Fields& f) {
  TensorReport t;
  t.name = f.text("/name", kLongestText);
  t.range = {f.integer("/lowest_bits", kMinBits, kMaxBits),
             f.integer("/highest_bits", kMinBits, kMaxBits)};
  const double noise_to_signal = std::pow(10, -f.decibels("/sqnr_db") / 10);
  t.choice = {read_format(f, "/format"), 1, noise_to_signal};
  t.kappa_db = f.number("/kappa_db_per_bit");
  t.elements = f.count("/elements");
  t.closed_form_bits = f.number_or_null("/closed_form_bits");
  t.noise_share = f.number("/noise_share");
  t.saved_cost = f.number_or_null("/one_bit_less/saved_cost");
  t.lost_db = f.number_or_null("/one_bit_less/lost_db");
  return t;
}

AllocationFigures read_figures(const Fields& f) {
  AllocationFigures figures;
  figures.name = f.text("/name");
  figures.predicted_sqnr_db = f.decibels("/predicted_sqnr_db");
  figures.measured_sqnr_db = f.decibels("/measured_sqnr_db");
  figures.weight_bits = read_bits(f, "/weight_bytes");
  figures.energy_pj = f.number("/energy_pj");
  figures.cycles = f.count("/latency/cycles");
  figures.correct = f.count_or_null("/correct").value_or(0);
  return figures;
}

/// Without the widths, which no table shows.
CurvePoint read_point(const Fields& f) {
  CurvePoint point;
  point.rule = f.text("/rule");
  point.weight_bits = read_bits(f, "/weight_bytes");
  point.energy_pj = f.number("/energy_pj");
  point.cycles = f.count("/cycles");
  point.predicted_sqnr_db = f.decibels("/predicted_sqnr_db");
  point.top1 = f.number("/top1");
  return point;
}

std::uint64_t read_weights(const Fields& result) {
  const double bits = static_cast<double>(read_bits(result, "/allocation/weight_bytes"));
  const double bits_per_weight = result.number("/allocation/bits_per_weight");
  if (!(bits_per_weight > 0 && bits_per_weight <= kMaxBits)) {
    result.fail("/allocation/bits_per_weight", "expected bits");
  }
  return static_cast<std::uint64_t>(std::llround(bits / bits_per_weight));
}

AllocationReport allocation_of(const Fields& result) {
  result.one_of("/schema", {kAllocationSchema});
  AllocationReport report;
  report.version = result.text("/version");
  report.inputs = read_input_files(result);
  report.network = result.text("/network", kLongestText);
  report.accelerator = result.text("/accelerator", kLongestText);
  report.goal = result.text("/goal");
  report.noise_model = result.text("/noise_model");
  report.cost_kind = read_kind(result, "/cost/kind");
  report.is_proven = result.flag("/proven");
  report.weights = read_weights(result);
  report.pixels = pixel_statement(result);
  report.images = result.count("/images");
  report.float_top1 = result.number_or_null("/float_top1").value_or(0);
  for (const Fields& tensor : result.list("/tensors")) {
    report.tensors.push_back(read_tensor(tensor));
  }
  for (const Fields& figures : result.list("/equal_widths")) {
    report.equal.push_back(read_figures(figures));
  }
  report.allocation = read_figures(result.object("/allocation"));
  for (const Fields& point : result.list("/curve")) report.curve.push_back(read_point(point));
  for (const Fields& warning : result.list("/warnings")) {
    report.warnings.push_back(warning.text("", kLongestText));
  }
  return report;
}

}  // namespace

AllocationReport load_allocation_report(const std::string& path) {
  return read_fields(load_json(path), path, allocation_of);
}

std::string summarize_allocation(const Fields& result, const TextLayout& layout) {
  return to_text(allocation_of(result), layout);
}

}  // namespace dcnsim
