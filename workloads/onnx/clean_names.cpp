// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/clean_names.h"

#include <map>
#include <set>

#include "models/base/text/printable.h"

namespace dcnsim {
namespace {

std::string clean(const std::string& name) {
  return shorten(printable(name, kMaxNameLength), kMaxNameLength);
}

/// Gives names to layers, each one once.
class Names {
 public:
  void reserve(const std::string& name) { used_.insert(name); }

  /// `clean`, or with the next number behind it.
  std::string unique(const std::string& clean) {
    std::string name = clean;
    for (int& number = numbers_.emplace(clean, 1).first->second; !used_.insert(name).second;) {
      const std::string suffix = '~' + std::to_string(++number);
      name = shorten(clean, kMaxNameLength - suffix.size()) + suffix;
    }
    return name;
  }

 private:
  std::set<std::string> used_;
  std::map<std::string, int> numbers_;  ///< the last behind a name
};

template <class Network>
void clean_all(Network& network) {
  network.name = clean(network.name);
  network.input_name = clean(network.input_name);
  Names names;
  for (const auto& layer : network.layers) {
    if (clean(layer.node.name) == layer.node.name) names.reserve(layer.node.name);
  }
  for (auto& layer : network.layers) {
    std::string name = clean(layer.node.name);
    if (name != layer.node.name) layer.node.name = names.unique(name);
  }
}

}  // namespace

void clean_names(FloatNetwork& network) { clean_all(network); }

void clean_names(FixedNetwork& network) { clean_all(network); }

}  // namespace dcnsim
