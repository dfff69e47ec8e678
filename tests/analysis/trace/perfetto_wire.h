// SPDX-License-Identifier: Apache-2.0
// A trace in Perfetto's format as a check, by a decoder of its own: protobuf's wire format, and of
// Perfetto's messages the field numbers that its documentation gives
// (perfetto.dev/docs/reference/trace-packet-proto).
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dcnsim {

struct WireField {
  std::uint32_t number = 0, type = 0;
  std::uint64_t value = 0;  ///< of a varint
  std::string_view bytes;   ///< of what has a length
};

class Wire {
 public:
  explicit Wire(std::string_view bytes) : rest_(bytes) {}
  bool next(WireField& field) {
    if (rest_.empty()) return false;
    const std::uint64_t tag = varint();
    field = {static_cast<std::uint32_t>(tag >> 3), static_cast<std::uint32_t>(tag & 7), 0, {}};
    if (field.type == 0) {
      field.value = varint();
    } else if (field.type == 2) {
      field.bytes = take(varint());
    } else {
      throw std::runtime_error("a wire type that is not written");
    }
    return true;
  }

 private:
  std::string_view take(std::uint64_t size) {
    if (size > rest_.size()) throw std::runtime_error("cut short");
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(take(1)[0]);
      value |= std::uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) return value;
    }
    throw std::runtime_error("a number without end");
  }
  std::string_view rest_;
};

struct PerfettoTrace {
  struct Slice {
    std::string track, name, colour;
    std::uint64_t begin_ns = 0, end_ns = 0;
    std::map<std::string, std::int64_t> figures;
  };
  struct Counter {
    std::string unit;
    std::vector<std::pair<std::uint64_t, std::int64_t>> values;  ///< since when (ns), how much
  };
  std::vector<Slice> slices;
  std::map<std::string, Counter> counters;  ///< by "group/row"
  std::vector<std::string> problems;        ///< what Perfetto would stumble over
  std::size_t resets = 0;                   ///< of the numbers for strings
};

class PerfettoDecoder {
 public:
  static PerfettoTrace decode(std::string_view bytes) {
    PerfettoDecoder decoder;
    Wire trace(bytes);
    for (WireField field; trace.next(field);) {
      decoder.require(field.number == 1 && field.type == 2, "a trace is packets");
      decoder.packet(field.bytes);
    }
    for (const auto& [uuid, open] : decoder.open_) decoder.require(open.empty(), "a slice is open");
    return std::move(decoder.trace_);
  }

 private:
  using Strings = std::map<std::uint64_t, std::string>;
  struct Descriptor {
    std::string path, unit;
    bool is_counter = false;
  };

  void require(bool good, const std::string& what) {
    if (!good) trace_.problems.push_back(what);
  }

  void packet(std::string_view bytes) {
    std::uint64_t timestamp = 0, flags = 0, sequence = 0;
    std::string_view event, descriptor, interned;
    bool has_time = false;
    Wire wire(bytes);
    for (WireField f; wire.next(f);) {
      if (f.number == 8) timestamp = f.value, has_time = true;
      if (f.number == 10) sequence = f.value;
      if (f.number == 11) event = f.bytes;
      if (f.number == 12) interned = f.bytes;
      if (f.number == 13) flags = f.value;
      if (f.number == 60) descriptor = f.bytes;
    }
    require(sequence != 0, "a packet is of a sequence");
    if ((flags & 1) != 0) {
      ++trace_.resets;
      is_valid_ = true;
      for (Strings& strings : strings_) strings.clear();
    }
    if (!interned.empty()) learn(interned);
    if (!descriptor.empty()) describe(descriptor);
    if (event.empty()) return;
    require(is_valid_, "events come once numbers for strings may be told");
    require(has_time, "an event has a time");
    happen(event, timestamp, (flags & 2) != 0);
  }

  void learn(std::string_view bytes) {
    Wire wire(bytes);
    for (WireField f; wire.next(f);) {
      const std::size_t table = f.number == 2 ? kNames : f.number == 3 ? kFigures : kColours;
      require(table != kColours || f.number == 43, "strings of a known kind");
      std::uint64_t number = 0;
      std::string text;
      Wire entry(f.bytes);
      for (WireField e; entry.next(e);) {
        if (e.number == 1) number = e.value;
        if (e.number == 2) text = std::string(e.bytes);
      }
      require(number != 0 && strings_[table].emplace(number, text).second, "a number, once");
    }
  }

  void describe(std::string_view bytes) {
    std::uint64_t uuid = 0, parent = 0;
    std::string name;
    Descriptor descriptor;
    Wire wire(bytes);
    for (WireField f; wire.next(f);) {
      if (f.number == 1) uuid = f.value;
      if (f.number == 2) name = std::string(f.bytes);
      if (f.number == 5) parent = f.value;
      if (f.number != 8) continue;
      descriptor.is_counter = true;
      Wire counter(f.bytes);
      for (WireField c; counter.next(c);) {
        if (c.number == 3) descriptor.unit = c.value == 2 ? "count" : c.value == 3 ? "bytes" : "?";
        if (c.number == 6) descriptor.unit = std::string(c.bytes);
      }
    }
    require(uuid != 0, "a track has a number");
    require(parent == 0 || tracks_.count(parent) != 0, "a parent stands before its children");
    const std::string above = parent == 0 ? "" : tracks_[parent].path;
    descriptor.path = parent == 0 ? "" : above.empty() ? name : above + "/" + name;
    if (descriptor.is_counter) trace_.counters[descriptor.path].unit = descriptor.unit;
    require(paths_.insert(descriptor.path).second, "tracks of one name would be merged");
    require(tracks_.emplace(uuid, descriptor).second, "a track is described once");
  }

  void happen(std::string_view bytes, std::uint64_t timestamp, bool needs_strings) {
    std::uint64_t type = 0, uuid = 0, value = 0;
    PerfettoTrace::Slice slice;
    Wire wire(bytes);
    for (WireField f; wire.next(f);) {
      if (f.number == 4) annotate(f.bytes, slice);
      if (f.number == 9) type = f.value;
      if (f.number == 10) slice.name = text(kNames, f.value);
      if (f.number == 11) uuid = f.value;
      if (f.number == 30) value = f.value;
      if (f.number == 54) slice.colour = text(kColours, f.value);
    }
    const auto track = tracks_.find(uuid);
    if (track == tracks_.end()) return require(false, "an event is on a described track");
    slice.track = track->second.path;
    std::vector<PerfettoTrace::Slice>& open = open_[uuid];
    require(track->second.is_counter == (type == 4), "counts are on tracks of counters");
    if (type == 1) {
      require(needs_strings, "numbers for strings are announced");
      require(timestamp >= last_[uuid], "slices of a track are in order");
      require(open.empty(), "slices of a track stand apart");
      slice.begin_ns = timestamp;
      open.push_back(slice);
    } else if (type == 2) {
      if (open.empty()) return require(false, "what ends has begun");
      require(timestamp >= open.back().begin_ns, "a slice ends after it begins");
      open.back().end_ns = timestamp;
      trace_.slices.push_back(open.back());
      open.pop_back();
    } else if (type == 4) {
      require(timestamp >= last_[uuid], "counts are in order");
      auto& values = trace_.counters[slice.track].values;
      values.push_back({timestamp, static_cast<std::int64_t>(value)});
    } else {
      require(false, "an event is a begin, an end or a count");
    }
    last_[uuid] = timestamp;
  }

  void annotate(std::string_view bytes, PerfettoTrace::Slice& slice) {
    std::string name;
    std::int64_t value = 0;
    Wire wire(bytes);
    for (WireField f; wire.next(f);) {
      if (f.number == 1) name = text(kFigures, f.value);
      if (f.number == 4) value = static_cast<std::int64_t>(f.value);
    }
    require(slice.figures.emplace(name, value).second, "a figure has a name, once");
  }

  std::string text(std::size_t table, std::uint64_t number) {
    const auto found = strings_[table].find(number);
    require(found != strings_[table].end(), "a number for a string is known");
    return found == strings_[table].end() ? "" : found->second;
  }

  enum Table : std::size_t { kNames, kFigures, kColours };
  PerfettoTrace trace_;
  bool is_valid_ = false;
  Strings strings_[3];
  std::set<std::string> paths_;
  std::map<std::uint64_t, Descriptor> tracks_;
  std::map<std::uint64_t, std::vector<PerfettoTrace::Slice>> open_;
  std::map<std::uint64_t, std::uint64_t> last_;
};

}  // namespace dcnsim
