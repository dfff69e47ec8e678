// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/evaluation.h"

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "analysis/allocation/costs.h"
#include "analysis/allocation/tensors.h"
#include "models/arch/accelerator_yaml.h"
#include "models/arch/config_fields.h"
#include "models/arch/dram_fields.h"
#include "models/base/json/document.h"
#include "models/base/process/work_pool.h"
#include "platform/compiler/describe.h"

namespace dcnsim {
namespace {

bool is_proved(const std::vector<Descriptor>& layers) {
  return std::all_of(layers.begin(), layers.end(),
                     [](const Descriptor& d) { return d.kind != LayerKind::kConv || d.proved; });
}

/// Layers that have no tiling yet get one that is valid.
Json::binary_t bytes_of(std::vector<Descriptor> layers) {
  Json::binary_t bytes;
  for (Descriptor& layer : layers) {
    if (layer.tiling == Tiling{}) layer.tiling = one_tile(layer);
    const DescriptorBytes one = encode(layer);
    bytes.insert(bytes.end(), one.begin(), one.end());
  }
  return bytes;
}

std::vector<Descriptor> descriptors_of(const Json::binary_t& bytes) {
  if (bytes.size() % kDescriptorBytes != 0) throw std::runtime_error("no whole descriptors");
  std::vector<Descriptor> layers;
  for (std::size_t at = 0; at < bytes.size(); at += kDescriptorBytes) {
    DescriptorBytes one{};
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), kDescriptorBytes, one.begin());
    layers.push_back(decode(one));
  }
  return layers;
}

std::string packed(const Json& json) {
  const std::vector<std::uint8_t> bytes = Json::to_cbor(json);
  return {bytes.begin(), bytes.end()};
}

std::string key_of(double number) { return fields::decimal(number); }
std::string key_of(const std::optional<double>& number) { return number ? key_of(*number) : ""; }
std::string key_of(const std::string& text) { return text; }

template <class Read>
auto unpacked(const std::string& bytes, const Read& read) {
  try {
    return read(parse_cbor(bytes, "its CBOR"));
  } catch (const std::exception& e) {
    throw std::runtime_error(std::string("a damaged evaluation: ") + e.what());
  }
}

}  // namespace

AllocationRecord evaluate_allocation(NetworkQuantizer& quantizer, const QuantizeOptions& widths,
                                     const std::vector<Accumulator>& accumulators,
                                     const Dataset& images) {
  const FixedNetwork network = quantizer.quantize(widths).network;
  AllocationRecord record;
  record.input_format = network.input_format;
  record.zero_fractions = expected_zeros(quantizer, widths);
  record.weight_bits = weight_bits(quantizer.network(), widths);
  std::optional<std::uint64_t> exact;
  for (const Accumulator& accumulator : accumulators) {
    record.layers = describe(network, accumulator);
    if (images.size() == 0) continue;
    const bool proved = is_proved(record.layers);
    const std::uint64_t correct =
        proved && exact ? *exact : count_correct(network, images, accumulator);
    if (proved) exact = correct;
    record.correct.push_back(correct);
  }
  return record;
}

FixedNetwork topology(const FloatNetwork& network, const AllocationRecord& allocation) {
  FixedNetwork fixed;
  fixed.name = network.name;
  fixed.input = network.input;
  fixed.input_format = allocation.input_format;
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    FixedLayer& layer = fixed.layers.emplace_back();
    layer.node = network.layers[i].node;
    layer.weight = allocation.layers.at(i).weight;
    layer.requant = allocation.layers.at(i).requant;
  }
  return fixed;
}

std::string timing_identity(const FloatNetwork& network, const AllocationRecord& allocation) {
  std::string identity = std::to_string(allocation.input_format.bits);
  for (std::size_t i = 0; i < allocation.layers.size(); ++i) {
    const LayerNode& node = network.layers.at(i).node;
    identity += ' ' + std::to_string(node.input) + ' ' + std::to_string(node.input2) + ' ' +
                layer_key(allocation.layers[i]);
  }
  return identity;
}

std::string timing_identity(const AcceleratorConfig& machine, const DramSpec& dram,
                            const std::string& tables_identity) {
  AcceleratorConfig config = machine;
  config.name = "any";
  const bool is_priced = config.mapping.objective == Objective::kEnergy;
  if (!is_priced) config.cost = {};
  std::string identity = to_yaml(config) + (is_priced ? tables_identity : "");
  dram_fields::visit_fields(dram, [&](const dram_fields::Column& field, const auto& member) {
    if (field.bears == dram_fields::Bears::kOnTiming) identity += key_of(member) + ' ';
  });
  return identity;
}

std::string to_bytes(const AllocationRecord& r) {
  return packed({{"correct", r.correct},
                 {"input",
                  {r.input_format.bits, r.input_format.frac, r.input_format.is_signed,
                   r.input_format.narrow}},
                 {"layers", Json::binary(bytes_of(r.layers))},
                 {"weight_bits", r.weight_bits},
                 {"zeros", r.zero_fractions}});
}

AllocationRecord allocation_record(const std::string& bytes) {
  return unpacked(bytes, [](const Json& json) {
    AllocationRecord record;
    record.layers = descriptors_of(json.at("layers").get_binary());
    record.input_format.bits = json.at("input").at(0).get<int>();
    record.input_format.frac = json.at("input").at(1).get<int>();
    record.input_format.is_signed = json.at("input").at(2).get<bool>();
    record.input_format.narrow = json.at("input").at(3).get<bool>();
    json.at("zeros").get_to(record.zero_fractions);
    json.at("weight_bits").get_to(record.weight_bits);
    json.at("correct").get_to(record.correct);
    if (record.zero_fractions.size() != record.layers.size()) {
      throw std::runtime_error("layers without zeros");
    }
    return record;
  });
}

std::string to_bytes(const TimingRecord& r) {
  const std::string counters = to_bytes(r.counters);
  return packed({{"counters", Json::binary({counters.begin(), counters.end()})},
                 {"layers", Json::binary(bytes_of(r.layers))}});
}

TimingRecord timing_record(const std::string& bytes) {
  return unpacked(bytes, [](const Json& json) {
    const Json::binary_t& counters = json.at("counters").get_binary();
    TimingRecord record{descriptors_of(json.at("layers").get_binary()),
                        from_bytes<LayerCounters>({counters.begin(), counters.end()})};
    if (record.layers.size() != record.counters.size()) {
      throw std::runtime_error("layers without counters");
    }
    return record;
  });
}

}  // namespace dcnsim
