// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/quantize_report.h"

#include <fmt/format.h>

#include <cmath>

#include "analysis/report/json_parts.h"
#include "models/base/text/printable.h"
#include "models/base/text/text_table.h"
#include "models/base/text/wrap.h"

namespace dcnsim {
namespace {

using Align = TextTable::Align;

Json tensor_json(const TensorQuality& t) {
  Json json = range_json(t);
  json["paper_rule"] = {{"format", to_string(t.paper.format)},
                        {"sqnr_db", decibels(t.paper.sqnr_db())}};
  json["kurtosis"] = t.kurtosis;
  json["kappa"] = nullptr;
  if (t.kappa) {
    json["kappa"] = {{"db_per_bit", t.kappa->kappa_db},
                     {"intercept_db", t.kappa->intercept_db},
                     {"residual_db", t.kappa->residual_db}};
  }
  json["density"] = nullptr;
  if (t.fit) {
    json["density"] = {{"nearest", to_string(t.fit->density)},
                       {"deviation", t.fit->deviation},
                       {"distance", t.fit->distance}};
    for (std::size_t i = 0; i < kDensities.size(); ++i) {
      json["density"]["distances"][std::string(to_string(kDensities[i]))] = t.fit->distances[i];
    }
  }
  return json;
}

constexpr const char* kTensorLegend =
    "s8.5: signed, 8 bits, 5 of them fractional; dB/bit: what a bit more brings; paper's n: "
    "fractional bits by the closed form of Lin et al., and what it loses against those chosen; "
    "density: the nearest of four by the Kolmogorov-Smirnov distance (K-S), of the tensor's values";

}  // namespace

std::vector<std::string> law_warnings(const std::vector<TensorQuality>& tensors,
                                      const std::vector<LayerSqnr>& layers) {
  std::vector<std::string> warnings;
  for (const TensorQuality& t : tensors) {
    if (t.choice.sqnr_db() < kLawLowestSqnrDb) {
      warnings.push_back(fmt::format(
          "{}: {:.1f} dB at {} bits: below {:g} dB errors are neither small nor independent",
          elide(t.name, 40), t.choice.sqnr_db(), t.choice.format.bits, kLawLowestSqnrDb));
    }
    if (t.clipping > kStrongClipping) {
      warnings.push_back(fmt::format("{}: {:.0f} % of the noise at {} bits is clipping",
                                     elide(t.name, 40), 100 * t.clipping, t.choice.format.bits));
    }
  }
  for (const LayerSqnr& layer : layers) {
    if (!(std::abs(layer.predicted_db - layer.measured_db) > kLawMarginDb)) continue;
    warnings.push_back(
        fmt::format("{}: output SQNR predicted {:.1f} dB, measured {:.1f} dB: the additive law "
                    "is off by more than {:g} dB",
                    elide(layer.name, 40), layer.predicted_db, layer.measured_db, kLawMarginDb));
  }
  return warnings;
}

std::string to_text(const QuantizeReport& report, const TextLayout& layout) {
  TextTable tensors({{"tensor", Align::kLeft, 0, "", 12},
                     {"format"},
                     {"SQNR dB"},
                     {"dB/bit"},
                     {"paper's n"},
                     {"loses dB"},
                     {"density", Align::kLeft, 1},
                     {"K-S", Align::kRight, 1},
                     {"kurtosis", Align::kRight, 1}});
  for (const TensorQuality& t : report.tensors) {
    tensors.add(
        {elide(t.name, 24), to_string(t.choice), fmt::format("{:.2f}", t.choice.sqnr_db()),
         t.kappa ? fmt::format("{:.2f}", t.kappa->kappa_db) : "-",
         std::to_string(t.paper.format.frac),
         fmt::format("{:.1f}", t.choice.noise == 0 ? 0 : t.choice.sqnr_db() - t.paper.sqnr_db()),
         t.fit ? std::string(to_string(t.fit->density)) : "-",
         t.fit ? fmt::format("{:.3f}", t.fit->distance) : "-", fmt::format("{:.1f}", t.kurtosis)});
  }
  TextTable layers({{"layer output", Align::kLeft, 0, "", 12},
                    {"predicted dB"},
                    {"measured dB"},
                    {"difference"}});
  for (const LayerSqnr& layer : report.layers) {
    layers.add({elide(layer.name, 24), fmt::format("{:.2f}", layer.predicted_db),
                fmt::format("{:.2f}", layer.measured_db),
                fmt::format("{:+.2f}", layer.measured_db - layer.predicted_db)});
  }
  std::string text = tensors.text(layout);
  if (layout.verbose) text += wrapped(kTensorLegend, layout.columns) + '\n';
  text += '\n' + layers.text(layout);
  if (!layout.verbose) text += "\n(--verbose explains the columns)\n";
  if (!report.warnings.empty()) text += '\n';
  for (const std::string& warning : report.warnings) {
    text += wrapped("warning: " + warning, layout.columns) + '\n';
  }
  return text;
}

std::string to_json(const QuantizeReport& report) {
  Json json;
  json["schema"] = kQuantizeSchema;
  json["version"] = report.version;
  json["inputs"] = input_files(report.inputs);
  json["network"] = report.network;
  json["pixels"] = pixels_json(report.pixels);
  json["format_rule"] = report.rule;
  json["tensors"] = Json::array();
  for (const TensorQuality& t : report.tensors) json["tensors"].push_back(tensor_json(t));
  json["layers"] = Json::array();
  for (const LayerSqnr& layer : report.layers) {
    json["layers"].push_back({{"name", layer.name},
                              {"predicted_sqnr_db", decibels(layer.predicted_db)},
                              {"measured_sqnr_db", decibels(layer.measured_db)}});
  }
  json["warnings"] = report.warnings;
  return dump(json);
}

}  // namespace dcnsim
