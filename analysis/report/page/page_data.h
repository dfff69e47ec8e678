// SPDX-License-Identifier: Apache-2.0
// What a page's scripts draw: the results, checked and in the columns of dcnsim.sweep/1, so that a
// run and a point of a sweep look the same to them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/report/page/page.h"
#include "models/base/json/fields.h"

namespace dcnsim::page {

/// Of dcnsim.run/1: title, figures, components, machine, layers, inputs, warnings.
Json run_data(const Fields& run);
/// Its tensors, which are many numbers: tensor_data() of each, null if it knows none.
Json run_tensors(const Fields& run);

/// What the results of a comparison are called.
inline constexpr std::string_view kTags = "ABCDEF";
static_assert(kTags.size() == kMostResults);

/// What `first`, "A", and `other`, of dcnsim.run/1, say about which network is right more often:
/// {"differ": flag, "why": words}; null where one has no accuracy.
Json accuracy_pair(const Fields& first, const Fields& other, std::string_view tag);

/// Of dcnsim.sweep/1: points as columns; the layers of `kPointsPerBlock` points are deflated
/// together, to be inflated when one of them is looked at.
struct SweepData {
  Json sweep;
  Json layer_blocks;  ///< base64 of zlib of JSON: by point, by layer, one list of numbers
  Json best;          ///< the best point in the form of run_data(), null if there is none
};
inline constexpr std::size_t kPointsPerBlock = 64;
SweepData sweep_data(const Fields& sweep);

/// What the inputs of a page hold.
struct ResultsData {
  std::vector<Json> runs;      ///< one or more, or
  Json pairs = Json::array();  ///< of the first run and each of the others: accuracy_pair()
  std::optional<SweepData> sweep;
  std::string other;  ///< "allocation" or "quantize", if it is that of
  Json result;
};
ResultsData results_data(const std::vector<PageInput>& inputs);

/// Energy components that are drawn as one part, in the order in which they are stacked.
struct EnergyGroup {
  std::string name;
  std::vector<std::string> components;
};
/// Of `components`, which are names; those without a group are "other".
std::vector<EnergyGroup> energy_groups(const Json& components);

/// What a cause of cycles is called where people read it; a name that is none stays.
std::string cause_words(const std::string& name);
/// {"NAME": "WORDS", ...} of all causes.
Json cause_words();

/// [{"words": [...], "head": text, "meaning": text}, ...]: of GLOSSARY.md's entries those of which
/// the page's scripts name a word, without links.
const Json& glossary();

/// What the columns of layers and machines mean.
struct Components {
  std::vector<std::string> cycles, traffic, energy, area;

  Json json() const {
    return {{"cycles", cycles}, {"traffic", traffic}, {"energy", energy}, {"area", area}};
  }
};

/// Of dcnsim.allocate/1 and dcnsim.quantize/1: what their files say, checked.
Json allocation_data(const Fields& result);
Json quantize_data(const Fields& result);

/// Of a tensor of dcnsim.run/1 or dcnsim.quantize/1: its format, and its values against that.
Json tensor_data(const Fields& tensor);

/// Whether there is a field that is not null.
inline bool has_value(const Fields& from, const char* field) {
  return from.has(field) && !from.at(field).is_null();
}

/// A number, or null.
Json number_or_null(const Fields& from, const char* field);

/// Images that a result may speak of: their number is a double as well.
inline constexpr std::uint64_t kMostImages = 1'000'000'000;

/// `inputs[]`, which both schemas share.
Json inputs_data(const Fields& result);
/// `provenance[]`, likewise.
Json provenance_data(const Fields& machine);

}  // namespace dcnsim::page
