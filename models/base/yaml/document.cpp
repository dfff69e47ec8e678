// SPDX-License-Identifier: Apache-2.0
#include "models/base/yaml/document.h"

#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>

#include <algorithm>
#include <sstream>
#include <stdexcept>

#include "models/base/text/printable.h"

namespace dcnsim {
namespace {

/// Keeps nothing of a document and ends with the first node too many. What is written with no more
/// than a comma, as most of {,,,} is, costs yaml-cpp several hundred times its bytes.
class NodeCount : public YAML::EventHandler {
 public:
  NodeCount(const std::string& file, std::size_t bytes)
      : file_(file), most_(std::min(kMaxYamlNodes, kAnyNodes + bytes / 2)) {}

 private:
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& at, YAML::anchor_t) override { count(at); }
  void OnAlias(const YAML::Mark& at, YAML::anchor_t) override { count(at); }
  void OnScalar(const YAML::Mark& at, const std::string&, YAML::anchor_t,
                const std::string&) override {
    count(at);
  }
  void OnSequenceStart(const YAML::Mark& at, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    count(at);
  }
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark& at, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    count(at);
  }
  void OnMapEnd() override {}

  void count(const YAML::Mark& at) {
    if (++nodes_ <= most_) return;
    throw std::runtime_error(file_ + ':' + std::to_string(at.line + 1) + ": more than " +
                             std::to_string(most_) + " keys and values up to here");
  }

  static constexpr std::size_t kAnyNodes = 1000;

  const std::string& file_;
  const std::size_t most_;
  std::size_t nodes_ = 0;
};

}  // namespace

YAML::Node parse_yaml(const std::string& text, const std::string& file, std::size_t max_bytes) {
  if (text.size() > max_bytes) {
    throw std::runtime_error(file + ": larger than " + std::to_string(max_bytes) + " bytes");
  }
  try {
    // Asked for two documents at most: YAML::LoadAll never ends on a text that starts with a comma,
    // because yaml-cpp reports empty documents there without moving on.
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    NodeCount count(file, text.size());
    const bool has_document = parser.HandleNextDocument(count);
    const YAML::Node document = YAML::Load(text);
    if (!document.IsDefined() || document.IsNull()) {
      throw std::runtime_error(file + ": no keys and values in it");
    }
    if (has_document && parser.HandleNextDocument(count)) {
      throw std::runtime_error(file + ": more than one YAML document");
    }
    return document;
  } catch (const YAML::DeepRecursion&) {
    throw std::runtime_error(file + ": not YAML: nested too deeply");
  } catch (const YAML::Exception& error) {
    const std::string line = error.mark.is_null() ? "" : ':' + std::to_string(error.mark.line + 1);
    throw std::runtime_error(file + line + ": not YAML: " + printable(error.msg, 160));
  }
}

}  // namespace dcnsim
