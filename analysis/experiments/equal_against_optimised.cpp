// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/evaluation/machine.h"
#include "analysis/experiments/page.h"

namespace dcnsim {
namespace {

/// Losses against the float network at which rules are compared.
constexpr double kLosses[] = {0.001, 0.005, 0.010};

const Rule kPaper{"paper", NoiseModel::kPaper, CostKind::kSize};
const Rule kMeasured{"measured", NoiseModel::kMeasured, CostKind::kSize};
const Rule kHardware{"energy", NoiseModel::kMeasured, CostKind::kEnergy};

using Cost = std::function<double(const CurvePoint&)>;
using Rows = std::vector<std::vector<std::string>>;

double kilobytes(const CurvePoint& point) { return static_cast<double>(point.weight_bits) / 8e3; }
double microjoules(const CurvePoint& point) { return point.energy_pj / 1e6; }

std::string amount(const std::optional<double>& value) {
  return value ? fmt::format("{:.1f}", *value) : "not reached";
}

std::string saved(const std::optional<double>& cost, const std::optional<double>& reference) {
  return cost && reference ? fmt::format("{:.1f} %", 100 * (1 - *cost / *reference)) : "-";
}

/// The cheapest single point of a rule that reaches an accuracy.
std::optional<double> cheapest_point(const std::vector<CurvePoint>& curve, const std::string& rule,
                                     double accuracy, const Cost& cost) {
  std::optional<double> least;
  for (const CurvePoint& point : curve) {
    if (point.rule != rule || point.top1 < accuracy) continue;
    if (!least || cost(point) < *least) least = cost(point);
  }
  return least;
}

Rows saving_rows(const std::vector<CurvePoint>& curve, double float_top1, const std::string& unit,
                 const Cost& cost) {
  Rows rows{{"float less", "rule", unit, "equal widths", "saved", "single points: " + unit,
             "equal widths", "saved"}};
  for (const double loss : kLosses) {
    for (const Saving& s : savings(curve, {float_top1 - loss}, cost)) {
      const auto point = cheapest_point(curve, s.rule, s.accuracy, cost);
      const auto equal = cheapest_point(curve, kEqualRule, s.accuracy, cost);
      rows.push_back({fmt::format("{:.1f} points ({:.2f} %)", 100 * loss, 100 * s.accuracy), s.rule,
                      amount(s.rule_cost), amount(s.equal_cost), saved(s.rule_cost, s.equal_cost),
                      amount(point), amount(equal), saved(point, equal)});
    }
  }
  return rows;
}

Rows point_rows(const std::vector<CurvePoint>& curve, const std::vector<Tensor>& tensors) {
  Rows rows{{"rule"}};
  for (const Tensor& tensor : tensors) rows[0].push_back(tensor.name);
  rows[0].insert(rows[0].end(), {"weight_kb", "energy_uj", "cycles", "predicted_db", "top1"});
  for (const CurvePoint& point : curve) {
    std::vector<std::string> row{point.rule};
    for (const int bits : point.widths) row.push_back(fmt::format("{}", bits));
    row.insert(row.end(),
               {fmt::format("{:.3f}", kilobytes(point)), fmt::format("{:.3f}", microjoules(point)),
                fmt::format("{}", point.cycles), fmt::format("{:.3f}", point.predicted_sqnr_db),
                fmt::format("{:.4f}", point.top1)});
    rows.push_back(std::move(row));
  }
  return rows;
}

Plot plot_of(const std::vector<CurvePoint>& curve, const std::string& title,
             const std::string& x_label, double float_top1, const Cost& cost) {
  Plot plot;
  plot.title = title;
  plot.subtitle = fmt::format("float {:.2f} %, no fine-tuning", 100 * float_top1);
  plot.x_label = x_label;
  plot.y_label = "top-1, %";
  plot.y_min = std::floor(100 * float_top1 - 8);
  for (const std::string& rule : rules_of(curve)) {
    Series series{rule, {}};
    for (const CurvePoint& point : curve) {
      if (point.rule == rule) series.points.push_back({cost(point), 100 * point.top1});
    }
    std::sort(series.points.begin(), series.points.end(),
              [](const Point& a, const Point& b) { return a.x < b.x; });
    plot.series.push_back(std::move(series));
  }
  return plot;
}

StudyOptions options(const Experiment& experiment, Scope scope) {
  StudyOptions options;
  options.scope = scope;
  options.jobs = experiment.jobs;
  options.progress = experiment.progress;
  return options;
}

/// Simulated energy where both costs aim at the same output noise, no accuracy involved.
Rows equal_noise_rows(AllocationStudy& study) {
  Rows rows{{"output SQNR", "cost: size, uJ", "cost: simulated energy, uJ", "saved"}};
  const NoiseTables& noise = study.noise(NoiseModel::kMeasured);
  for (int bits = kCurveLowest; bits <= kCurveHighest; ++bits) {
    const double limit =
        predicted_output_noise(study.space(), noise, equal_widths(study.space(), bits));
    const auto energy = [&](CostKind kind) {
      const Goal goal{Goal::Kind::kNoise, limit};
      const auto widths = study.allocate(NoiseModel::kMeasured, kind, goal).solution.widths;
      return study.simulate(widths).energy_pj / 1e6;
    };
    const double by_size = energy(CostKind::kSize), by_energy = energy(CostKind::kEnergy);
    rows.push_back({fmt::format("{:.1f} dB (equal {})", to_db(limit), bits),
                    fmt::format("{:.1f}", by_size), fmt::format("{:.1f}", by_energy),
                    saved(by_energy, by_size)});
  }
  return rows;
}

void compare_sizes(const Experiment& experiment, const ExperimentNetwork& network,
                   double float_top1, Page& page) {
  AllocationStudy study(network.network, experiment.calibration, *experiment.machines.front(),
                        options(experiment, Scope::kWeights));
  KnownAccuracies known;
  const std::vector<CurvePoint> curve = study.curve({kPaper, kMeasured}, experiment.test, known);
  page.heading(markdown_text(network.network.name) +
               ": model size (weights allocated, activations 8 bits)");
  page.picture(plot_of(curve, network.network.name + ": accuracy over model size", "weights, kB",
                       float_top1, kilobytes),
               network.network.name + "_size");
  page.table(saving_rows(curve, float_top1, "kB", kilobytes));
  page.csv(point_rows(curve, study.space().tensors), network.network.name + "_size");
}

/// Energy at equal accuracy where the cost of a bit is size, as in the paper, or simulated energy.
Rows cost_rows(const std::vector<CurvePoint>& curve, double float_top1) {
  Rows rows{{"float less", "cost: size, uJ", "cost: simulated energy, uJ", "saved"}};
  for (const double loss : kLosses) {
    std::optional<double> by_size, by_energy;
    for (const Saving& s : savings(curve, {float_top1 - loss}, microjoules)) {
      if (s.rule == kMeasured.name) by_size = s.rule_cost;
      if (s.rule == kHardware.name) by_energy = s.rule_cost;
    }
    rows.push_back({fmt::format("{:.1f} points ({:.2f} %)", 100 * loss, 100 * (float_top1 - loss)),
                    amount(by_size), amount(by_energy), saved(by_energy, by_size)});
  }
  return rows;
}

/// On every machine. Noise and accuracy do not depend on the machine and are measured once.
void compare_energies(const Experiment& experiment, const ExperimentNetwork& network,
                      double float_top1, Page& page) {
  StudyOptions study_options = options(experiment, Scope::kAll);
  KnownAccuracies known;
  for (const Machine* machine : experiment.machines) {
    AllocationStudy study(network.network, experiment.calibration, *machine, study_options);
    const std::vector<CurvePoint> curve =
        study.curve({kPaper, kMeasured, kHardware}, experiment.test, known);
    study_options.sensitivity = study.space().sensitivity;
    const std::string& name = machine->config.name;
    page.heading(fmt::format("{}: simulated energy on {} (weights and activations allocated)",
                             markdown_text(network.network.name), name));
    Plot plot = plot_of(curve, network.network.name + ": accuracy over energy on " + name,
                        "simulated energy, uJ an image", float_top1, microjoules);
    plot.log_x = true;  // widths beyond the native ones cost a multiple
    page.picture(plot, network.network.name + "_energy_" + name);
    page.table(saving_rows(curve, float_top1, "uJ", microjoules));
    page.text(
        "What the cost in the allocation does, the noise being measured in both: at equal "
        "accuracy, and at equal predicted output SQNR.");
    page.table(cost_rows(curve, float_top1));
    page.table(equal_noise_rows(study));
    page.csv(point_rows(curve, study.space().tensors), network.network.name + "_energy_" + name);
  }
}

}  // namespace

void equal_against_optimised(const Experiment& experiment) {
  Page page(experiment, "equal_against_optimised", "Equal against optimised widths");
  page.text(
      "Every point is an allocation without fine-tuning. *equal*: one width for all. *paper*: all "
      "tensors alike (one SQNR line), cost is size. *measured*: noise measured one tensor at a "
      "time, cost is size. *energy*: the same noise, cost is energy simulated on the accelerator. "
      "Costs at an accuracy are interpolated along each rule's curve; *single points* are the "
      "cheapest allocations that were executed and reach it, where equal widths only have whole "
      "bits. Differences below 0.3 points of accuracy are within the sampling error of 10,000 "
      "images.");
  page.provenance(true, true, true, true);
  for (const ExperimentNetwork& network : experiment.networks) {
    const double float_top1 =
        static_cast<double>(count_correct(
            network.network, experiment.test, experiment.jobs,
            experiment.progress ? experiment.progress("float accuracy", experiment.test.size())
                                : OnProgress{})) /
        static_cast<double>(experiment.test.size());
    compare_sizes(experiment, network, float_top1, page);
    compare_energies(experiment, network, float_top1, page);
  }
  page.save();
}

}  // namespace dcnsim
