// SPDX-License-Identifier: Apache-2.0
#include <yaml-cpp/yaml.h>

#include <charconv>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>

#include "analysis/quantizer/quantize_network.h"
#include "models/arch/suggest.h"

namespace dcnsim {
namespace {

constexpr std::size_t kMaxBytes = 1 << 20;

/// One file's name, for messages that start with it and the line.
class Reader {
 public:
  explicit Reader(const std::string& path) : path_(path) {}

  [[noreturn]] void fail(const YAML::Mark& mark, const std::string& message) const {
    throw std::runtime_error(path_ + ":" + std::to_string(mark.line + 1) + ": " + message);
  }

  std::string text() const {
    std::ifstream file(path_, std::ios::binary);
    std::string text(kMaxBytes + 1, '\0');
    if (!file) throw std::runtime_error(path_ + ": cannot be read");
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (file.bad() || (file.gcount() == 0 && !file.eof())) {
      throw std::runtime_error(path_ + ": cannot be read");
    }
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.size() > kMaxBytes) {
      throw std::runtime_error(path_ + ": is larger than " + std::to_string(kMaxBytes) + " bytes");
    }
    return text;
  }

  /// Calls visit(key, field path, value) for each entry; keys are strings, each given once.
  template <class Visit>
  void for_each(const YAML::Node& map, const std::string& path, const Visit& visit) const {
    if (!map.IsMap()) {
      fail(map.Mark(), (path.empty() ? "the file" : path) + ": expected a map of names to values");
    }
    std::set<std::string> seen;
    for (const auto& entry : map) {
      if (!entry.first.IsScalar()) fail(entry.first.Mark(), path + ": a key is not a name");
      const std::string key = entry.first.Scalar();
      const std::string field = path.empty() ? key : path + "." + key;
      if (!seen.insert(key).second) fail(entry.first.Mark(), field + ": given twice");
      visit(key, field, entry.first.Mark(), entry.second);
    }
  }

  int width(const std::string& field, const YAML::Node& node) const {
    const std::string expected =
        "expected a width from " + std::to_string(kMinBits) + " to " + std::to_string(kMaxBits);
    if (!node.IsScalar()) fail(node.Mark(), field + ": " + expected);
    const std::string& text = node.Scalar();
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < kMinBits ||
        value > kMaxBits) {
      fail(node.Mark(), field + ": \"" + text.substr(0, 40) + "\", " + expected);
    }
    return value;
  }

  [[noreturn]] void unknown(const YAML::Mark& mark, const std::string& field,
                            const std::string& key, const std::vector<std::string>& known) const {
    fail(mark, field + ": unknown key" + suggestion(key, known));
  }

 private:
  const std::string& path_;
};

LayerWidths read_layer(const Reader& reader, const std::string& name, const std::string& path,
                       const YAML::Node& map) {
  LayerWidths widths;
  widths.layer = name;
  reader.for_each(map, path,
                  [&](const std::string& key, const std::string& field, const YAML::Mark& mark,
                      const YAML::Node& value) {
                    if (key == "weights") {
                      widths.weight_bits = reader.width(field, value);
                    } else if (key == "output") {
                      widths.output_bits = reader.width(field, value);
                    } else {
                      reader.unknown(mark, field, key, {"weights", "output"});
                    }
                  });
  return widths;
}

void read_file(const Reader& reader, const YAML::Node& root, QuantizeOptions& options) {
  reader.for_each(
      root, "",
      [&](const std::string& key, const std::string& field, const YAML::Mark& mark,
          const YAML::Node& value) {
        if (key == "weights") {
          options.weight_bits = reader.width(field, value);
        } else if (key == "activations") {
          options.activation_bits = reader.width(field, value);
        } else if (key == "logits") {
          options.logit_bits = reader.width(field, value);
        } else if (key == "input") {
          options.input_bits = reader.width(field, value);
        } else if (key == "layers") {
          reader.for_each(value, field,
                          [&](const std::string& name, const std::string& layer_path,
                              const YAML::Mark&, const YAML::Node& layer) {
                            options.layers.push_back(read_layer(reader, name, layer_path, layer));
                          });
        } else {
          reader.unknown(mark, field, key, {"weights", "activations", "logits", "input", "layers"});
        }
      });
}

}  // namespace

void load_widths(const std::string& path, QuantizeOptions& options) {
  const Reader reader(path);
  const std::string text = reader.text();
  QuantizeOptions result = options;
  try {
    read_file(reader, YAML::Load(text), result);
  } catch (const YAML::Exception& error) {
    reader.fail(error.mark, "not valid YAML: " + error.msg);
  }
  options = std::move(result);
}

std::string widths_yaml(const QuantizeOptions& options, const std::string& comment) {
  YAML::Emitter yaml;
  yaml << YAML::Comment(comment) << YAML::Newline << YAML::BeginMap;
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
