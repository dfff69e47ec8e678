// SPDX-License-Identifier: Apache-2.0
// Where maps that no layer makes lie: layers write side by side what others read as one, so that
// nothing is copied where a map has one place; what cannot lie where it is read is copied there.
#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "workloads/onnx/derived_map.h"

namespace dcnsim {

/// What a reader sees of a map, before layers have their final numbers.
struct PlacedView {
  int join = -1;                 ///< the joined map that is read, or -1:
  int producer = kNetworkInput;  ///< this layer's own, or the image
  int copy = -1;                 ///< or what this copy delivers
  Shape map;                     ///< of what is read
  MapView view;
};

class MapPlacer {
 public:
  /// What is written to a joined map: a layer's output, or a copy.
  struct Slot {
    MapPiece piece;
    int copy = -1;  ///< its number
    int channel = 0;
  };
  struct JoinedMap {
    std::vector<Slot> slots;
    Shape shape;
  };

  /// `outputs` has the shapes of all layers' outputs; the last is the network's and lies alone.
  MapPlacer(const Shape& image, std::vector<Shape> outputs);

  /// To be called for all maps that are read and have several pieces, those of more pieces first:
  /// what then has fewer may be a part of what has more.
  void join(const std::vector<MapPiece>& pieces);

  /// Throws std::runtime_error for zeros between channels, or nothing else. A map of one piece may
  /// need a copy, which is made now.
  PlacedView view_of(const std::vector<MapPiece>& pieces);

  const std::vector<JoinedMap>& joined() const { return joined_; }
  /// The pieces to be copied, by number.
  const std::vector<MapPiece>& copies() const { return copies_; }

 private:
  struct Place {
    int map = -1;  ///< -1: alone
    std::size_t slot = 0;
  };
  const Shape& shape_of(int producer) const;
  bool may_be_joined(const MapPiece& piece) const;
  Place find(const std::vector<MapPiece>& pieces) const;
  bool lies_at(const std::vector<MapPiece>& pieces, const Place& place) const;
  int copy(const MapPiece& piece);
  struct Bare;
  Bare bare(const std::vector<MapPiece>& pieces) const;

  Shape image_;
  std::vector<Shape> outputs_;
  std::vector<JoinedMap> joined_;
  std::vector<MapPiece> copies_;
  std::vector<Place> places_;                     ///< of layers' outputs
  std::map<int, std::vector<Place>> written_by_;  ///< all slots by what they or their copies hold
};

}  // namespace dcnsim
