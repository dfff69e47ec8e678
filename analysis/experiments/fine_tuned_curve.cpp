// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "analysis/evaluation/confidence.h"
#include "analysis/experiments/page.h"
#include "analysis/experiments/resampling.h"
#include "analysis/experiments/tuned_curve.h"
#include "analysis/report/allocation_report.h"

namespace dcnsim {
namespace {

using Rows = std::vector<std::vector<std::string>>;
using Accuracies = std::vector<double>;  // of the curve's points

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Costs that differ by no more count as the same.
constexpr double kSameCost = 0.02;

/// What is cheap or dear, and the rule that allocates for it.
struct Axis {
  CostKind kind;
  const char* unit;
  const char* label;
  double (*cost)(const TunedPoint&);

  std::string rule() const { return to_string(kind); }
};

const Axis kAxes[] = {
    {CostKind::kSize, "kB", "weights, kB",
     [](const TunedPoint& p) { return static_cast<double>(p.weight_bits) / 8e3; }},
    {CostKind::kEnergy, "uJ", "simulated energy, uJ an image",
     [](const TunedPoint& p) { return p.energy_pj / 1e6; }}};

/// All that the page is made of.
struct Judged {
  const TunedCurve& curve;
  std::vector<std::vector<std::string>> right;  ///< by point and run
  ResampledAccuracies accuracies;

  std::vector<std::size_t> points_of(const std::string& rule) const {
    std::vector<std::size_t> points;
    for (std::size_t i = 0; i < curve.points.size(); ++i) {
      if (curve.points[i].rule == rule) points.push_back(i);
    }
    return points;
  }
};

Judged judge(const Experiment& experiment, const TunedCurve& curve) {
  if (experiment.test_sha256 != curve.test_sha256) {
    throw std::runtime_error(
        fmt::format("--images: SHA-256 {}, expected {} as the results' test images have",
                    experiment.test_sha256, curve.test_sha256));
  }
  std::vector<std::vector<std::string>> right;
  for (const TunedPoint& point : curve.points) {
    right.emplace_back();
    for (const TunedRun& run : point.runs) {
      const std::string what = fmt::format("{}, seed {}", point.name, run.seed);
      const OnProgress progress =
          experiment.progress ? experiment.progress(what, experiment.test.size()) : OnProgress{};
      right.back().push_back(right_images(point, run, experiment.test, experiment.jobs, progress));
    }
  }
  ResampledAccuracies accuracies(right);
  return {curve, std::move(right), std::move(accuracies)};
}

/// The least cost at which `rule` reaches the accuracy; infinite if it does not.
double cost_at(const Judged& judged, const Axis& axis, const std::string& rule, double accuracy,
               const Accuracies& accuracies) {
  std::vector<std::pair<double, double>> points;
  for (const std::size_t i : judged.points_of(rule)) {
    points.emplace_back(axis.cost(judged.curve.points[i]), accuracies[i]);
  }
  return cost_at_accuracy(std::move(points), accuracy).value_or(kInfinity);
}

/// What the axis' rule saves of the cost of equal widths at the accuracy of point `at`, as a share.
double saving(const Judged& judged, const Axis& axis, std::size_t at,
              const Accuracies& accuracies) {
  return 1 - cost_at(judged, axis, axis.rule(), accuracies[at], accuracies) /
                 cost_at(judged, axis, kEqualRule, accuracies[at], accuracies);
}

std::string percent_text(double share) { return fmt::format("{:.2f}", 100 * share); }

std::string cost_text(double cost) {
  return std::isfinite(cost) ? fmt::format("{:.1f}", cost) : "not reached";
}

std::string saved_text(double share) {
  return std::isfinite(share) ? fmt::format("{:.1f} %", 100 * share) : "not reached";
}

std::string range(const std::string& low, const std::string& high) { return low + " .. " + high; }

/// Error of a point.
Estimate error_of(const Judged& judged, std::size_t point) {
  return judged.accuracies.estimate([&](const Accuracies& a) { return 1 - a[point]; });
}

Rows point_rows(const Judged& judged) {
  Rows rows{{"point", "weights, kB", "energy, uJ", "SQNR, dB", "error before, %", "error, %",
             "95 % interval", "epochs, rate", "s"}};
  for (std::size_t i = 0; i < judged.curve.points.size(); ++i) {
    const TunedPoint& point = judged.curve.points[i];
    const Estimate error = error_of(judged, i);
    double seconds = 0;
    for (const TunedRun& run : point.runs) seconds += run.seconds;
    rows.push_back({point.name, cost_text(kAxes[0].cost(point)), cost_text(kAxes[1].cost(point)),
                    fmt::format("{:.1f}", point.sqnr_db),
                    percent_text(1 - point.runs.front().before.share()), percent_text(error.value),
                    range(percent_text(error.low), percent_text(error.high)),
                    fmt::format("{}, {:.2g}", point.recipe.epochs, point.recipe.filter_rate),
                    fmt::format("{:.0f}", seconds)});
  }
  return rows;
}

Rows numbers_of(const Judged& judged) {
  Rows rows{{"point", "rule", "weight_bytes", "energy_pj", "sqnr_db", "seeds", "before_percent",
             "fine_tuned_percent", "low_percent", "high_percent"}};
  for (std::size_t i = 0; i < judged.curve.points.size(); ++i) {
    const TunedPoint& point = judged.curve.points[i];
    const Estimate error = error_of(judged, i);
    const auto number = [](double value) { return fmt::format("{:.3f}", value); };
    rows.push_back({point.name, point.rule, number(static_cast<double>(point.weight_bits) / 8),
                    number(point.energy_pj), number(point.sqnr_db),
                    std::to_string(point.runs.size()),
                    number(100 * (1 - point.runs.front().before.share())),
                    number(100 * error.value), number(100 * error.low), number(100 * error.high)});
  }
  return rows;
}

/// Equal and allocated widths of the same cost.
struct Pair {
  std::size_t equal, allocated;
};

/// For each point of equal widths the allocated one that is nearest in cost, if it costs the same.
std::vector<Pair> pairs_of(const Judged& judged, const Axis& axis) {
  std::vector<Pair> pairs;
  const std::vector<std::size_t> allocated = judged.points_of(axis.rule());
  for (const std::size_t equal : judged.points_of(kEqualRule)) {
    const double cost = axis.cost(judged.curve.points[equal]);
    const auto distance = [&](std::size_t point) {
      return std::abs(axis.cost(judged.curve.points[point]) - cost);
    };
    const auto nearest =
        std::min_element(allocated.begin(), allocated.end(),
                         [&](std::size_t a, std::size_t b) { return distance(a) < distance(b); });
    if (nearest == allocated.end() || distance(*nearest) > kSameCost * cost) continue;
    pairs.push_back({equal, *nearest});
  }
  return pairs;
}

/// How much larger the error of allocated widths is.
Estimate difference(const Judged& judged, const Pair& pair) {
  return judged.accuracies.estimate(
      [&](const Accuracies& a) { return a[pair.equal] - a[pair.allocated]; });
}

std::string mcnemar_text(const Judged& judged, const Pair& pair) {
  std::string text;
  for (std::size_t run = 0; run < judged.curve.seeds.size(); ++run) {
    const double p = mcnemar(judged.right[pair.equal][run], judged.right[pair.allocated][run]).p;
    text += fmt::format("{}{:.2g}", run == 0 ? "" : ", ", p);
  }
  return text;
}

Rows pair_rows(const Judged& judged, const Axis& axis, const std::vector<Pair>& pairs) {
  const std::string unit = axis.unit;
  Rows rows{{"equal", "allocated", "equal, " + unit, "allocated, " + unit, "SQNR, equal, dB",
             "allocated, dB", "error, equal, %", "allocated, %", "allocated less equal, points",
             "p"}};
  for (const Pair& pair : pairs) {
    const TunedPoint& equal = judged.curve.points[pair.equal];
    const TunedPoint& allocated = judged.curve.points[pair.allocated];
    const Estimate more = difference(judged, pair);
    const Accuracies& measured = judged.accuracies.measured();
    rows.push_back(
        {equal.name, allocated.name, cost_text(axis.cost(equal)), cost_text(axis.cost(allocated)),
         fmt::format("{:.1f}", equal.sqnr_db), fmt::format("{:.1f}", allocated.sqnr_db),
         percent_text(1 - measured[pair.equal]), percent_text(1 - measured[pair.allocated]),
         fmt::format("{:+.2f} ({:+.2f} .. {:+.2f})", 100 * more.value, 100 * more.low,
                     100 * more.high),
         mcnemar_text(judged, pair)});
  }
  return rows;
}

Rows saving_rows(const Judged& judged, const Axis& axis) {
  const std::string unit = axis.unit;
  Rows rows{{"at the error of", "error, %", "equal, " + unit, "allocated, " + unit, "saved",
             "95 % interval"}};
  const Accuracies& measured = judged.accuracies.measured();
  double cheapest = kInfinity;
  for (const std::size_t i : judged.points_of(axis.rule())) {
    cheapest = std::min(cheapest, axis.cost(judged.curve.points[i]));
  }
  for (const std::size_t at : judged.points_of(kEqualRule)) {
    const Estimate saved = judged.accuracies.estimate(
        [&](const Accuracies& a) { return saving(judged, axis, at, a); });
    const double allocated = cost_at(judged, axis, axis.rule(), measured[at], measured);
    // Nothing cheaper was fine-tuned.
    const std::string bound = allocated == cheapest ? "at least " : "";
    rows.push_back({judged.curve.points[at].name, percent_text(1 - measured[at]),
                    cost_text(cost_at(judged, axis, kEqualRule, measured[at], measured)),
                    (allocated == cheapest ? "at most " : "") + cost_text(allocated),
                    bound + saved_text(saved.value),
                    range(saved_text(saved.low), saved_text(saved.high))});
  }
  return rows;
}

/// What intervals say of a figure's sign, by what it is a figure of.
struct Verdicts {
  std::vector<std::string> above, below, open;

  /// Nothing within +-least counts.
  void add(const std::string& name, const Estimate& estimate, double least) {
    (estimate.low > least ? above : estimate.high < -least ? below : open).push_back(name);
  }
};

std::string list(const std::vector<std::string>& names) {
  return names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "));
}

std::string summary(const Judged& judged, const Axis& axis, const std::vector<Pair>& pairs) {
  Verdicts cheaper, worse;
  for (const std::size_t at : judged.points_of(kEqualRule)) {
    const Estimate saved = judged.accuracies.estimate(
        [&](const Accuracies& a) { return saving(judged, axis, at, a); });
    cheaper.add(judged.curve.points[at].name, saved, kSameCost);
  }
  for (const Pair& pair : pairs) {
    worse.add(judged.curve.points[pair.equal].name, difference(judged, pair), 0);
  }
  return fmt::format(
      "After fine-tuning, widths allocated by {0} need over {1:.0f} % less than equal ones at the "
      "error of: {2}; over {1:.0f} % more, or do not reach it: {3}; the images do not tell: {4}. "
      "At the same {0} they make fewer errors than: {5}; more than: {6}; the images do not tell: "
      "{7}.",
      axis.rule(), 100 * kSameCost, list(cheaper.above), list(cheaper.below), list(cheaper.open),
      list(worse.below), list(worse.above), list(worse.open));
}

Plot picture_of(const Judged& judged, const Axis& axis) {
  Plot plot;
  plot.title = judged.curve.network + ": error after fine-tuning";
  plot.subtitle = fmt::format("{} epochs, activations {} bits", judged.curve.recipe.epochs,
                              judged.curve.activation_bits);
  plot.x_label = axis.label;
  plot.y_label = "top-1 error, %";
  for (const auto& [rule, name] : {std::pair<std::string, std::string>{kEqualRule, "equal widths"},
                                   {axis.rule(), "allocated by " + axis.rule()}}) {
    Series series{name, {}};
    for (const std::size_t i : judged.points_of(rule)) {
      series.points.push_back(
          {axis.cost(judged.curve.points[i]), 100 * (1 - judged.accuracies.measured()[i])});
    }
    std::sort(series.points.begin(), series.points.end(),
              [](const Point& a, const Point& b) { return a.x < b.x; });
    if (!series.points.empty()) plot.series.push_back(std::move(series));
  }
  return plot;
}

void add_axis(const Judged& judged, const Axis& axis, Page& page) {
  if (judged.points_of(kEqualRule).empty() || judged.points_of(axis.rule()).empty()) return;
  const std::vector<Pair> pairs = pairs_of(judged, axis);
  page.heading("Allocated by " + axis.rule());
  page.picture(picture_of(judged, axis), axis.rule());
  page.text(summary(judged, axis, pairs));
  page.table(saving_rows(judged, axis));
  if (!pairs.empty()) page.table(pair_rows(judged, axis, pairs));
}

std::string setting(const TunedCurve& curve) {
  const FinetuneRecipe& recipe = curve.recipe;
  std::string text = fmt::format(
      "* network `{}`, SHA-256 `{}`\n* test images' SHA-256 `{}`\n* seeds {}; {} epochs of {} "
      "images in batches of {}, {} more choose the best epoch\n* sizes, energies on `{}` and SQNR "
      "are those of `dcnsim allocate` before fine-tuning",
      markdown_text(curve.network), curve.network_sha256, curve.test_sha256,
      fmt::join(curve.seeds, ", "), recipe.epochs, recipe.training_images, recipe.batch,
      recipe.validation_images, markdown_text(curve.accelerator));
  if (curve.left_out > 0) {
    text += fmt::format("\n* {} results of seeds that not all points have are left out",
                        curve.left_out);
  }
  return text;
}

}  // namespace

void fine_tuned_curve(const Experiment& experiment) {
  const TunedCurve curve = load_tuned_curve(experiment.results);
  const Judged judged = judge(experiment, curve);
  double seconds = 0;
  for (const TunedPoint& point : curve.points) {
    for (const TunedRun& run : point.runs) seconds += run.seconds;
  }
  Page page(experiment, "fine_tuned_curve", "Equal against allocated widths, with fine-tuning");
  page.text(fmt::format(
      "Top-1 error on {} test images after fine-tuning of weights that have one width, and of "
      "weights whose widths `dcnsim allocate` chose for their size or for simulated energy; "
      "activations have {} bits. Everything is chosen on training images; the networks are "
      "executed bit for bit by the reference executor. The {} fine-tunings took {:.0f} min.",
      curve.test_images, curve.activation_bits, curve.points.size() * curve.seeds.size(),
      seconds / 60));
  page.text(setting(curve));
  page.text(fmt::format(
      "Intervals are of 95 %, from 2,000 resamples of the test images, the same for all "
      "networks{}. "
      "Costs at an error are interpolated linearly along each curve, in every resample anew; "
      "\"at least\": no cheaper network was fine-tuned. p: McNemar's exact test on the same "
      "images, "
      "by seed.",
      curve.seeds.size() > 1 ? ", and of the deviations of seeds, pooled over all points"
                             : "; what another seed would change is not in them, as there is one"));
  for (const Axis& axis : kAxes) add_axis(judged, axis, page);
  page.heading("All points");
  page.table(point_rows(judged));
  page.csv(numbers_of(judged));
  page.save();
}

}  // namespace dcnsim
