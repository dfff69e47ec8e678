// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/allocations.h"

#include <cmath>
#include <map>
#include <memory>
#include <stdexcept>
#include <tuple>

#include "analysis/report/json_parts.h"
#include "models/base/json/fields.h"

namespace dcnsim {
namespace {

using Kind = AllocationRequest::Kind;
using Target = AllocationRequest::Target;

/// `bits` one for all, or one for each of the layers.
int width_of(const std::vector<int>& bits, std::size_t index) {
  return bits.size() == 1 ? bits.front() : bits[index];
}

void require_count(const char* what, const std::vector<int>& bits, std::size_t count) {
  if (bits.size() == 1 || bits.size() == count) return;
  throw std::runtime_error(std::to_string(bits.size()) + ' ' + what + ", expected 1 or " +
                           std::to_string(count));
}

QuantizeOptions per_layer(const AllocationRequest& request, const FloatNetwork& network) {
  QuantizeOptions options;
  std::vector<std::size_t> weighted, outputs;
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    if (network.layers[i].node.kind == LayerKind::kConv) weighted.push_back(i);
    if (i + 1 < network.layers.size()) outputs.push_back(i);
  }
  require_count("widths of weights", request.weights, weighted.size());
  require_count("widths of activations", request.activations, outputs.size());
  std::vector<LayerWidths> layers;
  for (const FloatLayer& layer : network.layers) layers.push_back({layer.node.name, 0, 0});
  for (std::size_t i = 0; i < weighted.size(); ++i) {
    layers[weighted[i]].weight_bits = width_of(request.weights, i);
  }
  // One width for all is the default of layers, so that max pools may keep their input's format.
  if (request.activations.size() == 1) {
    options.activation_bits = request.activations.front();
  } else {
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      layers[outputs[i]].output_bits = request.activations[i];
    }
  }
  for (LayerWidths& layer : layers) {
    if (layer.weight_bits != 0 || layer.output_bits != 0) options.layers.push_back(layer);
  }
  return options;
}

CostKind cost_kind(const std::string& name) {
  return name == "macs"     ? CostKind::kMacs
         : name == "energy" ? CostKind::kEnergy
         : name == "cycles" ? CostKind::kCycles
                            : CostKind::kSize;
}

NoiseModel noise_model(const std::string& name) {
  return name == "paper"    ? NoiseModel::kPaper
         : name == "tensor" ? NoiseModel::kTensor
                            : NoiseModel::kMeasured;
}

/// One study for all requests that allocate the same tensors.
class Studies {
 public:
  Studies(const FloatNetwork& network, const Dataset& calibration, const Machine& machine,
          const StudyOptions& options)
      : network_(network), calibration_(calibration), machine_(machine), options_(options) {}

  QuantizeOptions allocate(const AllocationRequest& request) {
    AllocationStudy& study = this->study(request);
    const NoiseModel noise = noise_model(request.noise);
    const CostKind cost = cost_kind(request.cost);
    try {
      return study.widths(study.allocate(noise, cost, goal(request, study)).solution.widths);
    } catch (const Unreachable&) {
      throw std::runtime_error("is out of reach of widths from 2 to 16 bits");
    }
  }

 private:
  AllocationStudy& study(const AllocationRequest& request) {
    auto& study = studies_[{request.tensors, request.activations.front(), request.scales}];
    if (study) return *study;
    StudyOptions options = options_;
    options.scope = request.tensors == "all" ? Scope::kAll : Scope::kWeights;
    options.base.activation_bits = request.activations.front();
    options.base.scales = request.scales;
    options.known_noise = &known_noise_;
    study = std::make_unique<AllocationStudy>(network_, calibration_, machine_, options);
    return *study;
  }

  Goal goal(const AllocationRequest& request, AllocationStudy& study) const {
    switch (request.target) {
      case Target::kEqualBits:
        return {
            Goal::Kind::kNoise,
            predicted_output_noise(study.space(), study.noise(noise_model(request.noise)),
                                   equal_widths(study.space(), static_cast<int>(request.goal)))};
      case Target::kSqnr:
        return {Goal::Kind::kNoise, std::pow(10, -request.goal / 10)};
      case Target::kSize:
        return {Goal::Kind::kCost, request.goal * 8e3};
      case Target::kEnergy:
        return {Goal::Kind::kCost, request.goal * 1e6};
      case Target::kLatency:
        break;
    }
    return {Goal::Kind::kCost, request.goal * 1e-3 / machine_.clock_period_s()};
  }

  const FloatNetwork& network_;
  const Dataset& calibration_;
  const Machine& machine_;
  const StudyOptions& options_;
  KnownNoise known_noise_;
  std::map<std::tuple<std::string, int, Scales>, std::unique_ptr<AllocationStudy>> studies_;
};

}  // namespace

std::vector<QuantizeOptions> resolve_allocations(const SweepSpec& spec, const FloatNetwork& network,
                                                 const Dataset& calibration, const Machine& machine,
                                                 const StudyOptions& options) {
  Studies studies(network, calibration, machine, options);
  std::vector<QuantizeOptions> allocations;
  for (const AllocationRequest& request : spec.allocations) {
    QuantizeOptions widths;
    try {
      if (request.kind == Kind::kEqual) {
        widths.weight_bits = request.weights.front();
        widths.activation_bits = request.activations.front();
      } else if (request.kind == Kind::kPerLayer) {
        widths = per_layer(request, network);
      } else if (request.kind == Kind::kFile) {
        load_widths(spec.path(request.file).path, widths);
      } else if (request.kind == Kind::kOptimal) {
        widths = studies.allocate(request);
      }
    } catch (const std::exception& e) {
      throw std::runtime_error(spec.file + ": allocation " + request.label + ": " + e.what());
    }
    widths.scales = request.scales;
    allocations.push_back(std::move(widths));
  }
  return allocations;
}

std::string allocations_to_json(const std::vector<std::vector<QuantizeOptions>>& by_network) {
  Json json = Json::array();
  for (const auto& allocations : by_network) {
    Json& network = json.emplace_back(Json::array());
    for (const QuantizeOptions& o : allocations) {
      Json layers = Json::array();
      for (const LayerWidths& layer : o.layers) {
        layers.push_back({layer.layer, layer.weight_bits, layer.output_bits});
      }
      network.push_back({{"weights", o.weight_bits},
                         {"activations", o.activation_bits},
                         {"logits", o.logit_bits},
                         {"input", o.input_bits},
                         {"scales", to_string(o.scales)},
                         {"layers", layers}});
    }
  }
  return one_line(json);
}

std::vector<std::vector<QuantizeOptions>> allocations_from_json(const std::string& text,
                                                                const std::string& file) {
  return read_fields(parse_json(text, file), file, [](const Fields& json) {
    std::vector<std::vector<QuantizeOptions>> by_network;
    for (const Fields& network : json.list("")) {
      std::vector<QuantizeOptions>& allocations = by_network.emplace_back();
      for (const Fields& f : network.list("")) {
        QuantizeOptions& o = allocations.emplace_back();
        o.weight_bits = f.integer("/weights", kMinBits, kMaxBits);
        o.activation_bits = f.integer("/activations", kMinBits, kMaxBits);
        o.logit_bits = f.integer("/logits", kMinBits, kMaxBits);
        o.input_bits = f.integer("/input", kMinBits, kMaxBits);
        o.scales = *scales_named(f.one_of("/scales", {kScalesNames.begin(), kScalesNames.end()}));
        for (const Fields& layer : f.list("/layers")) {
          o.layers.push_back({layer.exact_text("/0"), layer.integer("/1", 0, kMaxBits),
                              layer.integer("/2", 0, kMaxBits)});
        }
      }
    }
    return by_network;
  });
}

}  // namespace dcnsim
