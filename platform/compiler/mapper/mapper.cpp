// SPDX-License-Identifier: Apache-2.0
#include "platform/compiler/mapper/mapper.h"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <utility>

#include "models/arch/accelerator_config.h"
#include "models/arch/memory_layout.h"
#include "models/base/enum_array.h"
#include "models/perf/buffer_need.h"
#include "platform/compiler/mapper/candidates.h"
#include "platform/compiler/mapper/group_bounds.h"
#include "platform/compiler/mapper/open_search.h"
#include "platform/compiler/mapper/search.h"

namespace dcnsim {
namespace {

/// Whether layer `i` hands its whole output to the next layer, and to no other.
bool feeds_next_alone(const FixedNetwork& network, std::size_t i) {
  const int producer = static_cast<int>(i);
  if (network.layers[i].node.join.any()) return false;
  int uses = 0;
  for (const FixedLayer& layer : network.layers) {
    uses += layer.node.input == producer ? 1 : 0;
    uses += layer.node.kind == LayerKind::kAdd && layer.node.input2 == producer ? 1 : 0;
  }
  if (i + 1 == network.layers.size() || uses != 1) return false;
  const LayerNode& next = network.layers[i + 1].node;
  return next.input == producer &&
         next.view.real_channels(next.input_shape()) == network.shape_of(producer).channels;
}

/// Where a feature map lies between its producer and its readers: on chip, or in memory, all
/// channels of a pixel side by side or in planes of channels, and of its rows every one, every few
/// columns or every column on a bus word.
enum class Place : std::uint8_t {
  kPacked,
  kStrips,
  kColumns,
  kPlanes,
  kPlaneStrips,
  kPlaneColumns,
  kChip,
};
constexpr std::array kPlaces{Place::kPacked, Place::kStrips,      Place::kColumns,
                             Place::kPlanes, Place::kPlaneStrips, Place::kPlaneColumns,
                             Place::kChip};
template <typename Value>
using ByPlace = EnumArray<Place, Value, kPlaces.size()>;

/// How a map lies in memory, as descriptors say it.
struct Layout {
  int segment = 0, strip = 0;
};

/// Channels of a plane: an array width, or where the groups of its producer or a reader would not
/// be whole planes, the most of less that make them so, or the least of more if that is less than
/// half of it.
int plane_channels(const FixedNetwork& network, int producer, int columns) {
  int groups = 0;  // channels of which a plane has a divisor; 0: any
  const auto divide = [&](const LayerNode& node, int channels) {
    if (node.kind != LayerKind::kConv || node.conv.groups == 1) return;
    if (channels / node.conv.groups > columns) {
      groups = std::gcd(groups, channels / node.conv.groups);
    }
  };
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    const LayerNode& node = network.layers[i].node;
    if (static_cast<int>(i) == producer) divide(node, node.conv.out_channels);
    if (node.input == producer) divide(node, node.conv.in.channels);
  }
  int segment = columns;
  while (groups % segment != 0) --segment;
  if (2 * segment >= columns || groups < columns) return segment;
  segment = columns;
  while (groups % segment != 0) ++segment;
  return segment;
}

/// Nothing where a map does not lie so, or as at another place: strips and columns are for maps of
/// which tiles of some widths would share bus words.
ByPlace<std::optional<Layout>> layouts_of(const FixedNetwork& network, int producer,
                                          const AcceleratorConfig& config) {
  const Shape map = network.shape_of(producer);
  const int bits = network.format_of(producer).bits, bus = config.dma.bus_bytes;
  ByPlace<std::optional<Layout>> layouts;
  layouts[Place::kChip] = Layout{};
  constexpr int kAboutColumns = 4;
  const auto lay = [&](int segment, Place rows, Place strips, Place columns) {
    layouts[rows] = Layout{segment, 0};
    if (map.width == 1 || MapLayout(map, bits, segment, 0, bus).column_unit() == 1) return;
    layouts[columns] = Layout{segment, 1};
    const int strip = ceil_div(map.width, ceil_div(map.width, kAboutColumns));
    if (strip > 1 && strip < map.width) layouts[strips] = Layout{segment, strip};
  };
  lay(0, Place::kPacked, Place::kStrips, Place::kColumns);
  const int segment = plane_channels(network, producer, config.array.columns);
  if (segment < map.channels) {
    lay(segment, Place::kPlanes, Place::kPlaneStrips, Place::kPlaneColumns);
  }
  return layouts;
}

/// Where a map lies of which others lie at `place`: there, or likewise without strips, if it can.
Place nearest(const ByPlace<std::optional<Layout>>& layouts, Place place) {
  if (layouts[place]) return place;
  const bool in_planes = place == Place::kPlaneStrips || place == Place::kPlaneColumns;
  return in_planes && layouts[Place::kPlanes] ? Place::kPlanes : Place::kPacked;
}

/// A layer wherever its maps lie.
Descriptor without_places(Descriptor layer) {
  layer.input_on_chip = layer.output_on_chip = false;
  layer.input_segment = layer.input2_segment = layer.output_segment = 0;
  layer.input_strip = layer.input2_strip = layer.output_strip = 0;
  return layer;
}

class Mapper {
 public:
  /// The references stay.
  Mapper(const AcceleratorConfig& config, const DramSpec& dram, const MapperOptions& options)
      : config_(config),
        options_(options),
        search_(config, dram, options_.energy),
        own_works_(config),
        works_(options.works != nullptr ? *options.works : own_works_) {}

  std::vector<LayerMapping> map(const FixedNetwork& network,
                                const std::vector<Descriptor>& descriptors);

 private:
  struct Map {
    ByPlace<std::optional<Layout>> layouts;
    Place place = Place::kPacked;  ///< if it does not go to the next layer alone
  };
  /// That lies so if it is in memory.
  static Map fixed_map(const Layout& layout) {
    Map map;
    if (layout.segment != 0 || layout.strip != 0) map.place = Place::kPlanes;
    map.layouts[map.place] = layout;
    map.layouts[Place::kChip] = Layout{};
    return map;
  }
  struct Layer {
    std::string name;
    Descriptor descriptor;
    std::string key;  ///< tells layers apart wherever their maps lie
    MappingRequest request;
    int input = kNetworkInput, input2 = kNetworkInput;  ///< producers
    /// The output goes to the next layer alone, as its first input, or out of the network; else all
    /// its readers agree on where it lies.
    bool feeds_next_alone = false, is_last = false;
    Map map;
    std::shared_ptr<LayerWork> work;  ///< of all searches

    bool is_shared() const { return !feeds_next_alone && !is_last; }
  };
  /// From a layer to the end: the best score and where its output goes.
  struct Way {
    Score score;
    Place output = Place::kPacked;
  };
  using Ways = std::vector<ByPlace<std::optional<Way>>>;

  void read(const FixedNetwork& network, const std::vector<Descriptor>& descriptors);
  bool allowed(const Layer& layer, Place output) const;
  bool input_allowed(std::size_t index, Place input) const;
  Descriptor placed(std::size_t layer, Place input, Place output) const;
  /// What is known of a layer with its maps at certain places.
  struct Known {
    std::string key;
    StoredBounds bounds;
    std::optional<Score> least;        ///< that of groups, that of tilings, then that of the result
    bool is_sharp = false;             ///< not that of groups any more
    std::unique_ptr<OpenSearch> open;  ///< as far as it has got
    std::optional<SearchResult> result;
  };

  Known& known(std::size_t layer, Place input, Place output);
  void sharpen(std::size_t layer, Place input, Place output);
  Ways bounded_ways();
  Ways ways();
  Ways best_ways();
  static std::optional<Place> start(const Ways& ways);
  static bool is_better(const Ways& ways, const Ways& than);
  Ways improved_ways(const std::vector<std::pair<Map*, Place>>& others);
  const SearchResult& search(std::size_t layer, Place input, Place output);
  SearchResult find(const Layer& layer, const Descriptor& descriptor, Known& known);
  MappingCache* cache_of(const Layer& layer) const;
  std::string key_of(const Layer& layer, const Descriptor& descriptor) const;
  OpenSearch& opened(const Layer& layer, const Descriptor& descriptor, Known& known);
  void keep_bounds(const Layer& layer, const Known& known);
  void lay(Map& map, Place place);
  [[noreturn]] void fail();

  const AcceleratorConfig& config_;
  const MapperOptions& options_;
  MappingSearch search_;
  LayerWorks own_works_;
  LayerWorks& works_;
  std::map<std::string, Known> known_;  ///< by key
  /// The same by layer and where its input and output lie, as the others lie now.
  std::vector<ByPlace<ByPlace<Known*>>> known_at_;
  std::vector<Layer> layers_;
  Map input_;  ///< of the network
  bool input_is_shared_ = false;
  std::size_t searches_done_ = 0, searches_ = 0;
};

std::vector<LayerMapping> Mapper::map(const FixedNetwork& network,
                                      const std::vector<Descriptor>& descriptors) {
  read(network, descriptors);
  searches_done_ = 0;
  searches_ = kSearchesPerLayer * layers_.size();
  const Ways ways = best_ways();
  if (!start(ways)) fail();
  std::vector<LayerMapping> mappings;
  Place input = *start(ways);
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const Place output = ways[i][input]->output;
    LayerMapping mapping{placed(i, input, output), search(i, input, output)};
    mapping.descriptor.tiling = mapping.search.best.front().tiling;
    mappings.push_back(std::move(mapping));
    input = output;
  }
  return mappings;
}

void Mapper::read(const FixedNetwork& network, const std::vector<Descriptor>& descriptors) {
  input_ = {layouts_of(network, kNetworkInput, config_), Place::kPacked};
  for (std::size_t i = 0; i < descriptors.size(); ++i) {
    const LayerNode& node = network.layers[i].node;
    Layer layer;
    layer.name = node.name;
    layer.descriptor = descriptors[i];
    layer.key = layer_key(without_places(descriptors[i]));
    layer.work = works_.of(layer.key);
    layer.input = node.input;
    layer.input2 = node.kind == LayerKind::kAdd ? node.input2 : kNetworkInput;
    layer.feeds_next_alone = feeds_next_alone(network, i);
    layer.is_last = i + 1 == descriptors.size();
    input_is_shared_ = input_is_shared_ || (i > 0 && node.input == kNetworkInput) ||
                       (node.kind == LayerKind::kAdd && node.input2 == kNetworkInput);
    const auto request = options_.request.layers.find(layer.name);
    if (request != options_.request.layers.end()) layer.request = request->second;
    if (layer.request.keep_output.value_or(false) && !layer.feeds_next_alone) {
      throw std::runtime_error(options_.request.file + ": layers." + layer.name +
                               ".keep_output: true, expected false: the output does not go to the "
                               "next layer alone");
    }
    layer.map = {layouts_of(network, static_cast<int>(i), config_), Place::kPacked};
    const Descriptor& d = layer.descriptor;
    if (const auto segment = layer.request.output_segment) {
      layer.map = fixed_map({*segment, layer.request.output_strip.value_or(0)});
      if (layer.map.place != Place::kPacked) layer.map.layouts[Place::kChip].reset();
    } else if (d.output_segment != 0 || d.output_strip != 0) {
      layer.map = fixed_map({d.output_segment, d.output_strip});
    }
    if (layer.input == kNetworkInput && (d.input_segment != 0 || d.input_strip != 0)) {
      input_ = fixed_map({d.input_segment, d.input_strip});
    }
    if (d.kind == LayerKind::kAdd && layer.input2 == kNetworkInput && d.input2_segment != 0) {
      input_ = fixed_map({d.input2_segment, d.input2_strip});
    }
    layers_.push_back(std::move(layer));
  }
  known_at_.resize(layers_.size());
}

bool Mapper::allowed(const Layer& layer, Place output) const {
  const bool stays = output == Place::kChip;
  if (layer.request.keep_output && *layer.request.keep_output != stays) return false;
  if (layer.is_shared()) return output == layer.map.place;
  return layer.map.layouts[output].has_value() && !(layer.is_last && stays);
}

/// Whether the input of layer `index`, if it is the output of the one before, may lie there.
bool Mapper::input_allowed(std::size_t index, Place input) const {
  if (index > 0) return allowed(layers_[index - 1], input);
  if (input_is_shared_) return input == input_.place;
  return input != Place::kChip && input_.layouts[input].has_value();
}

/// A layer whose input, if it is the output of the one before, lies at `input`.
Descriptor Mapper::placed(std::size_t index, Place input, Place output) const {
  const Layer& layer = layers_[index];
  const auto of = [&](int producer) {
    const Map& map =
        producer == kNetworkInput ? input_ : layers_[static_cast<std::size_t>(producer)].map;
    return map.layouts[map.place].value_or(Layout{});
  };
  Descriptor d = layer.descriptor;
  Layout in, in2;
  if (layer.input + 1 == static_cast<int>(index)) {
    const Map& map = index == 0 ? input_ : layers_[index - 1].map;
    d.input_on_chip = input == Place::kChip;
    in = map.layouts[input].value_or(Layout{});
  } else {
    in = of(layer.input);
  }
  if (d.kind == LayerKind::kAdd) in2 = of(layer.input2);
  const Layout out = layer.map.layouts[output].value_or(Layout{});
  d.output_on_chip = output == Place::kChip;
  // Of maps whose planes are given, a layer may have fewer channels than a plane.
  if (d.input_on_chip || d.input_segment == 0) d.input_segment = in.segment;
  d.input_strip = in.strip;
  if (d.input2_segment == 0) d.input2_segment = in2.segment;
  d.input2_strip = in2.strip;
  d.output_segment = out.segment;
  d.output_strip = out.strip;
  return d;
}

/// From every layer to the end, by where the output of the layer before lies. Without an entry
/// there is no way. Scores are those of searches where there has been one, else bounds.
Mapper::Ways Mapper::bounded_ways() {
  const std::size_t count = layers_.size();
  Ways ways(count + 1);
  for (const Place place : kPlaces) {
    if (place != Place::kChip) ways[count][place] = Way{};
  }
  for (std::size_t i = count; i-- > 0;) {
    for (const Place input : kPlaces) {
      if (!input_allowed(i, input)) continue;
      for (const Place output : kPlaces) {
        const std::optional<Way>& rest = ways[i + 1][output];
        if (!rest || !allowed(layers_[i], output)) continue;
        const std::optional<Score> own = known(i, input, output).least;
        if (!own) continue;
        const Score score = *own + rest->score;
        std::optional<Way>& way = ways[i][input];
        if (!way || score < way->score) way = {score, output};
      }
    }
  }
  return ways;
}

/// Where the input of the network lies; nothing if there is no way.
std::optional<Place> Mapper::start(const Ways& ways) {
  std::optional<Place> start;
  for (const Place place : kPlaces) {
    const auto& way = ways[0][place];
    if (way && (!start || way->score < ways[0][*start]->score)) start = place;
  }
  return start;
}

/// The same, with searches along the best way: what its bounds rule out is never searched, and
/// nothing is searched before the whole way is known by its sharper bounds.
Mapper::Ways Mapper::ways() {
  while (true) {
    Ways ways = bounded_ways();
    if (!start(ways)) return ways;
    struct Step {
      std::size_t layer;
      Place input, output;
    };
    std::vector<Step> blunt, open;
    Place input = *start(ways);
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      const Place output = ways[i][input]->output;
      const Known& known = this->known(i, input, output);
      if (!known.is_sharp) blunt.push_back({i, input, output});
      if (!known.result) open.push_back({i, input, output});
      input = output;
    }
    if (open.empty()) return ways;
    for (const Step& step : blunt) sharpen(step.layer, step.input, step.output);
    if (blunt.empty()) {
      for (const Step& step : open) search(step.layer, step.input, step.output);
    }
  }
}

/// Maps that several layers read lie each in one way for all of them: at first all of them alike,
/// because tiles of some of a layer's channels need planes on both of its sides. From there one
/// after the other is laid out another way where that is better, until none is.
Mapper::Ways Mapper::best_ways() {
  std::vector<std::pair<Map*, Place>> others;  // places that shared maps may have
  std::vector<Map*> shared;
  const auto add = [&](Map& map) {
    shared.push_back(&map);
    for (const Place place : kPlaces) {
      if (place != Place::kChip && map.layouts[place]) others.emplace_back(&map, place);
    }
  };
  if (input_is_shared_) add(input_);
  for (Layer& layer : layers_) {
    if (layer.is_shared()) add(layer.map);
  }
  const auto places = [&] {
    std::vector<Place> now;
    for (const Map* map : shared) now.push_back(map->place);
    return now;
  };
  Ways best = improved_ways(others);
  std::vector<Place> best_places = places();
  for (const Place place : kPlaces) {
    if (place == Place::kPacked || place == Place::kChip) continue;
    bool any = false;
    for (Map* map : shared) {
      any = any || map->layouts[place];
      const Place alike = nearest(map->layouts, place);
      if (map->layouts[alike]) lay(*map, alike);
    }
    if (!any) continue;
    Ways other = improved_ways(others);
    if (!is_better(other, best)) continue;
    best = std::move(other);
    best_places = places();
  }
  for (std::size_t i = 0; i < shared.size(); ++i) lay(*shared[i], best_places[i]);
  return best;
}

bool Mapper::is_better(const Ways& ways, const Ways& than) {
  const std::optional<Place> at = start(ways), before = start(than);
  return at && (!before || ways[0][*at]->score < than[0][*before]->score);
}

Mapper::Ways Mapper::improved_ways(const std::vector<std::pair<Map*, Place>>& others) {
  Ways best = ways();
  std::size_t alike = 0;  // tried since something was better
  for (std::size_t i = 0; alike < others.size(); i = (i + 1) % others.size(), ++alike) {
    const auto& [map, place] = others[i];
    if (map->place == place) continue;
    const Place before = map->place;
    lay(*map, place);
    Ways other = ways();
    if (is_better(other, best)) {
      best = std::move(other);
      alike = 0;
    } else {
      lay(*map, before);
    }
  }
  return best;
}

Mapper::Known& Mapper::known(std::size_t index, Place input, Place output) {
  Known*& at = known_at_[index][input][output];
  if (at != nullptr) return *at;
  const Layer& layer = layers_[index];
  const Descriptor d = placed(index, input, output);
  std::string key = key_of(layer, d);
  const auto [found, is_new] = known_.try_emplace(key);
  Known& known = found->second;
  at = &known;
  if (!is_new) return known;
  known.key = std::move(key);
  MappingCache* cache = cache_of(layer);
  if (const auto stored = cache ? cache->find_bounds(known.key) : std::nullopt) {
    known.bounds = *stored;
  } else {
    // By energy or bytes few groups can be left aside: a search finds the least sooner.
    known.bounds.of_groups = config_.mapping.objective == Objective::kLatency
                                 ? GroupBounds(search_, d, layer.request, layer.work).least()
                                 : opened(layer, d, known).bound();
    keep_bounds(layer, known);
  }
  known.least = known.bounds.of_groups;
  return known;
}

/// What is known of layers depends on where the shared maps lie that they read.
void Mapper::lay(Map& map, Place place) {
  map.place = place;
  known_at_.assign(layers_.size(), {});
}

/// Where sums saturate, only layers whose sums cannot may be cut into input tiles. What a request
/// fixes is for one layer.
std::string Mapper::key_of(const Layer& layer, const Descriptor& d) const {
  std::string key = layer.key;
  const auto add = [&](const auto& values) {
    key.append(reinterpret_cast<const char*>(values.data()), sizeof values);
  };
  add(layer_places(d));
  add(deciding_capacities(d, config_));
  if (d.proved && config_.accumulator.overflow == Overflow::kSaturate) key += "proved";
  return layer.request.fixes_tiling() ? key + layer.name : key;
}

/// What a request fixes is not for others.
MappingCache* Mapper::cache_of(const Layer& layer) const {
  return layer.request.fixes_tiling() ? nullptr : options_.cache;
}

OpenSearch& Mapper::opened(const Layer& layer, const Descriptor& d, Known& known) {
  if (!known.open) {
    known.open = std::make_unique<OpenSearch>(search_, d, layer.request, Ranking{}, std::nullopt,
                                              layer.work);
  }
  return *known.open;
}

void Mapper::keep_bounds(const Layer& layer, const Known& known) {
  if (MappingCache* cache = cache_of(layer)) cache->keep_bounds(known.key, known.bounds);
}

/// A sharper bound in the place of the quick one.
void Mapper::sharpen(std::size_t index, Place input, Place output) {
  Known& known = this->known(index, input, output);
  known.is_sharp = true;
  if (!known.bounds.of_tilings) {
    const Descriptor d = placed(index, input, output);
    OpenSearch& open = opened(layers_[index], d, known);
    open.sharpen();
    known.bounds.of_tilings = open.bound();
    keep_bounds(layers_[index], known);
  }
  known.least = *known.bounds.of_tilings;
}

const SearchResult& Mapper::search(std::size_t index, Place input, Place output) {
  Known& known = this->known(index, input, output);
  if (!known.result) {
    searches_done_ = std::min(searches_done_ + 1, searches_);
    known.result = find(layers_[index], placed(index, input, output), known);
    known.open.reset();
    known.least.reset();
    if (!known.result->best.empty()) known.least = known.result->best.front().score;
  }
  return *known.result;
}

SearchResult Mapper::find(const Layer& layer, const Descriptor& d, Known& known) {
  const std::size_t wanted = 1 + options_.runners_up;
  MappingCache* cache = cache_of(layer);
  const std::string key = std::to_string(wanted) + ':' + known.key;
  if (cache != nullptr) {
    if (const auto stored = cache->find(key)) {
      if (auto result = search_.again(d, *stored, *layer.work)) return *result;
    }
  }
  const auto told = [&](std::uint64_t) {
    if (options_.progress) options_.progress(searches_done_, searches_, layer.name);
  };
  const SearchResult result =
      search_.finish(opened(layer, d, known), d, layer.request, wanted, told);
  if (cache != nullptr) {
    StoredSearch stored{{}, result.legal, result.evaluated, result.given_up};
    for (const EvaluatedMapping& mapping : result.best) stored.best.push_back(mapping.tiling);
    cache->keep(key, stored);
  }
  return result;
}

void Mapper::fail() {
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const Layer& layer = layers_[i];
    const auto place = [](const Layer& of) {
      return of.request.keep_output.value_or(false) ? Place::kChip : of.map.place;
    };
    const Place input = i > 0 ? place(layers_[i - 1]) : input_.place;
    if (!search(i, input, place(layer)).best.empty()) continue;
    const std::string reason =
        why_no_candidate(placed(i, input, place(layer)), config_, layer.request);
    if (layer.request.fixes_tiling() || input == Place::kChip || place(layer) == Place::kChip) {
      throw std::runtime_error(options_.request.file + ": layers." + layer.name + ": " + reason);
    }
    throw std::runtime_error("layer \"" + layer.name + "\" does not fit accelerator \"" +
                             config_.name + "\": " + reason);
  }
  throw std::logic_error("no way through the layers, though each has a mapping");
}

}  // namespace

std::string layer_key(const Descriptor& layer) {
  Descriptor d = layer;
  d.tiling = {};
  d.proved = false;
  d.requant.shift = 0;
  d.requant.relu = false;
  d.requant.clamp_high = d.requant.is_bounded() ? 1 : 0;  // priced, whatever the bounds
  d.requant.clamp_low = 0;
  d.requant.multiplier = d.requant.multiplier2 = 0;
  d.requant.sum_multiplier = d.requant.adds_twice() ? 1 : 0;  // priced likewise
  d.requant.operand_shift = d.requant.operand2_shift = 0;
  for (Format* format : {&d.input, &d.input2, &d.weight, &d.requant.out}) {
    format->frac = format->zero_point = 0;
  }
  d.input_address = d.input2_address = d.weight_address = d.output_address = d.batch_stride = 0;
  const DescriptorBytes bytes = encode(d);
  return {bytes.begin(), bytes.end()};
}

std::vector<LayerMapping> map_network(const FixedNetwork& network,
                                      const std::vector<Descriptor>& layers,
                                      const AcceleratorConfig& config, const DramSpec& dram,
                                      const MapperOptions& options) {
  return Mapper(config, dram, options).map(network, layers);
}

}  // namespace dcnsim
