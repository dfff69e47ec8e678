// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "analysis/evaluation/output_noise.h"
#include "analysis/experiments/page.h"
#include "analysis/quantizer/tensor_quality.h"

namespace dcnsim {
namespace {

constexpr int kLowest = 3;
constexpr int kHighest = 12;
constexpr int kRandomAllocations = 20;
constexpr unsigned kSeed = 1;
/// Output SQNR below which a network does not classify any more: not counted in the margins.
constexpr double kUsefulDb = 10;

std::string db(double value) { return fmt::format("{:.2f}", value); }

/// Output SQNR of one set of widths by both predictions and as measured.
struct Comparison {
  double law_db, sum_db, measured_db;
};

class Additivity {
 public:
  Additivity(const Experiment& experiment, const ExperimentNetwork& network)
      : experiment_(experiment),
        network_(network.network),
        study_(network_, experiment.calibration, *experiment.machines.front(),
               options(experiment)) {}

  /// By layer at 8/8, for the page's table.
  std::vector<std::vector<std::string>> layers(Plot& plot) {
    const auto quantized = study_.quantizer().quantize({});
    const std::vector<double> predicted = predicted_noise(
        network_, study_.quantizer().calibration(), tensor_noise(network_, quantized.formats));
    const std::vector<double> measured = measure(quantized.network);
    std::vector<std::vector<std::string>> rows{
        {"layer output at 8/8", "additive law, dB", "measured, dB", "difference"}};
    plot.series = {{"additive law", {}}, {"measured", {}}};
    for (std::size_t i = 0; i < measured.size(); ++i) {
      const double law = to_db(predicted[i]), seen = to_db(measured[i]);
      rows.push_back(
          {network_.layers[i].node.name, db(law), db(seen), fmt::format("{:+.2f}", seen - law)});
      plot.x_ticks.push_back(network_.layers[i].node.name);
      plot.series[0].points.push_back({static_cast<double>(i), law});
      plot.series[1].points.push_back({static_cast<double>(i), seen});
    }
    return rows;
  }

  Comparison compare(const std::vector<int>& widths) {
    const AllocationSpace& space = study_.space();
    return {to_db(predicted_output_noise(space, study_.noise(NoiseModel::kTensor), widths)),
            to_db(predicted_output_noise(space, study_.noise(NoiseModel::kMeasured), widths)),
            to_db(measure(study_.quantizer().quantize(study_.widths(widths)).network).back())};
  }

  const AllocationSpace& space() const { return study_.space(); }

 private:
  static StudyOptions options(const Experiment& experiment) {
    StudyOptions options;
    options.scope = Scope::kAll;
    options.range = {kLowest, kHighest};
    options.jobs = experiment.jobs;
    options.progress = experiment.progress;
    return options;
  }

  std::vector<double> measure(const FixedNetwork& fixed) const {
    return measured_noise(network_, fixed, experiment_.calibration, experiment_.jobs,
                          experiment_.progress
                              ? experiment_.progress("measuring", experiment_.calibration.size())
                              : OnProgress{});
  }

  const Experiment& experiment_;
  const FloatNetwork& network_;
  AllocationStudy study_;
};

}  // namespace

void sqnr_additivity(const Experiment& experiment) {
  Page page(experiment, "sqnr_additivity", "Noise adds up");
  page.text(
      "The paper adds the noise-to-signal ratios of all weights and activations. *Additive law*: "
      "each tensor's own ratio counts in full, as in the paper. *Sum of parts*: each tensor alone "
      "is quantized, its noise at the network's output is measured (128 calibration images), and "
      "these are added. *Measured*: all tensors quantized, executed in fixed point, compared with "
      "the float network's output on all calibration images.");
  page.provenance(true, true, false, false);
  for (const ExperimentNetwork& network : experiment.networks) {
    Additivity additivity(experiment, network);
    page.heading(markdown_text(network.network.name));
    Plot by_layer;
    by_layer.title = network.network.name + ": SQNR of layer outputs at 8/8";
    by_layer.y_label = "SQNR, dB";
    page.table(additivity.layers(by_layer));
    page.picture(by_layer, network.network.name + "_layers");

    Plot by_width;
    by_width.title = network.network.name + ": SQNR of the network's output";
    by_width.subtitle = "equal widths for all weights and activations";
    by_width.x_label = "bits";
    by_width.y_label = "SQNR, dB";
    by_width.series = {{"additive law", {}}, {"sum of parts", {}}, {"measured", {}}};
    std::vector<std::vector<std::string>> rows{
        {"widths", "additive law, dB", "sum of parts, dB", "measured, dB"}};
    double worst_law = 0, worst_sum = 0, mean_sum = 0;
    int useful = 0;
    const auto add = [&](const std::string& name, const Comparison& c) {
      rows.push_back({name, db(c.law_db), db(c.sum_db), db(c.measured_db)});
      if (c.measured_db < kUsefulDb) return;
      worst_law = std::max(worst_law, std::abs(c.law_db - c.measured_db));
      worst_sum = std::max(worst_sum, std::abs(c.sum_db - c.measured_db));
      mean_sum += std::abs(c.sum_db - c.measured_db);
      ++useful;
    };
    for (int bits = kLowest; bits <= kHighest; ++bits) {
      const Comparison c = additivity.compare(equal_widths(additivity.space(), bits));
      add(fmt::format("{0}/{0}", bits), c);
      by_width.series[0].points.push_back({static_cast<double>(bits), c.law_db});
      by_width.series[1].points.push_back({static_cast<double>(bits), c.sum_db});
      by_width.series[2].points.push_back({static_cast<double>(bits), c.measured_db});
    }
    std::mt19937 random(kSeed);
    for (int i = 1; i <= kRandomAllocations; ++i) {
      std::vector<int> widths = equal_widths(additivity.space(), 5);
      for (int& bits : widths) bits += static_cast<int>(random() % 6);
      add(fmt::format("random {}, 5..10", i), additivity.compare(widths));
    }
    page.picture(by_width, network.network.name);
    page.table(rows);
    page.text(fmt::format(
        "Over the {} rows with a measured SQNR of at least {:g} dB the sum of parts is off by at "
        "most {:.2f} dB ({:.2f} dB on average), the additive law by up to {:.2f} dB.",
        useful, kUsefulDb, worst_sum, useful == 0 ? 0 : mean_sum / useful, worst_law));
  }
  page.save();
}

}  // namespace dcnsim
