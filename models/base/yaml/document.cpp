// SPDX-License-Identifier: Apache-2.0
#include "models/base/yaml/document.h"

#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>

#include <sstream>
#include <stdexcept>

#include "models/base/text/printable.h"

namespace dcnsim {
namespace {

class IgnoreEvents : public YAML::EventHandler {
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}
};

/// Asks for two documents at most: YAML::LoadAll never ends on a text that starts with a comma,
/// because yaml-cpp reports empty documents there without moving on.
bool has_second_document(const std::string& text) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  IgnoreEvents ignore;
  return parser.HandleNextDocument(ignore) && parser.HandleNextDocument(ignore);
}

}  // namespace

YAML::Node parse_yaml(const std::string& text, const std::string& file) {
  if (text.size() > kMaxYamlBytes) {
    throw std::runtime_error(file + ": larger than " + std::to_string(kMaxYamlBytes) + " bytes");
  }
  try {
    const YAML::Node document = YAML::Load(text);
    if (!document.IsDefined() || document.IsNull()) {
      throw std::runtime_error(file + ": no keys and values in it");
    }
    if (has_second_document(text)) {
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
