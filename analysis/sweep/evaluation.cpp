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
#include "models/base/json/fields.h"
#include "models/base/process/work_pool.h"
#include "platform/compiler/describe.h"
#include "workloads/executor.h"
#include "workloads/images/network_input.h"
#include "workloads/map_parts.h"

namespace dcnsim {
namespace {

/// Whether all accumulators that hold the sums give the same codes.
bool is_proved(const std::vector<Descriptor>& layers) {
  return std::all_of(layers.begin(), layers.end(), [](const Descriptor& d) {
    return !d.requant.multiplies && (d.kind != LayerKind::kConv || d.proved);
  });
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
    const std::string file = "its CBOR";
    return read_fields(parse_cbor(bytes, file), file, read);
  } catch (const std::exception& e) {
    throw std::runtime_error(std::string("a damaged evaluation: ") + e.what());
  }
}

}  // namespace

namespace {

/// All but zeros and bits.
AllocationRecord classified(const FixedNetwork& network,
                            const std::vector<Accumulator>& accumulators, const Dataset& images) {
  AllocationRecord record;
  record.input_format = network.input_format;
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

/// Shares of zeros among each layer's input codes.
std::vector<double> counted_zeros(const FixedNetwork& network, const Dataset& images) {
  std::vector<double> zeros(network.layers.size());
  const MapParts<FixedNetwork> maps(network);
  Executor executor(network, Accumulator{});
  const CodeInput input(network, images);
  for (std::size_t i = 0; i < images.size(); ++i) {
    const CodeTensor image = input(i);
    const std::vector<CodeTensor>& outputs = executor.run(image).layers;
    for (std::size_t layer = 0; layer < zeros.size(); ++layer) {
      const LayerNode& node = network.layers[layer].node;
      std::uint64_t zero_codes = 0, codes = 0;
      for (const MapPart& part : maps.seen(node.input, node.view, node.input_shape())) {
        const CodeTensor& read = part.producer == kNetworkInput
                                     ? image
                                     : outputs[static_cast<std::size_t>(part.producer)];
        zero_codes += count_zeros(read);
        codes += read.size();
      }
      zeros[layer] += static_cast<double>(zero_codes) / static_cast<double>(codes);
    }
  }
  for (double& share : zeros) share /= static_cast<double>(images.size());
  return zeros;
}

}  // namespace

AllocationRecord evaluate_allocation(NetworkQuantizer& quantizer, const QuantizeOptions& widths,
                                     const std::vector<Accumulator>& accumulators,
                                     const Dataset& images) {
  AllocationRecord record = classified(quantizer.quantize(widths).network, accumulators, images);
  record.zero_fractions = expected_zeros(quantizer, widths);
  record.weight_bits = weight_bits(quantizer.network(), widths);
  return record;
}

AllocationRecord evaluate_allocation(const FixedNetwork& network, const Dataset& calibration,
                                     const std::vector<Accumulator>& accumulators,
                                     const Dataset& images) {
  AllocationRecord record = classified(network, accumulators, images);
  record.zero_fractions = counted_zeros(network, calibration);
  for (const FixedLayer& layer : network.layers) {
    record.weight_bits += layer.weights.size() * static_cast<std::uint64_t>(layer.weight.bits);
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
  const bool is_priced = config.mapping.asks_for(Objective::kEnergy);
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
  return unpacked(bytes, [](const Fields& f) {
    AllocationRecord record;
    record.layers = descriptors_of(f.bytes("/layers"));
    record.input_format = {f.integer("/input/0", kMinBits, kMaxBits),
                           f.integer("/input/1", -kMaxFrac, kMaxFrac), f.flag("/input/2"),
                           f.flag("/input/3")};
    record.zero_fractions = f.numbers("/zeros", record.layers.size());
    record.weight_bits = f.count("/weight_bits");
    for (const Fields& correct : f.list("/correct")) record.correct.push_back(correct.count(""));
    return record;
  });
}

std::string to_bytes(const TimingRecord& r) {
  const std::string counters = to_bytes(r.counters);
  return packed({{"counters", Json::binary({counters.begin(), counters.end()})},
                 {"layers", Json::binary(bytes_of(r.layers))}});
}

TimingRecord timing_record(const std::string& bytes) {
  return unpacked(bytes, [](const Fields& f) {
    const Json::binary_t& counters = f.bytes("/counters");
    TimingRecord record{descriptors_of(f.bytes("/layers")),
                        from_bytes<LayerCounters>({counters.begin(), counters.end()})};
    if (record.layers.size() != record.counters.size()) {
      throw std::runtime_error("layers without counters");
    }
    return record;
  });
}

}  // namespace dcnsim
