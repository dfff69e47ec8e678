// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/layer_classes.h"

#include <string>

#include "tests/oracle/machine/pe_mode.h"

namespace dcnsim::oracle {
namespace {

using Classes = std::vector<CaseClass<RanLayer>>;

bool conv(const RanLayer& r) { return r.layer.kind == LayerKind::kConv; }
bool pool(const RanLayer& r) { return r.layer.kind == LayerKind::kPool; }
bool add(const RanLayer& r) { return r.layer.kind == LayerKind::kAdd; }
bool affine(const RanLayer& r) { return r.layer.requant.multiplies; }
bool counts(const RanLayer& r) { return r.layer.requant.counts; }
bool table(const RanLayer& r) { return pool(r) && r.layer.pool.kind == PoolKind::kTable; }
bool pair_is(const RanLayer& r, PairKind kind) { return add(r) && r.layer.pair == kind; }
bool average(const RanLayer& r) { return pool(r) && r.layer.pool.kind == PoolKind::kAverage; }

bool output_stationary(const RanLayer& r) {
  return r.machine.array.dataflow == Dataflow::kOutputStationary;
}
PeMode mode(const RanLayer& r) {
  return pe_mode(r.machine.array, r.layer.weight.bits, r.layer.input.bits);
}

/// How a layer is cut.
struct Cuts {
  bool pixels = false, channels = false, chunks = false;
  explicit Cuts(const RanLayer& r) {
    for (const Step& step : steps_of(r.layer)) {
      pixels |= step.rows.first > 0 || step.columns.first > 0;
      channels |= step.channels.first > 0;
      chunks |= !step.first_chunk;
    }
  }
};

bool chunked(const RanLayer& r) { return conv(r) && Cuts(r).chunks; }

/// Chunks on an array whose PEs keep the sums, or cannot.
bool sums_between_chunks(const RanLayer& r, bool stay) {
  if (!chunked(r) || !output_stationary(r)) return false;
  const Step step = steps_of(r.layer).front();
  const int pool = r.layer.fused_pool;
  const bool fit = step.rows.size() * step.columns.size() * pool * pool <= r.machine.array.rows &&
                   step.channels.size() <= r.machine.array.columns;
  return (fit && step.alone) == stay;
}

template <class Window>
bool padded(const Window& w) {
  return w.pad_top + w.pad_left + w.pad_bottom + w.pad_right > 0;
}

void add_datapaths(Classes& classes) {
  for (const DatapathFamily family :
       {DatapathFamily::kBitParallel, DatapathFamily::kActivationSerial,
        DatapathFamily::kFullySerial, DatapathFamily::kComposable}) {
    for (const bool stationary_outputs : {false, true}) {
      const std::string name =
          std::string(to_string(family)) + (stationary_outputs ? ", outputs" : ", weights");
      classes.push_back({name + " stationary", [=](const RanLayer& r) {
                           return conv(r) && r.machine.array.datapath == family &&
                                  output_stationary(r) == stationary_outputs;
                         }});
    }
    classes.push_back(
        {std::string(to_string(family)) + ", both operands in digits", [=](const RanLayer& r) {
           return conv(r) && r.machine.array.datapath == family && mode(r).weight_fetches > 1 &&
                  mode(r).activation_fetches > 1;
         }});
  }
  classes.push_back({"lanes without work", [](const RanLayer& r) {
                       return conv(r) &&
                              steps_of(r.layer).back().reduction.size() % mode(r).group != 0;
                     }});
}

bool by_channels(const RanLayer& r) {
  return conv(r) && r.machine.array.reduction == Reduction::kChannels;
}

void add_arrays(Classes& classes) {
  const auto positions = [](const RanLayer& r) {
    return r.layer.conv.kernel_h * r.layer.conv.kernel_w;
  };
  for (const bool stationary_outputs : {false, true}) {
    classes.push_back({std::string("kernel positions one by one, ") +
                           (stationary_outputs ? "outputs" : "weights") + " stationary",
                       [=](const RanLayer& r) {
                         return by_channels(r) && positions(r) > 1 &&
                                output_stationary(r) == stationary_outputs;
                       }});
  }
  const Classes more = {
      {"kernel positions that fill several row tiles",
       [=](const RanLayer& r) {
         return by_channels(r) && positions(r) > 1 && !output_stationary(r) &&
                steps_of(r.layer).front().group_inputs.size() >
                    r.machine.array.rows * mode(r).group;
       }},
      {"kernel positions in chunks",
       [=](const RanLayer& r) { return by_channels(r) && positions(r) > 1 && chunked(r); }},
      {"weights enter between passes",
       [](const RanLayer& r) {
         return conv(r) && r.machine.array.weight_load == WeightLoad::kExposed &&
                r.run.tally.fill_drain_cycles > 0;
       }},
      {"kernel positions side by side in the products of a PE",
       [=](const RanLayer& r) {
         return conv(r) && output_stationary(r) && positions(r) > 1 && r.run.tally.feeder_bits > 0;
       }},
      {"no feeder for windows",
       [=](const RanLayer& r) {
         return conv(r) && !by_channels(r) && positions(r) > 1 && r.run.tally.feeder_bits == 0;
       }},
      {"control of layers and passes", [](const RanLayer& r) {
         return r.machine.overhead.layer_cycles > 0 && r.machine.overhead.tile_cycles > 0;
       }}};
  classes.insert(classes.end(), more.begin(), more.end());
}

void add_loops(Classes& classes) {
  for (const bool by_pixels : {false, true}) {
    for (const bool chunks : {false, true}) {
      classes.push_back({std::string("pixel and channel tiles, ") +
                             (by_pixels ? "pixels outside" : "weights outside") +
                             (chunks ? ", in chunks" : ""),
                         [=](const RanLayer& r) {
                           if (!conv(r)) return false;
                           const Cuts cuts(r);
                           return cuts.pixels && cuts.channels &&
                                  pixels_outside(r.layer) == by_pixels && cuts.chunks == chunks;
                         }});
    }
  }
  const Classes more = {{"one pixel tile, weights outside by name",
                         [](const RanLayer& r) {
                           return conv(r) && r.layer.tiling.order == LoopOrder::kWeightOuter &&
                                  !Cuts(r).pixels && Cuts(r).channels;
                         }},
                        {"one channel tile, pixel tiles, chunks",
                         [](const RanLayer& r) {
                           return conv(r) && Cuts(r).pixels && !Cuts(r).channels && Cuts(r).chunks;
                         }},
                        {"one step", [](const RanLayer& r) { return r.run.steps == 1; }},
                        {"sums stay in PEs from chunk to chunk",
                         [](const RanLayer& r) { return sums_between_chunks(r, true); }},
                        {"sums leave after every chunk",
                         [](const RanLayer& r) { return sums_between_chunks(r, false); }},
                        {"sums in the accumulator buffer from chunk to chunk",
                         [](const RanLayer& r) { return chunked(r) && !output_stationary(r); }}};
  classes.insert(classes.end(), more.begin(), more.end());
}

void add_batches(Classes& classes) {
  const auto several = [](const RanLayer& r) { return r.layer.batch > 1; };
  const Classes more = {
      {"a batch past every weight tile",
       [=](const RanLayer& r) {
         return several(r) && conv(r) && !pixels_outside(r.layer) && Cuts(r).channels;
       }},
      {"a batch past every chunk, sums waiting",
       [=](const RanLayer& r) {
         return several(r) && chunked(r) && r.layer.tiling.order == LoopOrder::kWeightChunkOuter;
       }},
      {"a batch of images one after the other",
       [=](const RanLayer& r) { return several(r) && conv(r) && pixels_outside(r.layer); }},
      {"a batch of maps that stay on chip",
       [=](const RanLayer& r) { return several(r) && r.layer.output_on_chip; }},
      {"a batch of maps on chip",
       [=](const RanLayer& r) { return several(r) && r.layer.input_on_chip; }},
      {"a batch in a pool or an addition",
       [=](const RanLayer& r) { return several(r) && !conv(r); }}};
  classes.insert(classes.end(), more.begin(), more.end());
}

bool in_planes(int channels, int segment) { return segment != 0 && segment < channels; }
bool input_in_planes(const RanLayer& r) {
  return in_planes(r.layer.input_shape().channels, r.layer.input_segment);
}
bool output_in_planes(const RanLayer& r) {
  return in_planes(r.layer.output_shape().channels, r.layer.output_segment);
}

bool several_input_tiles(const RanLayer& r) {
  const int tile = r.layer.tiling.tile_in;
  return tile != 0 && tile < r.layer.conv.in.channels / r.layer.conv.groups;
}

void add_planes(Classes& classes) {
  for (const LayerKind kind : {LayerKind::kConv, LayerKind::kPool, LayerKind::kAdd}) {
    const std::string name(to_string(kind));
    classes.push_back({name + ", input in planes", [=](const RanLayer& r) {
                         return r.layer.kind == kind && input_in_planes(r);
                       }});
    classes.push_back({name + ", output in planes", [=](const RanLayer& r) {
                         return r.layer.kind == kind && output_in_planes(r);
                       }});
  }
  const auto of_several = [](const RanLayer& r, bool outside, bool gathering) {
    return conv(r) && output_in_planes(r) && Cuts(r).pixels && Cuts(r).channels &&
           pixels_outside(r.layer) == outside && gathers(r.layer) == gathering;
  };
  const Classes more = {
      {"channel tiles of whole planes, pixels outside",
       [=](const RanLayer& r) { return of_several(r, true, false); }},
      {"channel tiles of whole planes, weights outside",
       [=](const RanLayer& r) { return of_several(r, false, false); }},
      {"channel tiles of whole planes that are no array widths",
       [=](const RanLayer& r) {
         return (of_several(r, true, false) || of_several(r, false, false)) &&
                r.layer.tiling.tile_channels > r.machine.array.columns &&
                r.layer.tiling.tile_channels % r.machine.array.columns != 0;
       }},
      {"channel tiles of whole planes of less than an array width",
       [=](const RanLayer& r) {
         return (of_several(r, true, false) || of_several(r, false, false)) &&
                r.layer.tiling.tile_channels < r.machine.array.columns;
       }},
      {"channel tiles of parts of planes gather",
       [=](const RanLayer& r) { return of_several(r, true, true); }},
      {"channel tiles of whole planes that end inside a bus word",
       [=](const RanLayer& r) {
         const int bits = r.layer.output_segment * r.layer.requant.out.bits;
         return (of_several(r, true, false) || of_several(r, false, false)) &&
                bits % (8 * r.machine.dma.bus_bytes) != 0;
       }},
      {"whole planes of groups",
       [](const RanLayer& r) {
         return conv(r) && r.layer.conv.groups > 1 && output_in_planes(r) && Cuts(r).channels &&
                !gathers(r.layer);
       }},
      {"a smaller last plane of the input",
       [](const RanLayer& r) {
         return input_in_planes(r) && r.layer.input_shape().channels % r.layer.input_segment != 0;
       }},
      {"a smaller last plane of the output",
       [](const RanLayer& r) {
         return output_in_planes(r) &&
                r.layer.output_shape().channels % r.layer.output_segment != 0;
       }},
      {"planes in pixel tiles of some columns",
       [](const RanLayer& r) {
         return output_in_planes(r) && r.layer.tiling.tile_w < r.layer.output_shape().width;
       }},
      {"planes in pixel tiles of several whole rows",
       [](const RanLayer& r) {
         return input_in_planes(r) && output_in_planes(r) && Cuts(r).pixels &&
                r.layer.tiling.tile_h > 1 && r.layer.tiling.tile_w == r.layer.output_shape().width;
       }},
      {"input tiles of several planes",
       [](const RanLayer& r) {
         return conv(r) && !r.layer.input_on_chip && several_input_tiles(r) &&
                r.layer.tiling.tile_in > r.layer.input_segment;
       }},
      {"input tiles of a plane each, pixel tiles",
       [](const RanLayer& r) {
         return conv(r) && Cuts(r).pixels && several_input_tiles(r) &&
                r.layer.tiling.tile_in == r.layer.input_segment;
       }},
      {"a smaller last input tile",
       [](const RanLayer& r) {
         return conv(r) && several_input_tiles(r) &&
                r.layer.conv.in.channels / r.layer.conv.groups % r.layer.tiling.tile_in != 0;
       }},
      {"input tiles of planes in groups",
       [](const RanLayer& r) {
         return conv(r) && r.layer.conv.groups > 1 && several_input_tiles(r);
       }},
      {"pool in channel tiles", [](const RanLayer& r) { return pool(r) && Cuts(r).channels; }},
      {"addition in channel tiles", [](const RanLayer& r) { return add(r) && Cuts(r).channels; }},
      {"inputs from the middle of a strip to that of another",
       [](const RanLayer& r) {
         return r.layer.input_strip > 1 && Cuts(r).pixels &&
                r.layer.input_strip < r.layer.input_shape().width &&
                r.layer.tiling.tile_w % r.layer.input_strip != 0;
       }},
      {"tiles of strips that end inside a bus word",
       [](const RanLayer& r) {
         const int segment = r.layer.output_segment;
         const int channels = segment == 0 ? r.layer.output_shape().channels : segment;
         return r.layer.output_strip != 0 && r.layer.tiling.tile_w < r.layer.output_shape().width &&
                r.layer.tiling.tile_w * channels * r.layer.requant.out.bits %
                        (8 * r.machine.dma.bus_bytes) !=
                    0;
       }},
      {"one plane of all channels by name",
       [](const RanLayer& r) {
         return r.layer.input_segment == r.layer.input_shape().channels &&
                r.layer.output_segment == r.layer.output_shape().channels;
       }},
      {"addition of operands in different planes", [](const RanLayer& r) {
         return add(r) && !r.layer.input_on_chip && input_in_planes(r) &&
                in_planes(r.layer.add.channels, r.layer.input2_segment) &&
                r.layer.input_segment != r.layer.input2_segment;
       }}};
  classes.insert(classes.end(), more.begin(), more.end());
}

void add_kinds(Classes& classes) {
  const Classes kinds = {
      {"groups", [](const RanLayer& r) { return conv(r) && r.layer.conv.groups > 1; }},
      {"depthwise",
       [](const RanLayer& r) {
         return conv(r) && r.layer.conv.groups > 1 &&
                r.layer.conv.groups == r.layer.conv.in.channels;
       }},
      {"strides",
       [](const RanLayer& r) {
         return conv(r) && (r.layer.conv.stride_h > 1 || r.layer.conv.stride_w > 1);
       }},
      {"strides that leave inputs out",
       [](const RanLayer& r) {
         return conv(r) && (r.layer.conv.stride_h > r.layer.conv.kernel_h ||
                            r.layer.conv.stride_w > r.layer.conv.kernel_w);
       }},
      {"padding", [](const RanLayer& r) { return conv(r) && padded(r.layer.conv); }},
      {"fused pool", [](const RanLayer& r) { return conv(r) && r.layer.fused_pool > 1; }},
      {"rows or columns that fill no window of a fused pool",
       [](const RanLayer& r) {
         const Geometry g(r.layer);
         Axis rows = g.rows, columns = g.columns;
         rows.pool = columns.pool = 1;
         return conv(r) && (rows.outputs() % r.layer.fused_pool != 0 ||
                            columns.outputs() % r.layer.fused_pool != 0);
       }},
      {"fused pool, several pixel tiles",
       [](const RanLayer& r) { return conv(r) && r.layer.fused_pool > 1 && Cuts(r).pixels; }},
      {"biases of 8 bytes",
       [](const RanLayer& r) { return conv(r) && r.machine.accumulator.bits > 32; }},
      {"biases of 4 bytes",
       [](const RanLayer& r) { return conv(r) && r.machine.accumulator.bits <= 32; }},
      {"parameters of several weight tiles",
       [](const RanLayer& r) { return affine(r) && conv(r) && Cuts(r).channels; }},
      {"parameters with the last of several chunks",
       [](const RanLayer& r) { return affine(r) && conv(r) && Cuts(r).chunks; }},
      {"parameters of several groups at a time",
       [](const RanLayer& r) {
         return affine(r) && conv(r) && r.layer.conv.groups > 1 &&
                r.layer.tiling.tile_channels > r.layer.conv.out_channels / r.layer.conv.groups;
       }},
      {"parameters of 2 bytes",
       [](const RanLayer& r) {
         return affine(r) && conv(r) && r.machine.accumulator.multiplier_bits <= 10;
       }},
      {"parameters of 5 bytes",
       [](const RanLayer& r) {
         return affine(r) && conv(r) && r.machine.accumulator.multiplier_bits > 26;
       }},
      {"parameters with those of negative sums",
       [](const RanLayer& r) { return affine(r) && conv(r) && r.layer.requant.leaky; }},
      {"thresholds of several weight tiles",
       [](const RanLayer& r) { return counts(r) && Cuts(r).channels; }},
      {"thresholds with the last of several chunks",
       [](const RanLayer& r) { return counts(r) && Cuts(r).chunks; }},
      {"thresholds of 8 bytes",
       [](const RanLayer& r) { return counts(r) && r.machine.accumulator.bits > 32; }},
      {"15 thresholds of 4 bytes",
       [](const RanLayer& r) {
         return counts(r) && r.machine.accumulator.bits <= 32 && r.layer.requant.out.bits == 4 &&
                !r.layer.requant.out.narrow && !r.layer.requant.relu;
       }},
      {"pool that multiplies", [](const RanLayer& r) { return affine(r) && pool(r); }},
      {"addition that multiplies", [](const RanLayer& r) { return affine(r) && add(r); }},
      {"no multiplier on a machine that has one",
       [](const RanLayer& r) {
         return conv(r) && !affine(r) && r.machine.requantizer == RequantizerKind::kMultiplier;
       }},
      {"table in one tile", [](const RanLayer& r) { return table(r) && r.run.steps == 1; }},
      {"table in tiles", [](const RanLayer& r) { return table(r) && r.run.steps > 1; }},
      {"max pool", [](const RanLayer& r) { return pool(r) && !average(r) && !table(r); }},
      {"average pool", average},
      {"padded pool", [](const RanLayer& r) { return pool(r) && padded(r.layer.pool); }},
      {"overlapping pool",
       [](const RanLayer& r) { return pool(r) && r.layer.pool.stride_h < r.layer.pool.kernel_h; }},
      {"pool in tiles", [](const RanLayer& r) { return pool(r) && r.run.steps > 1; }},
      {"addition of different binary points",
       [](const RanLayer& r) { return add(r) && r.layer.input.frac != r.layer.input2.frac; }},
      {"addition of different widths",
       [](const RanLayer& r) { return add(r) && r.layer.input.bits != r.layer.input2.bits; }},
      {"addition in tiles", [](const RanLayer& r) { return add(r) && r.run.steps > 1; }},
      {"product of maps", [](const RanLayer& r) { return pair_is(r, PairKind::kProduct); }},
      {"product with a pixel in one tile",
       [](const RanLayer& r) { return pair_is(r, PairKind::kScaling) && r.run.steps == 1; }},
      {"product with a pixel in tiles of channels",
       [](const RanLayer& r) {
         return pair_is(r, PairKind::kScaling) && r.layer.tiling.tile_in != 0 &&
                r.layer.tiling.tile_in < r.layer.add.channels;
       }},
      {"product with a part of a map", [](const RanLayer& r) {
         return pair_is(r, PairKind::kScaling) && r.layer.input2_slice.height > 1;
       }}};
  classes.insert(classes.end(), kinds.begin(), kinds.end());
}

void add_buffers(Classes& classes) {
  for (const LayerKind kind : {LayerKind::kConv, LayerKind::kPool, LayerKind::kAdd}) {
    const std::string name(to_string(kind));
    classes.push_back({name + " with its input on chip", [=](const RanLayer& r) {
                         return r.layer.kind == kind && r.layer.input_on_chip;
                       }});
    classes.push_back({name + " that keeps its output on chip", [=](const RanLayer& r) {
                         return r.layer.kind == kind && r.layer.output_on_chip;
                       }});
    classes.push_back({name + ", several tiles, one slot", [=](const RanLayer& r) {
                         return r.layer.kind == kind && Cuts(r).pixels &&
                                !r.machine.input_buffer.double_buffered;
                       }});
    classes.push_back({name + ", several tiles, two slots", [=](const RanLayer& r) {
                         return r.layer.kind == kind && Cuts(r).pixels &&
                                r.machine.input_buffer.double_buffered;
                       }});
  }
  const Classes more = {
      {"several weight tiles, one slot",
       [](const RanLayer& r) {
         return conv(r) && (Cuts(r).channels || Cuts(r).chunks) &&
                !r.machine.weight_buffer.double_buffered;
       }},
      {"bursts of weights collide", [](const RanLayer& r) { return r.run.weight.collisions > 0; }},
      {"bursts of inputs collide", [](const RanLayer& r) { return r.run.input.collisions > 0; }},
      {"bursts of outputs collide", [](const RanLayer& r) { return r.run.output.collisions > 0; }},
      {"kept outputs collide", [](const RanLayer& r) { return r.run.kept_conflicts > 0; }},
      {"kept outputs in separate halves",
       [](const RanLayer& r) {
         return r.layer.output_on_chip && r.machine.input_buffer.separate_halves;
       }},
      {"a scratchpad that keeps outputs",
       [](const RanLayer& r) { return r.machine.shares_buffer() && r.layer.output_on_chip; }},
      {"a scratchpad that keeps inputs",
       [](const RanLayer& r) { return r.machine.shares_buffer() && r.layer.input_on_chip; }},
      {"weights find inputs in a scratchpad",
       [](const RanLayer& r) {
         return conv(r) && r.machine.shares_buffer() && !r.layer.output_on_chip &&
                r.run.kept_conflicts > 0;
       }},
      {"outputs find inputs in a scratchpad",
       [](const RanLayer& r) {
         return !conv(r) && r.machine.shares_buffer() && !r.layer.output_on_chip &&
                r.run.kept_conflicts > 0;
       }},
      {"bursts collide in a scratchpad, two slots",
       [](const RanLayer& r) {
         return r.machine.shares_buffer() && r.run.steps > 1 && r.run.input.collisions > 0 &&
                r.machine.shared_buffer.double_buffered;
       }},
      {"several steps in a scratchpad, one slot",
       [](const RanLayer& r) {
         return r.machine.shares_buffer() && r.run.steps > 1 &&
                !r.machine.shared_buffer.double_buffered;
       }},
      {"waits for weights", [](const RanLayer& r) { return r.run.tally.waits_weight > 0; }},
      {"waits for inputs", [](const RanLayer& r) { return r.run.tally.waits_input > 0; }},
      {"waits for outputs during a layer",
       [](const RanLayer& r) {
         return r.run.steps > 1 && r.run.tally.waits_output > 0 &&
                !r.machine.output_buffer.double_buffered;
       }},
      {"round robin between weights and inputs",
       [](const RanLayer& r) {
         return conv(r) && r.run.steps > 1 && !r.layer.input_on_chip &&
                r.machine.dma.arbitration == Arbitration::kRoundRobin;
       }},
      {"one request in flight", [](const RanLayer& r) { return r.machine.dma.outstanding == 1; }},
      {"two DRAM channels", [](const RanLayer& r) { return r.machine.dram.channels == 2; }}};
  classes.insert(classes.end(), more.begin(), more.end());
}

}  // namespace

Classes layer_classes() {
  Classes classes;
  add_datapaths(classes);
  add_arrays(classes);
  add_loops(classes);
  add_batches(classes);
  add_planes(classes);
  add_kinds(classes);
  add_buffers(classes);
  return classes;
}

}  // namespace dcnsim::oracle
