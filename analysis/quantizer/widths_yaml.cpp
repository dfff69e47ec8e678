// SPDX-License-Identifier: Apache-2.0
#include <yaml-cpp/yaml.h>

#include <charconv>

#include "analysis/quantizer/quantize_network.h"
#include "models/base/file/text_file.h"
#include "models/base/yaml/document.h"
#include "models/base/yaml/reader.h"

namespace dcnsim {
namespace {

constexpr std::size_t kLongestComment = 400;

class WidthsReader {
 public:
  WidthsReader(const std::string& path, QuantizeOptions& options)
      : yaml_(path), options_(options) {}

  void read(const YAML::Node& document) {
    yaml_.for_each_of(
        document, "", "the file", {"weights", "activations", "logits", "input", "layers"},
        [&](const std::string& key, const std::string& field, const YAML::Node& value) {
          if (key == "layers") {
            yaml_.for_each(value, field, "layers",
                           [&](const std::string& name, const std::string& layer_field,
                               const YAML::Node& layer) { add_layer(name, layer_field, layer); });
            return;
          }
          int& bits = key == "weights"       ? options_.weight_bits
                      : key == "activations" ? options_.activation_bits
                      : key == "logits"      ? options_.logit_bits
                                             : options_.input_bits;
          bits = width(value, field);
        });
  }

 private:
  void add_layer(const std::string& name, const std::string& path, const YAML::Node& map) {
    LayerWidths widths;
    widths.layer = name;
    widths.place = yaml_.place(map);
    yaml_.for_each_of(
        map, path, "layer", {"weights", "output"},
        [&](const std::string& key, const std::string& field, const YAML::Node& value) {
          (key == "weights" ? widths.weight_bits : widths.output_bits) = width(value, field);
        });
    options_.layers.push_back(std::move(widths));
  }

  int width(const YAML::Node& node, const std::string& field) const {
    const std::string expected =
        "a width from " + std::to_string(kMinBits) + " to " + std::to_string(kMaxBits);
    const std::string text = yaml_.scalar(node, field, expected);
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < kMinBits ||
        value > kMaxBits) {
      yaml_.fail(node, field, '"' + printable(text) + "\", expected " + expected);
    }
    return value;
  }

  const YamlReader yaml_;
  QuantizeOptions& options_;
};

}  // namespace

void load_widths(const std::string& path, QuantizeOptions& options) {
  QuantizeOptions result = options;
  const std::string text = read_text_file(path, kMaxLayersYamlBytes);
  WidthsReader(path, result).read(parse_yaml(text, path, kMaxLayersYamlBytes));
  options = std::move(result);
}

std::string widths_yaml(const QuantizeOptions& options, const std::string& comment) {
  YAML::Emitter yaml;
  yaml << YAML::Comment(printable(comment, kLongestComment)) << YAML::Newline << YAML::BeginMap;
  yaml << YAML::Key << "weights" << YAML::Value << options.weight_bits;
  yaml << YAML::Key << "activations" << YAML::Value << options.activation_bits;
  yaml << YAML::Key << "logits" << YAML::Value << options.logit_bits;
  yaml << YAML::Key << "input" << YAML::Value << options.input_bits;
  yaml << YAML::Key << "layers" << YAML::Value << YAML::BeginMap;
  for (const LayerWidths& layer : options.layers) {
    yaml << YAML::Key << layer.layer << YAML::Value << YAML::Flow << YAML::BeginMap;
    if (layer.weight_bits != 0) yaml << YAML::Key << "weights" << YAML::Value << layer.weight_bits;
    if (layer.output_bits != 0) yaml << YAML::Key << "output" << YAML::Value << layer.output_bits;
    yaml << YAML::EndMap;
  }
  yaml << YAML::EndMap << YAML::EndMap;
  return std::string(yaml.c_str()) + "\n";
}

}  // namespace dcnsim
