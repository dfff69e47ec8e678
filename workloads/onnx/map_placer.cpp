// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/map_placer.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace dcnsim {

/// Pieces without zeros around them, of whole producers if all have the same rows and columns:
/// `view` has these, and the zeros.
struct MapPlacer::Bare {
  std::vector<MapPiece> pieces;
  MapView view;
  const char* fault = nullptr;  ///< why no layer can see this
};

MapPlacer::MapPlacer(const Shape& image, std::vector<Shape> outputs)
    : image_(image), outputs_(std::move(outputs)), places_(outputs_.size()) {}

const Shape& MapPlacer::shape_of(int producer) const {
  return producer == kNetworkInput ? image_ : outputs_[static_cast<std::size_t>(producer)];
}

MapPlacer::Bare MapPlacer::bare(const std::vector<MapPiece>& pieces) const {
  Bare result;
  result.pieces = pieces;
  std::vector<MapPiece>& rest = result.pieces;
  if (rest.front().is_zeros) {
    result.view.zeros_before = rest.front().channels;
    rest.erase(rest.begin());
  }
  if (!rest.empty() && rest.back().is_zeros) {
    result.view.zeros_after = rest.back().channels;
    rest.pop_back();
  }
  if (rest.empty()) {
    result.fault = "reads nothing but zeros";
    return result;
  }
  const MapPiece first = rest.front();
  bool same_pixels = true;
  for (const MapPiece& piece : rest) {
    if (piece.is_zeros) {
      result.fault = "has channels of zeros between others, which no layer here reads";
      return result;
    }
    const Shape &map = shape_of(piece.producer), &first_map = shape_of(first.producer);
    same_pixels = same_pixels && piece.has_pixels_of(first) && map.height == first_map.height &&
                  map.width == first_map.width;
  }
  if (!same_pixels) return result;
  result.view.row = first.row;
  result.view.column = first.column;
  result.view.stride_h = first.stride_h;
  result.view.stride_w = first.stride_w;
  for (MapPiece& piece : rest) {
    piece.row = piece.column = 0;
    piece.stride_h = piece.stride_w = 1;
    piece.rows = shape_of(piece.producer).height;
    piece.columns = shape_of(piece.producer).width;
  }
  return result;
}

/// Without being copied.
bool MapPlacer::may_be_joined(const MapPiece& piece) const {
  const auto layer = static_cast<std::size_t>(piece.producer);
  if (piece.producer == kNetworkInput || layer + 1 == outputs_.size() || piece.spec) return false;
  const Shape& output = outputs_[layer];
  const bool is_whole = piece.channels == output.channels && piece.rows == output.height &&
                        piece.columns == output.width;
  return is_whole && places_[layer].map < 0;
}

bool MapPlacer::lies_at(const std::vector<MapPiece>& pieces, const Place& place) const {
  const std::vector<Slot>& slots = joined_[static_cast<std::size_t>(place.map)].slots;
  if (place.slot + pieces.size() > slots.size()) return false;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const MapPiece &piece = pieces[i], &written = slots[place.slot + i].piece;
    const int end = piece.channel + piece.channels,
              written_end = written.channel + written.channels;
    if (!piece.has_values_of(written) || piece.channel < written.channel || end > written_end ||
        (i > 0 && piece.channel != written.channel) ||
        (i + 1 < pieces.size() && end != written_end)) {
      return false;
    }
  }
  return true;
}

MapPlacer::Place MapPlacer::find(const std::vector<MapPiece>& pieces) const {
  const auto places = written_by_.find(pieces.front().producer);
  if (places == written_by_.end()) return {};
  for (const Place& place : places->second) {
    if (lies_at(pieces, place)) return place;
  }
  return {};
}

int MapPlacer::copy(const MapPiece& piece) {
  copies_.push_back(piece);
  return static_cast<int>(copies_.size()) - 1;
}

void MapPlacer::join(const std::vector<MapPiece>& pieces) {
  const Bare seen = bare(pieces);
  const std::vector<MapPiece>& to_join = seen.pieces;
  if (seen.fault != nullptr || to_join.size() < 2 || find(to_join).map >= 0) return;
  JoinedMap map;
  map.shape = {to_join.front().rows, to_join.front().columns, 0};
  const int number = static_cast<int>(joined_.size());
  for (std::size_t i = 0; i < to_join.size(); ++i) {
    MapPiece piece = to_join[i];
    // Of the first and the last output it may be that only channels at its inner end are read.
    MapPiece whole = piece;
    whole.channel = 0;
    whole.channels = shape_of(piece.producer).channels;
    const bool ends_inside = i == 0 && piece.channel + piece.channels == whole.channels;
    const bool begins_inside = i + 1 == to_join.size() && piece.channel == 0;
    if ((ends_inside || begins_inside) && may_be_joined(whole)) piece = whole;
    Slot slot{piece, -1, map.shape.channels};
    written_by_[piece.producer].push_back({number, map.slots.size()});
    if (may_be_joined(piece)) {
      places_[static_cast<std::size_t>(piece.producer)] = {number, map.slots.size()};
    } else {
      slot.copy = copy(piece);
    }
    map.shape.channels += piece.channels;
    map.slots.push_back(std::move(slot));
  }
  joined_.push_back(std::move(map));
}

PlacedView MapPlacer::view_of(const std::vector<MapPiece>& pieces) {
  const Bare seen = bare(pieces);
  if (seen.fault != nullptr) throw std::runtime_error(seen.fault);
  const MapPiece& first = seen.pieces.front();
  PlacedView result;
  result.view = seen.view;
  Place place;
  if (seen.pieces.size() > 1) {
    place = find(seen.pieces);
  } else if (first.spec) {
    const MapPiece& piece = pieces.front().is_zeros ? pieces[1] : pieces.front();
    result.copy = copy(piece);
    result.map = {piece.rows, piece.columns, piece.channels};
    result.view = {};
    result.view.zeros_before = seen.view.zeros_before;
    result.view.zeros_after = seen.view.zeros_after;
    return result;
  } else if (first.producer != kNetworkInput) {
    place = places_[static_cast<std::size_t>(first.producer)];
  }
  result.view.channel = first.channel;
  result.producer = first.producer;
  result.map = shape_of(first.producer);
  if (place.map < 0) return result;
  const Slot& slot = joined_[static_cast<std::size_t>(place.map)].slots[place.slot];
  result.join = place.map;
  result.map = joined_[static_cast<std::size_t>(place.map)].shape;
  result.view.channel += slot.channel - slot.piece.channel;
  return result;
}

}  // namespace dcnsim
