// SPDX-License-Identifier: Apache-2.0
// The operators of NetworkBuilder that cut maps and join them: Slice, Split, Concat and, along
// channels, Pad. They make no layer where a reader can address what they deliver
// (network_builder_places.cpp).
#include <algorithm>
#include <stdexcept>

#include "models/base/text/printable.h"
#include "workloads/onnx/dims.h"
#include "workloads/onnx/network_builder.h"

namespace dcnsim {
namespace {

/// As numbers of derived maps stand beside those of layers and the image.
constexpr int kFirstDerived = kNetworkInput - 1;

/// What a piece counts as where elements are counted: nested joins have many.
constexpr std::size_t kElementsAPiece = 256;

std::size_t number_of(int producer) { return static_cast<std::size_t>(kFirstDerived - producer); }

/// The format that holds all values of both.
QuantSpec joined(const QuantSpec& a, const QuantSpec& b) {
  if (a.is_affine() || b.is_affine()) {
    throw std::runtime_error("joins maps of " + a.text() + " and of " + b.text() +
                             ": a quantizer behind it would do");
  }
  const Format fa = a.format(), fb = b.format();
  const int frac = std::max(fa.frac, fb.frac);
  const bool is_signed = fa.is_signed || fb.is_signed;
  const auto bits = [&](const Format& f) {
    return f.bits + (frac - f.frac) + (is_signed && !f.is_signed ? 1 : 0);
  };
  return {std::max(bits(fa), bits(fb)), frac, is_signed, false, "ROUND"};
}

}  // namespace

bool NetworkBuilder::is_derived(int producer) const { return producer <= kFirstDerived; }

const DerivedMap& NetworkBuilder::derived(int producer) const {
  return derived_[number_of(producer)];
}

std::vector<MapPiece> NetworkBuilder::pieces_of(int producer) const {
  if (is_derived(producer)) return derived(producer).pieces;
  MapPiece whole;
  whole.producer = producer;
  const Shape shape = shape_of(producer);
  whole.channels = shape.channels;
  whole.rows = shape.height;
  whole.columns = shape.width;
  return {whole};
}

/// Number of a map of these pieces: the producer's own if they are all of one.
int NetworkBuilder::derive(const Shape& shape, const std::vector<MapPiece>& pieces) {
  DerivedMap map{shape, merged(pieces)};
  const MapPiece& first = map.pieces.front();
  if (map.pieces.size() == 1 && !first.is_zeros && !first.spec &&
      shape == shape_of(first.producer)) {
    return first.producer;
  }
  spend(map.pieces.size() * kElementsAPiece);
  derived_.push_back(std::move(map));
  return kFirstDerived - (static_cast<int>(derived_.size()) - 1);
}

NetworkBuilder::Activation NetworkBuilder::map_operand(const std::string& tensor) const {
  const Activation from = activation(tensor);
  require_no_padding(from);
  if (from.view == map_view(shape_of(from.producer))) return from;
  throw std::runtime_error("needs N x C x H x W, gets " + text(from.view));
}

/// What `cuts` leave of the map `from`, one a dimension.
NetworkBuilder::Activation NetworkBuilder::cut(Activation from,
                                               const std::vector<AxisSteps>& cuts) {
  Shape shape = shape_of(from.producer);
  std::vector<MapPiece> pieces = pieces_of(from.producer);
  for (std::size_t i = 0; i < cuts.size(); ++i) {
    if (cuts[i].count < 1 || cuts[i].step < 1) {
      throw std::runtime_error(cuts[i].count < 1 ? "leaves nothing of a feature map"
                                                 : "goes backwards through a feature map, which "
                                                   "no layer here does");
    }
  }
  const auto steps = [](const AxisSteps& cut, int& extent, const auto& move) {
    extent = static_cast<int>(cut.count);
    move(static_cast<int>(cut.first), cut.count > 1 ? static_cast<int>(cut.step) : 1);
  };
  if (cuts[1].step > 1 && cuts[1].count > 1) {
    throw std::runtime_error("leaves out channels between others, which no layer here does");
  }
  steps(cuts[1], shape.channels,
        [&](int first, int) { pieces = channels_of(pieces, first, shape.channels); });
  steps(cuts[2], shape.height, [&](int first, int step) {
    for (MapPiece& piece : pieces) {
      piece.row += first * piece.stride_h;
      piece.stride_h *= step;
      piece.rows = shape.height;
    }
  });
  steps(cuts[3], shape.width, [&](int first, int step) {
    for (MapPiece& piece : pieces) {
      piece.column += first * piece.stride_w;
      piece.stride_w *= step;
      piece.columns = shape.width;
    }
  });
  from.producer = derive(shape, pieces);
  from.view = map_view(shape_of(from.producer));
  return from;
}

void NetworkBuilder::slice() {
  const auto given = [&](int index, const char* attribute) {
    const std::vector<std::int64_t> values = attributes_->integers(attribute);
    return given_dims(index).value_or(values);
  };
  const SliceAmounts amounts{given(1, "starts"), given(2, "ends"), given(3, "axes"),
                             given(4, "steps")};
  const Activation from = activation(input(0));
  const Dims dims = extents(from.view, from.pads.around(shape_of(from.producer)));
  const std::vector<AxisSteps> cuts = axis_steps(amounts, dims);
  bool cuts_nothing = true;
  for (std::size_t i = 0; i < cuts.size(); ++i) {
    cuts_nothing = cuts_nothing && cuts[i].count == dims[i] && cuts[i].step > 0;
  }
  if (cuts_nothing) return deliver(from);
  deliver(cut(map_operand(input(0)), cuts));
}

void NetworkBuilder::split() {
  const Activation from = map_operand(input(0));
  const Dims dims = extents(from.view, shape_of(from.producer));
  const std::size_t axis = axis_of(attributes_->integer("axis", 0), dims.size());
  Dims sizes = attributes_->integers("split");
  if (const auto input_sizes = given_dims(1)) sizes = *input_sizes;
  const auto outputs = static_cast<std::int64_t>(node_->output_size());
  attributes_->ignore("num_outputs");
  if (sizes.empty()) {
    const std::int64_t size = (dims[axis] + outputs - 1) / outputs;
    for (std::int64_t i = 0; i < outputs; ++i) {
      sizes.push_back(std::clamp<std::int64_t>(dims[axis] - i * size, 0, size));
    }
  }
  std::int64_t first = 0;
  for (const std::int64_t size : sizes) {
    if (size < 1 || size > dims[axis] - first) first = dims[axis];
    first += size;
  }
  if (static_cast<std::int64_t>(sizes.size()) != outputs || first != dims[axis]) {
    throw std::runtime_error("splits " + std::to_string(dims[axis]) + " into " + text(sizes) +
                             " for " + std::to_string(outputs) + " outputs");
  }
  first = 0;
  for (int i = 0; i < node_->output_size(); ++i) {
    std::vector<AxisSteps> cuts;
    for (const std::int64_t extent : dims) cuts.push_back({0, extent, 1});
    const std::int64_t size = sizes[static_cast<std::size_t>(i)];
    cuts[axis] = {first, size, 1};
    Activation part = cut(from, cuts);
    part.shared = part.shared || outputs > 1;
    activations_[node_->output(i)] = std::move(part);
    first += size;
  }
}

void NetworkBuilder::concat() {
  const std::int64_t given_axis = attributes_->integer("axis", 1);
  Activation joined_map;
  std::vector<MapPiece> pieces;
  Shape shape;
  for (int i = 0; i < node_->input_size(); ++i) {
    if (constants_.has(input(i))) throw std::runtime_error("joins a constant to a feature map");
    const Activation from = map_operand(input(i));
    const Shape part = shape_of(from.producer);
    if (axis_of(given_axis, from.view.size()) != 1) {
      throw std::runtime_error(
          "joins maps along another axis than their channels, which no layer "
          "here does");
    }
    if (i == 0) {
      joined_map = from;
      shape = part;
    } else {
      if (part.height != shape.height || part.width != shape.width) {
        throw std::runtime_error("joins maps of different rows or columns");
      }
      shape.channels = extent_of(std::int64_t{shape.channels} + part.channels, "channels", 1);
      joined_map.quantized = joined_map.quantized && from.quantized;
      joined_map.shared = joined_map.shared || from.shared;
    }
    const std::vector<MapPiece> of_part = pieces_of(from.producer);
    pieces.insert(pieces.end(), of_part.begin(), of_part.end());
  }
  joined_map.producer = derive(shape, pieces);
  joined_map.view = map_view(shape_of(joined_map.producer));
  deliver(std::move(joined_map));
}

/// Channels of zeros around those of `from`.
void NetworkBuilder::pad_channels(Activation& from, int before, int after) {
  Shape shape = shape_of(from.producer);
  std::vector<MapPiece> pieces = pieces_of(from.producer);
  MapPiece zeros;
  zeros.is_zeros = true;
  const auto add = [&](int count, auto place) {
    zeros.channels = count;
    if (count > 0) pieces.insert(place, zeros);
  };
  add(before, pieces.begin());
  add(after, pieces.end());
  shape.channels = extent_of(std::int64_t{shape.channels} + before + after, "channels", 1);
  from.producer = derive(shape, pieces);
  from.view = map_view(from.pads.around(shape));
}

/// The format that a reader finds, of which all pieces are.
void NetworkBuilder::require_common_format(int producer) {
  std::vector<MapPiece>& pieces = derived_[number_of(producer)].pieces;
  std::optional<QuantSpec> common;
  const auto spec = [&](const MapPiece& piece) {
    return piece.spec ? *piece.spec : spec_of(piece.producer);
  };
  bool differ = false;
  for (const MapPiece& piece : pieces) {
    if (piece.is_zeros) continue;
    Activation from;
    from.producer = piece.producer;
    from.quantized = piece.producer != kNetworkInput &&
                     layers_[static_cast<std::size_t>(piece.producer)].output.has_value();
    require_format(from);
    if (!common) common = spec(piece);
    if (spec(piece).has_codes_of(*common)) continue;
    differ = true;
    common = joined(*common, spec(piece));
  }
  if (!differ) return;
  if (common->bits > kMaxBits) {
    throw std::runtime_error("joins maps of formats that no format of " + std::to_string(kMaxBits) +
                             " bits holds: a Quant node behind it would "
                             "do");
  }
  for (MapPiece& piece : pieces) {
    if (piece.is_zeros || spec(piece).has_codes_of(*common)) continue;
    if (piece.spec) throw std::runtime_error("joins a map that was quantized twice to another");
    piece.spec = common;
  }
}

/// Of what a Quant node makes of a map that no layer makes: its layers deliver this format if they
/// have none, else it is given to their values.
void NetworkBuilder::quantize_derived(const QuantSpec& spec) {
  spec.format();
  Activation from = activation(input(0));
  std::vector<MapPiece> pieces = pieces_of(from.producer);
  for (MapPiece& piece : pieces) {
    if (piece.is_zeros) continue;
    if (piece.producer == kNetworkInput) {
      if (!input_quant_) quantize_input(spec);
    } else if (Layer& layer = layers_[static_cast<std::size_t>(piece.producer)]; !layer.output) {
      if (from.shared) {
        throw std::runtime_error("something else reads '" + printable(input(0)) +
                                 "' before it is quantized");
      }
      give_format(layers_, layer, spec);
    }
    const QuantSpec& has = piece.spec ? *piece.spec : spec_of(piece.producer);
    if (has.has_codes_of(spec)) continue;
    if (piece.spec) {
      copying_layer(spec);
      return;
    }
    piece.spec = spec;
  }
  from.producer = derive(shape_of(from.producer), pieces);
  from.quantized = true;
  deliver(std::move(from));
}

}  // namespace dcnsim
