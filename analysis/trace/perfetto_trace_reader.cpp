// SPDX-License-Identifier: Apache-2.0
#include "analysis/trace/perfetto_trace_reader.h"

#include <cstdint>
#include <stdexcept>
#include <unordered_map>
#include <utility>

#include "analysis/trace/perfetto_proto.h"
#include "models/base/text/printable.h"

namespace dcnsim {
namespace {

using perfetto::TracePacket;
using perfetto::TrackEvent;
using Strings = std::unordered_map<std::uint64_t, std::string>;

const std::string& known(const Strings& strings, std::uint64_t number) {
  const auto found = strings.find(number);
  if (found == strings.end()) throw std::runtime_error(kNoTrace);
  return found->second;
}

template <class Entries>
void learn(const Entries& entries, Strings& strings) {
  for (const perfetto::InternedString& entry : entries) {
    strings[entry.iid()] = plain_text(entry.str());
  }
}

class Reader {
 public:
  void read(const TracePacket& packet) {
    if ((packet.sequence_flags() & TracePacket::SEQ_INCREMENTAL_STATE_CLEARED) != 0) {
      names_.clear();
      figures_.clear();
    }
    learn(packet.interned_data().event_names(), names_);
    learn(packet.interned_data().debug_annotation_names(), figures_);
    if (packet.has_track_descriptor()) name(packet.track_descriptor());
    if (!packet.has_track_event()) return;
    const std::uint64_t track = packet.track_event().track_uuid();
    if (packet.track_event().type() == TrackEvent::TYPE_SLICE_BEGIN) begin(track, packet);
    if (packet.track_event().type() == TrackEvent::TYPE_SLICE_END) end(track, packet);
  }

  std::vector<DrawnSlice> slices() && {
    if (!open_.empty()) throw std::runtime_error(kNoTrace);
    return std::move(slices_);
  }

 private:
  void name(const perfetto::TrackDescriptor& track) {
    const std::string text = plain_text(track.name());
    if (!track.has_parent_uuid()) {
      root_ = track.uuid();
    } else if (track.parent_uuid() == root_) {
      groups_[track.uuid()] = text;
    } else {
      tracks_[track.uuid()] = known(groups_, track.parent_uuid()) + "/" + text;
    }
  }

  /// Slices of a track stand apart.
  void begin(std::uint64_t track, const TracePacket& packet) {
    DrawnSlice slice{known(tracks_, track),
                     known(names_, packet.track_event().name_iid()),
                     static_cast<double>(packet.timestamp()) / 1e3,
                     0,
                     {}};
    for (const perfetto::DebugAnnotation& figure : packet.track_event().debug_annotations()) {
      slice.figures[known(figures_, figure.name_iid())] = static_cast<double>(figure.int_value());
    }
    if (!open_.emplace(track, std::move(slice)).second) throw std::runtime_error(kNoTrace);
  }

  void end(std::uint64_t track, const TracePacket& packet) {
    const auto found = open_.find(track);
    if (found == open_.end()) throw std::runtime_error(kNoTrace);
    DrawnSlice slice = std::move(found->second);
    open_.erase(found);
    slice.to_us = static_cast<double>(packet.timestamp()) / 1e3;
    if (slice.figures.count("begin_ps") != 0) {
      slice.from_us = slice.figure("begin_ps") / 1e6;
      slice.to_us = slice.figure("end_ps") / 1e6;
    }
    slices_.push_back(std::move(slice));
  }

  Strings names_, figures_;
  std::uint64_t root_ = 0;
  Strings groups_, tracks_;                             ///< by number, the latter as "group/row"
  std::unordered_map<std::uint64_t, DrawnSlice> open_;  ///< by track
  std::vector<DrawnSlice> slices_;
};

}  // namespace

std::vector<DrawnSlice> read_perfetto_trace(const std::string& bytes) {
  perfetto::Trace trace;
  if (!trace.ParseFromString(bytes)) throw std::runtime_error(kNoTrace);
  Reader reader;
  for (const TracePacket& packet : trace.packet()) reader.read(packet);
  return std::move(reader).slices();
}

}  // namespace dcnsim
