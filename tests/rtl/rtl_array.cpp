// SPDX-License-Identifier: Apache-2.0
#include "tests/rtl/rtl_array.h"

#include <stdexcept>

#include "Vactivation_serial.h"
#include "Vbit_parallel.h"
#include "Vcomposable.h"
#include "Vfully_serial.h"
#include "tests/rtl/rtl_lines.h"

namespace dcnsim {
namespace {

template <class Model>
class Arrays : public RtlArrays {
 public:
  explicit Arrays(DatapathFamily family) : family_(family) {}

  ArrayConfig array(int dut) override {
    model_.dut = static_cast<std::uint8_t>(dut);
    model_.eval();
    ArrayConfig array;
    array.rows = model_.rows;
    array.columns = model_.columns;
    array.dataflow = dut % 2 == 0 ? Dataflow::kWeightStationary : Dataflow::kOutputStationary;
    array.datapath = family_;
    array.weight_bits = model_.native_weight_bits;
    array.activation_bits = model_.native_activation_bits;
    array.lanes = model_.lanes;
    array.bits_per_cycle = model_.bits_per_cycle;
    return array;
  }

  RtlResult run(int dut, const RtlLayer& layer, const std::vector<int>& cuts, int weight_line_bits,
                int activation_line_bits) override {
    const ArrayConfig config = array(dut);
    model_.weight_line_bits = static_cast<std::uint16_t>(weight_line_bits);
    model_.activation_line_bits = static_cast<std::uint16_t>(activation_line_bits);
    model_.weight_bits = static_cast<std::uint8_t>(layer.weight_format.bits);
    model_.activation_bits = static_cast<std::uint8_t>(layer.activation_format.bits);
    model_.weight_signed = layer.weight_format.is_signed;
    model_.weight_sign = layer.weight_format.is_sign();
    model_.activation_signed = layer.activation_format.is_signed;
    model_.pixels = static_cast<std::uint16_t>(layer.pixels);
    model_.channels = static_cast<std::uint16_t>(layer.groups * layer.channels);
    model_.group_channels = static_cast<std::uint16_t>(layer.channels);
    model_.sums_stay = layer.sums_stay;
    model_.exposed = layer.exposed;
    write_bias(config, layer);

    RtlResult result;
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
      const ArrayWork work = layer.work(cuts[i], cuts[i + 1]);
      model_.reduction = static_cast<std::uint16_t>(work.reduction);
      model_.position_channels = static_cast<std::uint16_t>(work.reduction / work.positions);
      model_.first_chunk = work.first_chunk;
      model_.last_chunk = work.last_chunk;
      RtlLines lines =
          rtl_lines(config, layer, cuts[i], cuts[i + 1], weight_line_bits, activation_line_bits);
      result.cycles.push_back(run_chunk(lines));
      if (!lines.weights.empty() || !lines.activations.empty()) result.all_lines_read = false;
    }
    read_sums(config, layer, result.sums);
    return result;
  }

 private:
  void tick() {
    model_.clk = 1;
    model_.eval();
    model_.clk = 0;
    model_.eval();
  }

  /// Blocks are counted through all groups, each of which begins one.
  static int block(const ArrayConfig& config, const RtlLayer& layer, int channel) {
    const int of_group = (layer.channels + config.columns - 1) / config.columns;
    return channel / layer.channels * of_group + channel % layer.channels / config.columns;
  }
  static std::uint8_t column(const ArrayConfig& config, const RtlLayer& layer, int channel) {
    return static_cast<std::uint8_t>(channel % layer.channels % config.columns);
  }

  void write_bias(const ArrayConfig& config, const RtlLayer& layer) {
    model_.bias_write = 1;
    for (int channel = 0; channel < layer.groups * layer.channels; ++channel) {
      model_.column = column(config, layer, channel);
      model_.address = static_cast<std::uint16_t>(block(config, layer, channel));
      model_.bias = static_cast<std::uint32_t>(layer.bias[static_cast<std::size_t>(channel)]);
      tick();
    }
    model_.bias_write = 0;
  }

  /// Presents the next line; true if the array uses it in this cycle.
  template <class Port>
  static bool present(const std::deque<RtlLine>& lines, Port& port, bool next) {
    if (!next) return false;
    if (lines.empty()) throw std::runtime_error("the array reads more lines than there are");
    for (std::size_t word = 0; word < lines.front().size(); ++word) {
      port[word] = lines.front()[word];
    }
    return true;
  }

  std::uint64_t run_chunk(RtlLines& lines) {
    model_.reset = 1;
    tick();
    model_.reset = 0;
    model_.eval();
    std::uint64_t cycles = 0;
    constexpr int kTooMany = 10'000'000;
    for (int cycle = 0; !model_.done; ++cycle) {
      if (cycle == kTooMany) throw std::runtime_error("the array does not finish");
      const bool weights = present(lines.weights, model_.weight_line, model_.weight_next);
      const bool activations =
          present(lines.activations, model_.activation_line, model_.activation_next);
      model_.eval();
      if (model_.occupied) ++cycles;
      tick();
      if (weights) lines.weights.pop_front();
      if (activations) lines.activations.pop_front();
    }
    return cycles;
  }

  void read_sums(const ArrayConfig& config, const RtlLayer& layer,
                 std::vector<std::int32_t>& sums) {
    for (int pixel = 0; pixel < layer.pixels; ++pixel) {
      for (int channel = 0; channel < layer.groups * layer.channels; ++channel) {
        model_.column = column(config, layer, channel);
        model_.address = static_cast<std::uint16_t>(64 * block(config, layer, channel) + pixel);
        model_.eval();
        sums.push_back(static_cast<std::int32_t>(model_.sum));
      }
    }
  }

  DatapathFamily family_;
  Model model_;
};

}  // namespace

std::unique_ptr<RtlArrays> make_rtl_arrays(DatapathFamily family) {
  switch (family) {
    case DatapathFamily::kBitParallel:
      return std::make_unique<Arrays<Vbit_parallel>>(family);
    case DatapathFamily::kActivationSerial:
      return std::make_unique<Arrays<Vactivation_serial>>(family);
    case DatapathFamily::kFullySerial:
      return std::make_unique<Arrays<Vfully_serial>>(family);
    case DatapathFamily::kComposable:
      return std::make_unique<Arrays<Vcomposable>>(family);
  }
  return nullptr;
}

}  // namespace dcnsim
