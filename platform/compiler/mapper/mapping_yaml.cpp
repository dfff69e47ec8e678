// SPDX-License-Identifier: Apache-2.0
#include "platform/compiler/mapper/mapping_yaml.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <string_view>

#include "models/base/text/printable.h"
#include "models/base/yaml/document.h"
#include "models/base/yaml/reader.h"
#include "models/perf/tile_cuts.h"

namespace dcnsim {
namespace {

constexpr std::size_t kLongestComment = 400;

int input_channels(const Descriptor& d) {
  return d.input_shape().channels / (d.kind == LayerKind::kConv ? d.conv.groups : 1);
}

std::vector<std::string> order_names() {
  std::vector<std::string> names;
  for (const LoopOrder order : kLoopOrders) names.emplace_back(to_string(order));
  return names;
}

class Reader {
 public:
  Reader(const std::string& file, const std::vector<NamedLayer>& layers)
      : yaml_(file), layers_(layers) {
    request_.file = file;
  }

  NetworkRequest read(const YAML::Node& document) {
    yaml_.for_each_of(document, "", "mapping", {"layers"},
                      [&](const std::string&, const std::string& path, const YAML::Node& value) {
                        layers(value, path);
                      });
    return std::move(request_);
  }

 private:
  void layers(const YAML::Node& map, const std::string& path) {
    std::vector<std::string> names;
    std::map<std::string_view, const Descriptor*> by_name;
    for (const NamedLayer& layer : layers_) {
      names.push_back(layer.name);
      by_name[layer.name] = &layer.descriptor;
    }
    const auto read_layer = [&](const std::string& name, const std::string& field,
                                const YAML::Node& value) {
      request_.layers[name] = request(value, field, *by_name.at(name));
    };
    yaml_.for_each_of(map, path, "layers", names, read_layer, "no such layer");
  }

  MappingRequest request(const YAML::Node& map, const std::string& path, const Descriptor& d) {
    std::vector<std::string> keys{"tile_h", "tile_w", "tile_in"};
    if (d.kind == LayerKind::kConv) {
      keys.insert(keys.end(), {"tile_channels", "chunk_k", "order"});
    }
    keys.insert(keys.end(), {"keep_output", "output_segment", "output_strip"});
    MappingRequest request;
    yaml_.for_each_of(
        map, path, "layer", keys,
        [&](const std::string& key, const std::string& field, const YAML::Node& value) {
          if (key == "tile_h") {
            request.tile_h = whole(value, field, d.output_shape().height);
          } else if (key == "tile_w") {
            request.tile_w = whole(value, field, d.output_shape().width);
          } else if (key == "tile_channels") {
            request.tile_channels = whole(value, field, d.conv.out_channels);
          } else if (key == "chunk_k") {
            request.chunk_k = whole(value, field, reduction(d));
          } else if (key == "tile_in") {
            request.tile_in = all_or_some(value, field, input_channels(d));
          } else if (key == "output_segment") {
            request.output_segment = all_or_some(value, field, d.output_shape().channels);
          } else if (key == "output_strip") {
            request.output_strip = all_or_some(value, field, d.output_shape().width);
          } else if (key == "order") {
            request.order = kLoopOrders[choice(value, field, order_names())];
          } else {
            request.keep_output = choice(value, field, {"true", "false"}) == 0;
          }
        });
    const bool fixes_kernel = request.tile_channels && request.chunk_k && request.order;
    if (request.tile_h && request.tile_w && (fixes_kernel || d.kind != LayerKind::kConv)) {
      request.tile_in = request.tile_in.value_or(0);
      request.output_segment = request.output_segment.value_or(0);
    }
    return request;
  }

  int whole(const YAML::Node& node, const std::string& field, int most) const {
    const std::string text = scalar(node);
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 1 || value > most) {
      yaml_.fail(node, field, printable(text) + ", expected 1.." + std::to_string(most));
    }
    return value;
  }

  /// 0 for all.
  int all_or_some(const YAML::Node& node, const std::string& field, int all) const {
    const int some = whole(node, field, all);
    return some == all ? 0 : some;
  }

  /// Which of the names it is.
  std::size_t choice(const YAML::Node& node, const std::string& field,
                     const std::vector<std::string>& names) const {
    const std::string text = scalar(node);
    const auto found = std::find(names.begin(), names.end(), text);
    if (found == names.end()) {
      std::string expected = names.front();
      for (std::size_t i = 1; i < names.size(); ++i) {
        expected += (i + 1 == names.size() ? " or " : ", ") + names[i];
      }
      yaml_.fail(node, field, printable(text) + ", expected " + expected + suggestion(text, names));
    }
    return static_cast<std::size_t>(found - names.begin());
  }

  static std::string scalar(const YAML::Node& node) {
    return node.IsScalar() ? node.Scalar() : node.IsNull() ? "no value" : "not a single value";
  }

  const YamlReader yaml_;
  const std::vector<NamedLayer>& layers_;
  NetworkRequest request_;
};

}  // namespace

NetworkRequest parse_mapping(const std::string& text, const std::string& file,
                             const std::vector<NamedLayer>& layers) {
  return Reader(file, layers).read(parse_yaml(text, file, kMaxLayersYamlBytes));
}

std::string mapping_yaml(const std::vector<NamedLayer>& layers, const std::string& comment) {
  YAML::Emitter yaml;
  yaml << YAML::Comment(printable(comment, kLongestComment)) << YAML::Newline << YAML::BeginMap;
  yaml << YAML::Key << "layers" << YAML::Value << YAML::BeginMap;
  const auto entry = [&](const char* key, const std::string& value) {
    yaml << YAML::Key << key << YAML::Value << value;
  };
  for (const auto& [name, d] : layers) {
    yaml << YAML::Key << name << YAML::Value << YAML::Flow << YAML::BeginMap;
    entry("tile_h", std::to_string(d.tiling.tile_h));
    entry("tile_w", std::to_string(d.tiling.tile_w));
    if (d.tiling.tile_in != 0) entry("tile_in", std::to_string(d.tiling.tile_in));
    if (d.kind == LayerKind::kConv) {
      entry("tile_channels", std::to_string(d.tiling.tile_channels));
      entry("chunk_k", std::to_string(d.tiling.chunk_k));
      entry("order", std::string(to_string(d.tiling.order)));
    }
    entry("keep_output", d.output_on_chip ? "true" : "false");
    if (d.output_segment != 0) entry("output_segment", std::to_string(d.output_segment));
    if (d.output_strip != 0) entry("output_strip", std::to_string(d.output_strip));
    yaml << YAML::EndMap;
  }
  yaml << YAML::EndMap << YAML::EndMap;
  return std::string(yaml.c_str()) + '\n';
}

}  // namespace dcnsim
