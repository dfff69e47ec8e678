// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "analysis/evaluation/accuracy.h"
#include "analysis/experiments/page.h"
#include "analysis/report/finetune_report.h"

namespace dcnsim {
namespace {

constexpr int kWidths[] = {4, 6, 8, 16, kFloat};
/// Wide enough that 16-bit products never overflow: this page is about formats.
constexpr Accumulator kWideAccumulator{64, Overflow::kWrap};

class Grid {
 public:
  Grid(const Experiment& experiment, const FloatNetwork& network)
      : experiment_(experiment),
        network_(network),
        quantizer_(network, calibrate(network, experiment.calibration,
                                      progress("calibrating", experiment.calibration.size()))) {}

  /// Top-1 error, 0..1.
  double error(int weight_bits, int activation_bits) {
    const std::string what = fmt::format("weights {}, activations {}", width_text(weight_bits),
                                         width_text(activation_bits));
    const auto images = static_cast<double>(experiment_.test.size());
    const auto correct =
        count(weight_bits, activation_bits, progress(what, experiment_.test.size()));
    return 1 - static_cast<double>(correct) / images;
  }

 private:
  OnProgress progress(const std::string& what, std::size_t total) const {
    return experiment_.progress ? experiment_.progress(what, total) : OnProgress{};
  }

  std::size_t count(int weight_bits, int activation_bits, const OnProgress& progress) {
    QuantizeOptions options;
    if (weight_bits != kFloat) options.weight_bits = weight_bits;
    if (activation_bits != kFloat) options.activation_bits = activation_bits;
    const LeftInFloat in_float{weight_bits == kFloat, activation_bits == kFloat};
    if (in_float.weights && in_float.outputs) {
      return count_correct(network_, experiment_.test, experiment_.jobs, progress);
    }
    return count_correct(network_, quantizer_.network_formats(options), in_float, experiment_.test,
                         experiment_.jobs, progress, kWideAccumulator);
  }

  const Experiment& experiment_;
  const FloatNetwork& network_;
  NetworkQuantizer quantizer_;
};

}  // namespace

void error_by_width(const Experiment& experiment) {
  Page page(experiment, "error_by_width", "Error by width, without fine-tuning");
  page.text(
      "Top-1 error in percent for equal widths. Both in fixed point: the reference executor, bit "
      "for bit, with 64-bit accumulators; one of them float: float arithmetic on values held in "
      "their formats. Outputs of the network have 16 bits, the image its 8.");
  page.provenance(true, true, true, false);
  for (const ExperimentNetwork& network : experiment.networks) {
    Grid grid(experiment, network.network);
    page.heading(markdown_text(network.network.name));
    std::vector<std::vector<std::string>> rows{{"activations \\ weights"}};
    Plot plot;
    plot.title = network.network.name + ": error by width";
    plot.subtitle = "equal widths, no fine-tuning; series: activations";
    plot.x_label = "weights, bits";
    plot.y_label = "top-1 error, %";
    for (const int weights : kWidths) {
      rows[0].push_back(width_text(weights));
      plot.x_ticks.push_back(width_text(weights));
    }
    for (const int activations : kWidths) {
      std::vector<std::string> row{width_text(activations)};
      Series series{width_text(activations), {}};
      for (const int weights : kWidths) {
        const double error = 100 * grid.error(weights, activations);
        row.push_back(fmt::format("{:.2f}", error));
        series.points.push_back({static_cast<double>(series.points.size()), error});
      }
      rows.push_back(std::move(row));
      plot.series.push_back(std::move(series));
    }
    page.table(rows);
    page.picture(plot, network.network.name);
    page.csv(rows, network.network.name);
  }
  page.save();
}

}  // namespace dcnsim
