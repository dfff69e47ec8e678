// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/sweep_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <stdexcept>

#include "analysis/sweep/spec_allocations.h"
#include "analysis/sweep/spec_axes.h"
#include "analysis/sweep/spec_values.h"
#include "models/base/yaml/document.h"

namespace dcnsim {
namespace {

constexpr const char* kBatchField = "mapping.batch";

class SweepReader {
 public:
  SweepReader(const std::string& file, const SweepFiles& files) : yaml_(file) {
    spec_.file = file;
    spec_.files = files;
    spec_.name = printable(std::filesystem::path(file).stem().string());
  }

  SweepSpec read(const YAML::Node& document) {
    yaml_.for_each_of(
        document, "", "sweep",
        {"name", "network", "accelerator", "calibration", "calibration_limit", "images",
         "image_limit", "labels", "pixels", "zeros", "format_rule", "axes", "allocations", "scales",
         "constraints", "objectives"},
        [&](const std::string& key, const std::string& field, const YAML::Node& value) {
          if (key == "name") {
            spec_.name = printable(yaml_.scalar(value, field, "a name"));
          } else if (key == "network") {
            networks(value, field);
          } else if (key == "accelerator") {
            spec_.accelerator = read_accelerator(yaml_, value, field, spec_);
          } else if (key == "calibration") {
            spec_.calibration = yaml_.path(value, field, "a path, or none");
            spec_.has_calibration = spec_.calibration != "none";
          } else if (key == "zeros") {
            spec_.zeros = yaml_.number(value, field);
            if (!(spec_.zeros >= 0 && spec_.zeros <= 1)) {
              yaml_.fail(value, field, "expected a share, 0..1");
            }
          } else if (key == "images") {
            spec_.images = yaml_.path(value, field, "a path, or none");
            spec_.has_accuracy = spec_.images != "none";
          } else if (key == "labels") {
            spec_.labels = yaml_.path(value, field, "a path");
          } else if (key == "pixels") {
            pixels(value, field);
          } else if (key == "calibration_limit" || key == "image_limit") {
            (key == "image_limit" ? spec_.image_limit : spec_.calibration_limit) =
                static_cast<std::uint64_t>(yaml_.whole(value, field, 1, 1'000'000));
          } else if (key == "format_rule") {
            format_rule(value, field);
          } else if (key == "axes") {
            spec_.axes = read_axes(yaml_, value, field, spec_);
          } else if (key == "allocations") {
            spec_.allocations = read_allocations(yaml_, value, field);
          } else if (key == "scales") {
            scales(value, field);
          } else if (key == "constraints") {
            constraints(value, field);
          } else {
            objectives(value, field);
          }
        });
    finish(document);
    return std::move(spec_);
  }

 private:
  void networks(const YAML::Node& node, const std::string& field) {
    spec_.networks.clear();
    for (const YAML::Node& item : yaml_.list(node, field)) {
      spec_.networks.push_back(yaml_.path(item, field, "a name or a path"));
      try {
        spec_.network_path(spec_.networks.back());
      } catch (const std::runtime_error& e) {
        yaml_.fail(item, field, e.what());
      }
      take_kind(item, field);
    }
  }

  /// Whether the network read last is in fixed point, as all are or none.
  void take_kind(const YAML::Node& item, const std::string& field) {
    if (!spec_.files.is_fixed_point) return;
    const std::string& name = spec_.networks.back();
    const bool is_fixed = spec_.files.is_fixed_point(spec_.network_path(name));
    if (spec_.networks.size() > 1 && is_fixed != spec_.networks_are_fixed) {
      yaml_.fail(item, field,
                 printable(name) + (is_fixed ? " is in fixed point" : " is a float network") +
                     ", unlike those before it: networks in fixed point beside their float "
                     "network are listed under allocations, as fixed");
    }
    spec_.networks_are_fixed = is_fixed;
  }

  void pixels(const YAML::Node& node, const std::string& field) {
    try {
      spec_.pixels = parse_convention(yaml_.scalar(node, field, "a convention"));
    } catch (const std::invalid_argument& e) {
      yaml_.fail(node, field, e.what());
    }
  }

  void format_rule(const YAML::Node& node, const std::string& field) {
    const std::string text = yaml_.scalar(node, field, "a rule");
    for (const FormatRule rule : {FormatRule::kMinimumError, FormatRule::kPaper,
                                  FormatRule::kNearest, FormatRule::kFiner}) {
      if (to_string(rule) != text) continue;
      spec_.rule = rule;
      return;
    }
    yaml_.fail(node, field,
               printable(text) + ", expected min-error, paper, nearest or finer" +
                   suggestion(text, {"min-error", "paper", "nearest", "finer"}));
  }

  void scales(const YAML::Node& node, const std::string& field) {
    scales_.clear();
    for (const YAML::Node& item : yaml_.list(node, field)) {
      const std::string name =
          yaml_.choice(item, field, {kScalesNames.begin(), kScalesNames.end()});
      const Scales one = *scales_named(name);
      if (std::count(scales_.begin(), scales_.end(), one) != 0) {
        yaml_.fail(item, field, name + " is there already");
      }
      scales_.push_back(one);
    }
  }

  static std::vector<std::string> metric_names() {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < kMetrics; ++i) {
      names.emplace_back(info(static_cast<Metric>(i)).name);
    }
    return names;
  }

  Metric metric(const YAML::Node& node, const std::string& field, const std::string& name) const {
    if (const auto found = metric_named(name)) return *found;
    yaml_.fail(node, field, kNoMetric + suggestion(name, metric_names()));
  }

  void constraints(const YAML::Node& node, const std::string& field) {
    constraints_ = node;
    yaml_.for_each_of(
        node, field, "constraints", metric_names(),
        [&](const std::string& key, const std::string& child, const YAML::Node& value) {
          Constraint constraint;
          constraint.metric = *metric_named(key);
          yaml_.for_each_of(
              value, child, "constraint", {"at_most", "at_least"},
              [&](const std::string& bound, const std::string& bound_field, const YAML::Node& at) {
                (bound == "at_most" ? constraint.at_most : constraint.at_least) =
                    yaml_.number(at, bound_field);
              });
          if (!constraint.at_most && !constraint.at_least) {
            yaml_.fail(value, child, "expected {at_most: NUMBER} or {at_least: NUMBER}");
          }
          spec_.constraints.push_back(constraint);
        },
        kNoMetric);
  }

  void objectives(const YAML::Node& node, const std::string& field) {
    objectives_ = node;
    for (const YAML::Node& item : yaml_.list(node, field)) {
      const Metric one = metric(item, field, yaml_.scalar(item, field, "metrics"));
      if (std::count(spec_.objectives.begin(), spec_.objectives.end(), one) != 0) {
        yaml_.fail(item, field, std::string(info(one).name) + " is there already");
      }
      spec_.objectives.push_back(one);
    }
    if (spec_.objectives.size() > 3) yaml_.fail(node, field, "more than three objectives");
  }

  void finish(const YAML::Node& document) {
    for (const Axis& axis : spec_.axes) {
      spec_.has_stream |= std::count(axis.settings.begin(), axis.settings.end(), kBatchField) != 0;
    }
    if (!spec_.has_calibration && spec_.has_accuracy && !spec_.networks_are_fixed) {
      yaml_.fail(document, "calibration", "none, but accuracy needs formats from images");
    }
    finish_allocations(document);
    under_all_scales(document);
    if (spec_.objectives.empty()) {
      const Metric accuracy = spec_.networks_are_fixed ? Metric::kTop1 : Metric::kLoss;
      spec_.objectives = {Metric::kEnergy, spec_.has_accuracy ? accuracy : Metric::kLatency};
    }
    require_known_metrics();
    double points = static_cast<double>(spec_.networks.size() * spec_.allocations.size());
    for (const Axis& axis : spec_.axes) points *= static_cast<double>(axis.values.size());
    if (points > static_cast<double>(kMostPoints)) {
      yaml_.fail(document, "axes",
                 fmt::format("{:.0f}", points) + " points in all, expected at most " +
                     std::to_string(kMostPoints) + ": drop values, link axes or split the sweep");
    }
  }

  /// What the whole file leaves unknown.
  void require_known_metrics() const {
    const auto require_known = [&](const YAML::Node& at, const char* field) {
      const std::string reason = spec_.why_unknown(*metric_named(at.Scalar()));
      if (!reason.empty()) yaml_.fail(at, field, reason);
    };
    if (objectives_) {
      for (const YAML::Node& item : yaml_.list(*objectives_, "objectives")) {
        require_known(item, "objectives");
      }
    }
    if (!constraints_) return;
    for (const auto& entry : *constraints_) require_known(entry.first, "constraints");
  }

  void finish_allocations(const YAML::Node& document) {
    if (!spec_.allocations.empty()) {
      if (!spec_.networks_are_fixed) return;
      yaml_.fail(document, "allocations",
                 "the network is in fixed point and has widths of its own: leave allocations out, "
                 "or give its float network and list it under allocations, as fixed");
    }
    AllocationRequest request;
    if (spec_.networks_are_fixed) {
      request.kind = AllocationRequest::Kind::kOwn;
      request.label = "as it is";
    } else {
      request.weights = request.activations = {8};
      request.label = "w8a8";
    }
    spec_.allocations.push_back(std::move(request));
  }

  /// Networks in fixed point have scales of their own and stand there once.
  void under_all_scales(const YAML::Node& document) {
    if (spec_.networks_are_fixed && scales_ != std::vector{Scales::kPowerOfTwo}) {
      yaml_.fail(document, "scales", "the network is in fixed point and has scales of its own");
    }
    std::vector<AllocationRequest> all;
    for (const AllocationRequest& request : spec_.allocations) {
      const bool is_fixed = request.kind == AllocationRequest::Kind::kNetwork;
      for (const Scales scales : is_fixed ? std::vector{Scales::kPowerOfTwo} : scales_) {
        all.push_back(request);
        all.back().scales = scales;
        if (scales != Scales::kPowerOfTwo)
          all.back().label += std::string(", ") + to_string(scales);
      }
    }
    spec_.allocations = std::move(all);
  }

  static constexpr const char* kNoMetric = "no such metric";

  SpecValues yaml_;
  SweepSpec spec_;
  std::vector<Scales> scales_{Scales::kPowerOfTwo};
  std::optional<YAML::Node> objectives_, constraints_;  ///< where they stand, if they do
};

bool is_path(const std::string& text) { return text.find_first_of("/.") != std::string::npos; }

}  // namespace

InputPath SweepSpec::path(const std::string& relative) const {
  return {(std::filesystem::path(file).parent_path() / relative).lexically_normal().string(),
          relative};
}

InputPath SweepSpec::network_path(const std::string& which) const {
  return is_path(which) ? path(which) : files.network(which);
}

InputPath SweepSpec::accelerator_path(const std::string& which) const {
  return is_path(which) ? path(which) : files.accelerator(which);
}

InputPath SweepSpec::calibration_path() const {
  return calibration.empty() ? files.calibration : path(calibration);
}

InputPath SweepSpec::images_path() const { return images.empty() ? files.images : path(images); }

std::string SweepSpec::why_unknown(Metric metric) const {
  if (metric == Metric::kImagesPerS || metric == Metric::kStreamEnergy) {
    if (has_stream) return "";
    return std::string(info(metric).name) + " needs an axis of " + kBatchField +
           ", if only of one value";
  }
  if (metric != Metric::kTop1 && metric != Metric::kLoss) return "";
  if (!has_accuracy) return std::string(info(metric).name) + " needs images";
  if (metric == Metric::kLoss && networks_are_fixed) {
    return "loss_points needs a float network to compare with, and the sweep's is in fixed point; "
           "top1_percent would do";
  }
  return "";
}

SweepSpec parse_sweep(const std::string& text, const std::string& file, const SweepFiles& files) {
  SweepSpec spec = SweepReader(file, files).read(parse_yaml(text, file));
  spec.text = text;
  return spec;
}

}  // namespace dcnsim
