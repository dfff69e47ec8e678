// SPDX-License-Identifier: Apache-2.0
// How NetworkBuilder gives maps that no layer makes a place in what layers write (map_placer.h).
#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

#include "models/base/text/printable.h"
#include "workloads/onnx/map_placer.h"
#include "workloads/onnx/network_builder.h"

namespace dcnsim {
namespace {

/// A pool that changes nothing but, maybe, the format.
LayerNode copying(const std::string& name, const Shape& shape) {
  LayerNode node;
  node.name = name;
  node.kind = LayerKind::kPool;
  node.pool.in = shape;
  return node;
}

}  // namespace

/// The layers once more, with those that copy.
class NetworkBuilder::Placement {
 public:
  explicit Placement(NetworkBuilder& builder)
      : builder_(builder),
        placer_(builder.input_layout_.shape, outputs(builder.layers_)),
        numbers_(builder.layers_.size()) {}

  /// Of maps that are read those of several pieces, the largest first, get their places.
  void join(std::vector<const DerivedMap*> read) {
    std::stable_sort(read.begin(), read.end(), [](const DerivedMap* a, const DerivedMap* b) {
      return a->pieces.size() > b->pieces.size();
    });
    for (const DerivedMap* map : read) placer_.join(map->pieces);
  }

  void add(std::size_t index) {
    const Layer& layer = builder_.layers_[index];
    origin_ = layer.origin;
    LayerNode node = layer.node;
    const Shape& in = layer.node.input_shape();
    connect(builder_.pieces_of(node.input), in, node.input, node.view);
    if (node.kind == LayerKind::kAdd) {
      connect(builder_.pieces_of(node.input2), layer.node.input2_shape(), node.input2, node.view2);
    }
    numbers_[index] = static_cast<int>(placed_.size());
    placed_.push_back(layer);
    placed_.back().node = std::move(node);
  }

  std::vector<Layer> take() { return std::move(placed_); }

 private:
  static std::vector<Shape> outputs(const std::vector<Layer>& layers) {
    std::vector<Shape> shapes;
    for (const Layer& layer : layers) shapes.push_back(layer.node.output_shape());
    return shapes;
  }

  /// What a layer that sees `pieces` reads, and how.
  void connect(const std::vector<MapPiece>& pieces, const Shape& in, int& input, MapView& view) {
    const PlacedView from = placer_.view_of(pieces);
    view = from.view;
    view.is_part = from.map != Shape{in.height, in.width, view.real_channels(in)};
    if (from.copy >= 0) {
      input = made(from.copy);
    } else if (from.join >= 0) {
      input = writers(from.join, view.channel, view.channel + view.real_channels(in));
    } else {
      input = from.producer == kNetworkInput ? kNetworkInput
                                             : numbers_[static_cast<std::size_t>(from.producer)];
    }
  }

  /// Makes all copies that channels [first, last) of a joined map need, and tells all of its
  /// writers where theirs are; the number of the last.
  int writers(int join, int first, int last) {
    const MapPlacer::JoinedMap& map = placer_.joined()[static_cast<std::size_t>(join)];
    const int number = joins_.try_emplace(join, static_cast<int>(joins_.size())).first->second;
    int latest = kNetworkInput;
    for (const MapPlacer::Slot& slot : map.slots) {
      if (slot.channel >= last || slot.channel + slot.piece.channels <= first) continue;
      const int writer = slot.copy >= 0 ? made(slot.copy)
                                        : numbers_[static_cast<std::size_t>(slot.piece.producer)];
      placed_[static_cast<std::size_t>(writer)].node.join = {number, slot.channel,
                                                             map.shape.channels};
      latest = std::max(latest, writer);
    }
    return latest;
  }

  int made(int copy) {
    if (const auto found = copies_.find(copy); found != copies_.end()) return found->second;
    MapPiece piece = placer_.copies()[static_cast<std::size_t>(copy)];
    Layer layer;
    layer.origin = origin_;
    layer.node = copying(name_of_copy(piece.producer), {piece.rows, piece.columns, piece.channels});
    if (builder_.fixed_) {
      layer.output = piece.spec ? *piece.spec : builder_.spec_of(piece.producer);
    }
    builder_.spend(layer.node.output_shape().elements());
    piece.spec.reset();
    connect({piece}, layer.node.pool.in, layer.node.input, layer.node.view);
    placed_.push_back(std::move(layer));
    return copies_[copy] = static_cast<int>(placed_.size()) - 1;
  }

  std::string name_of_copy(int producer) {
    const std::string stem =
        (producer == kNetworkInput
             ? builder_.graph_.input()
             : builder_.layers_[static_cast<std::size_t>(producer)].node.name) +
        "_copy";
    int& number = copies_of_[stem];
    std::string name;
    do {
      name = ++number == 1 ? stem : stem + std::to_string(number);
    } while (builder_.graph_.has_node(name));
    return name;
  }

  NetworkBuilder& builder_;
  MapPlacer placer_;
  std::vector<Layer> placed_;
  std::vector<int> numbers_;   ///< of the builder's layers among those placed
  std::map<int, int> copies_;  ///< likewise of the placer's copies
  std::map<int, int> joins_;   ///< of its joined maps in the order in which they are read
  std::map<std::string, int> copies_of_;  ///< how many there are of each name
  const onnx::NodeProto* origin_ = nullptr;
};

int NetworkBuilder::copy_map(int producer) {
  std::string name = "output_copy";
  while (graph_.has_node(name)) name += '_';
  Layer copy;
  copy.node = copying(name, shape_of(producer));
  copy.node.input = producer;
  copy.origin = node_;
  if (fixed_) copy.output = spec_of(producer);
  spend(copy.node.output_shape().elements());
  layers_.push_back(std::move(copy));
  return static_cast<int>(layers_.size()) - 1;
}

void NetworkBuilder::place_maps() {
  if (derived_.empty()) return;
  std::vector<const DerivedMap*> read;
  for (const Layer& layer : layers_) {
    for (const int producer : {layer.node.input, layer.node.input2}) {
      if (is_derived(producer)) read.push_back(&derived(producer));
    }
  }
  Placement placement(*this);
  placement.join(read);
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    try {
      placement.add(i);
    } catch (const std::runtime_error& error) {
      throw std::runtime_error(node_label(*layers_[i].origin) + ": " + error.what());
    }
  }
  layers_ = placement.take();
}

}  // namespace dcnsim
