// SPDX-License-Identifier: Apache-2.0
// Cycles of arrays by themselves, as if every tile were in its buffer in time, against laws and
// closed forms that others publish of theirs.
#include <fmt/format.h>

#include <utility>
#include <vector>

#include "analysis/experiments/published_results.h"
#include "analysis/experiments/validation/anchor.h"
#include "models/perf/array_cycles.h"

namespace dcnsim {
namespace {

int divide_up(int a, int b) { return (a + b - 1) / b; }

double array_cycles_of(const AcceleratorConfig& machine, const ArrayWork& work) {
  return static_cast<double>(array_cycles(machine, work));
}

/// Of Bit Fusion's CIFAR-10 network.
std::vector<PublishedRow> cifar10_layers(const ValidationInputs& inputs) {
  std::vector<PublishedRow> layers;
  for (PublishedRow& row : published_rows(inputs.table("bit_fusion_rows"))) {
    if (row.network == "CIFAR10" && row.interface_bits == kPublishedInterfaceBits) {
      layers.push_back(std::move(row));
    }
  }
  return layers;
}

ArrayWork work_of(const AcceleratorConfig& machine, const BitFusionLayer& layer, int bits) {
  ArrayWork work;
  work.pixels = layer.out_height * layer.out_width;
  work.channels = layer.out_channels;
  work.reduction = layer.kernel * layer.kernel * layer.in_channels;
  const bool is_by_position = machine.array.reduction == Reduction::kChannels;
  work.positions = is_by_position ? layer.kernel * layer.kernel : 1;
  work.weight_bits = work.activation_bits = bits;
  return work;
}

/// Buffers as wide as the array takes, so that it is the array that counts.
constexpr const char* kWide =
    "buffers.input.word_bits: 512, buffers.input.banks: 64, buffers.weight.word_bits: 512, "
    "buffers.weight.banks: 64";

Anchor law(const ValidationInputs& inputs, const char* machine, const std::string& changes,
           const char* source, const std::string& name, int pixels, int weight_bits,
           int activation_bits, double published) {
  ArrayWork work;
  work.pixels = pixels;
  work.channels = 256;
  work.reduction = 2304;
  work.weight_bits = weight_bits;
  work.activation_bits = activation_bits;
  ArrayWork full = work;
  full.weight_bits = full.activation_bits = 16;
  const AcceleratorConfig config = inputs.config(machine, changes);
  return {name,
          "time, of that at 16 bits",
          published,
          array_cycles_of(config, work) / array_cycles_of(config, full),
          ValidationInputs::file_of(machine),
          changes,
          source};
}

}  // namespace

AnchorGroup serial_laws(const ValidationInputs& inputs) {
  AnchorGroup group{
      "serial", "Laws of bit-serial arrays",
      "What narrower operands save on the array alone: 256 channels, 2304 products each, 784 "
      "pixels (convolution) or one (fully connected), behind buffers as wide as the array. Then "
      "cycles of Stripes' tile of 16 windows, 16 filters and 16 lanes for the convolutions of Bit "
      "Fusion's CIFAR-10 network at 8 bits, by its authors' formula. Nothing was fitted. A machine "
      "of dcnsim that is serial in both operands is so for fully connected layers too, where Loom "
      "takes several weight bits side by side; UNPU's units look sums up in tables, which dcnsim "
      "has "
      "not."};
  const std::string stripes = std::string("array.weight_bits: 16, ") + kWide;
  for (const int bits : {1, 2, 4, 8}) {
    group.anchors.push_back(law(inputs, "small_edge_serial", stripes, "stripes",
                                fmt::format("Stripes, activations of {} bits", bits), 784, 16, bits,
                                bits / 16.0));
  }
  for (const int bits : {1, 2, 4, 8}) {
    group.anchors.push_back(law(inputs, "small_edge_fully_serial", kWide, "loom",
                                fmt::format("Loom, both of {} bits", bits), 784, bits, bits,
                                bits * bits / 256.0));
  }
  group.anchors.push_back(law(inputs, "small_edge_fully_serial", kWide, "loom",
                              "Loom, fully connected, both of 8 bits", 1, 8, 8, 8 / 16.0));
  group.anchors.push_back(law(inputs, "small_edge_serial", stripes, "unpu",
                              "UNPU, operands of 1 bit", 784, 16, 1, 1 / 21.3));
  const std::string tile =
      std::string(
          "array.rows: 16, array.dataflow: output-stationary, array.reduction: channels, ") +
      kWide;
  const AcceleratorConfig config = inputs.config("small_edge_serial", tile);
  for (const PublishedRow& p : cifar10_layers(inputs)) {
    const BitFusionLayer& l = p.layer;
    if (l.out_height == 1) continue;
    const double formula = 8.0 * l.kernel * l.kernel * divide_up(l.in_channels, 16) *
                           divide_up(l.out_channels, 16) *
                           divide_up(l.out_height * l.out_width, 16);
    group.anchors.push_back({"Stripes, " + p.name, "cycles", formula,
                             array_cycles_of(config, work_of(config, l, 8)),
                             ValidationInputs::file_of("small_edge_serial"), tile, "stripes"});
  }
  return group;
}

AnchorGroup systolic_forms(const ValidationInputs& inputs) {
  AnchorGroup group{
      "systolic", "Closed forms of SCALE-Sim and STONNE",
      "Cycles of the layers of Bit Fusion's CIFAR-10 network at 8 bits on arrays of n x n PEs, "
      "with kernel positions packed into rows (im2col). SCALE-Sim's array fills, streams and "
      "drains once a fold: 3 n - 2 cycles more than the pixels (weight-stationary), 2 n - 2 more "
      "than the products of a sum (output-stationary). dcnsim's loads the next weights beside the "
      "pixels (`hidden`) or between them (`exposed`) and drains beside both, so it takes less "
      "where folds are short. The RTL of Gemmini, above, pays about 13 cycles a fold at n = 16, "
      "SCALE-Sim 46. STONNE's output-stationary mesh drains a fold before it begins the next: 3 "
      "more than the products of a sum and the rows and columns in use (2 where that is one row), "
      "as 37 of its runs have it to the cycle. "
      "Nothing was fitted."};
  const std::vector<PublishedRow> layers = cifar10_layers(inputs);
  for (const char* kind : {"hidden", "exposed", "output-stationary"}) {
    for (const int n : {16, 32}) {
      const bool is_os = std::string(kind) == "output-stationary";
      const std::string changes =
          fmt::format("array.rows: {0}, array.columns: {0}, {1}: {2}, {3}", n,
                      is_os ? "array.dataflow" : "array.weight_load", kind, kWide);
      const AcceleratorConfig config = inputs.config("small_edge", changes);
      for (const PublishedRow& p : layers) {
        const ArrayWork work = work_of(config, p.layer, 8);
        const int folds =
            divide_up(is_os ? work.pixels : work.reduction, n) * divide_up(work.channels, n);
        const int fold = is_os ? work.reduction + 2 * n - 2 : work.pixels + 3 * n - 2;
        group.anchors.push_back({fmt::format("{0}, {1} x {1}, {2}", p.name, n, kind), "cycles",
                                 1.0 * folds * fold, array_cycles_of(config, work),
                                 ValidationInputs::file_of("small_edge"), changes, "scale_sim"});
        if (!is_os) continue;
        const int row_folds = divide_up(work.pixels, n), column_folds = divide_up(work.channels, n);
        const int drain = work.pixels == 1 ? 2 : 3;
        Anchor stonne = group.anchors.back();
        stonne.name += ", STONNE";
        stonne.published = 1.0 * folds * (work.reduction + drain) +
                           1.0 * column_folds * work.pixels + 1.0 * row_folds * work.channels;
        stonne.source = "stonne";
        group.anchors.push_back(std::move(stonne));
      }
    }
  }
  return group;
}

}  // namespace dcnsim
