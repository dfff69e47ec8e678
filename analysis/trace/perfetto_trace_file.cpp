// SPDX-License-Identifier: Apache-2.0
#include "analysis/trace/perfetto_trace_file.h"

#include "analysis/trace/perfetto_proto.h"
#include "analysis/trace/trace_colours.h"
#include "models/base/text/printable.h"

namespace dcnsim {
namespace {

using perfetto::TracePacket;
using perfetto::TrackDescriptor;
using perfetto::TrackEvent;

constexpr std::uint32_t kSequence = 1;
constexpr std::size_t kMostNumbers = 4096;

/// Groups are 1..6, so that rows have short numbers.
constexpr std::uint64_t kRoot = 7;
constexpr std::uint64_t kGroups = 8;

std::uint64_t uuid(const Track& track) {
  return kGroups * static_cast<std::uint64_t>(track.row) + static_cast<std::uint64_t>(track.group);
}

std::uint64_t nanoseconds(std::uint64_t ps) { return (ps + 500) / 1000; }

bool is_whole(std::uint64_t ps) { return ps % 1000 == 0; }

void describe(TrackDescriptor& track, std::uint64_t number, std::uint64_t parent, int rank,
              std::string_view name) {
  track.set_uuid(number);
  track.set_parent_uuid(parent);
  track.set_sibling_order_rank(rank);
  track.set_name(plain_text(name));
}

void describe(perfetto::CounterDescriptor& counter, TraceUnit unit) {
  using Counter = perfetto::CounterDescriptor;
  switch (unit) {
    case TraceUnit::kCount:
      counter.set_unit(Counter::UNIT_COUNT);
      break;
    case TraceUnit::kBytes:
      counter.set_unit(Counter::UNIT_SIZE_BYTES);
      break;
    case TraceUnit::kMegabytesPerSecond:
      counter.set_unit_name("MB/s");
      counter.set_y_axis_share_key("bandwidth");
      break;
  }
}

}  // namespace

PerfettoTraceFile::PerfettoTraceFile(const std::string& path)
    : bytes_(path), trace_(std::make_unique<perfetto::Trace>()) {
  TrackDescriptor& root = *packet().mutable_track_descriptor();
  root.set_uuid(kRoot);
  root.set_name("dcnsim");
  root.set_child_ordering(TrackDescriptor::EXPLICIT);
  put();
}

PerfettoTraceFile::~PerfettoTraceFile() = default;

void PerfettoTraceFile::name(const Track& track, std::string_view group, std::string_view row) {
  name_group(track.group, group);
  describe(*packet().mutable_track_descriptor(), uuid(track), uuid({track.group, 0}), track.row,
           row);
  put();
}

void PerfettoTraceFile::name_counter(const Track& track, std::string_view group,
                                     std::string_view row, TraceUnit unit) {
  name_group(track.group, group);
  TrackDescriptor& descriptor = *packet().mutable_track_descriptor();
  describe(descriptor, uuid(track), uuid({track.group, 0}), track.row, row);
  describe(*descriptor.mutable_counter(), unit);
  put();
}

void PerfettoTraceFile::name_group(int group, std::string_view name) {
  const std::uint32_t bit = 1U << static_cast<unsigned>(group);
  if ((named_groups_ & bit) != 0) return;
  named_groups_ |= bit;
  TrackDescriptor& descriptor = *packet().mutable_track_descriptor();
  describe(descriptor, uuid({group, 0}), kRoot, group, name);
  descriptor.set_child_ordering(TrackDescriptor::EXPLICIT);
  put();
}

void PerfettoTraceFile::slice(const TraceSlice& slice) {
  forget_if_many();
  TracePacket& begin = packet();
  perfetto::InternedData& news = *begin.mutable_interned_data();
  TrackEvent& event = *begin.mutable_track_event();
  begin.set_timestamp(nanoseconds(slice.from_ps));
  begin.set_sequence_flags(begin.sequence_flags() | TracePacket::SEQ_NEEDS_INCREMENTAL_STATE);
  event.set_type(TrackEvent::TYPE_SLICE_BEGIN);
  event.set_track_uuid(uuid(slice.track));
  event.set_name_iid(number(names_, plain_text(slice.name), news.mutable_event_names()));
  if (slice.colour != TraceColour::kOfName) {
    event.set_correlation_id_str_iid(
        number(colours_, names_of(slice.colour).correlation, news.mutable_correlation_id_str()));
  }
  const auto add = [&](std::string_view figure, std::int64_t value) {
    perfetto::DebugAnnotation& annotation = *event.add_debug_annotations();
    annotation.set_name_iid(number(figures_, figure, news.mutable_debug_annotation_names()));
    annotation.set_int_value(value);
  };
  for (const auto& [figure, value] : slice.arguments) add(figure, value);
  if (!is_whole(slice.from_ps) || !is_whole(slice.to_ps)) {
    add("begin_ps", static_cast<std::int64_t>(slice.from_ps));
    add("end_ps", static_cast<std::int64_t>(slice.to_ps));
  }
  if (news.ByteSizeLong() == 0) begin.clear_interned_data();
  put();

  TracePacket& end = packet();
  end.set_timestamp(nanoseconds(slice.to_ps));
  end.mutable_track_event()->set_type(TrackEvent::TYPE_SLICE_END);
  end.mutable_track_event()->set_track_uuid(uuid(slice.track));
  put();
}

void PerfettoTraceFile::count(const Track& track, std::uint64_t at_ps, std::uint64_t value) {
  TracePacket& counted = packet();
  counted.set_timestamp(nanoseconds(at_ps));
  TrackEvent& event = *counted.mutable_track_event();
  event.set_type(TrackEvent::TYPE_COUNTER);
  event.set_track_uuid(uuid(track));
  event.set_counter_value(static_cast<std::int64_t>(value));
  put();
}

void PerfettoTraceFile::close() { bytes_.close(); }

TracePacket& PerfettoTraceFile::packet() {
  trace_->Clear();
  TracePacket& packet = *trace_->add_packet();
  packet.set_trusted_packet_sequence_id(kSequence);
  if (forgotten_) packet.set_sequence_flags(TracePacket::SEQ_INCREMENTAL_STATE_CLEARED);
  forgotten_ = false;
  return packet;
}

void PerfettoTraceFile::put() {
  trace_->SerializeToString(&scratch_);
  bytes_.append(scratch_);
}

template <class Entries>
std::uint64_t PerfettoTraceFile::number(Numbers& numbers, std::string_view text, Entries* entries) {
  const auto [at, is_new] = numbers.try_emplace(std::string(text), numbers.size() + 1);
  if (is_new) {
    perfetto::InternedString& entry = *entries->Add();
    entry.set_iid(at->second);
    entry.set_str(at->first);
  }
  return at->second;
}

void PerfettoTraceFile::forget_if_many() {
  if (names_.size() < kMostNumbers) return;
  names_.clear();
  figures_.clear();
  colours_.clear();
  forgotten_ = true;
}

}  // namespace dcnsim
