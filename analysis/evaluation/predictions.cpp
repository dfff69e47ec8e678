// SPDX-License-Identifier: Apache-2.0
#include "analysis/evaluation/predictions.h"

#include <algorithm>
#include <charconv>

namespace dcnsim {
namespace {

template <class Value>
std::string decimal(Value value) {
  char text[64];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

}  // namespace

PredictionTable::PredictionTable(const Shape& output, const Dataset& images)
    : output_(output), images_(images), csv_("image,label,class") {
  for (std::size_t i = 0; i < output.elements(); ++i) csv_ += ",logit_" + std::to_string(i);
  csv_ += '\n';
}

void PredictionTable::add(const std::vector<float>& outputs) { add_row(outputs); }

void PredictionTable::add(const std::vector<double>& outputs) { add_row(outputs); }

template <class Value>
void PredictionTable::add_row(const std::vector<Value>& outputs) {
  const auto channels = static_cast<std::size_t>(output_.channels);
  const std::size_t plane = outputs.size() / channels;
  csv_ += std::to_string(next_) + ',';
  if (images_.has_labels()) csv_ += std::to_string(images_.labels[next_]);
  csv_ += ',';
  if (plane == 1) {
    csv_ += std::to_string(std::max_element(outputs.begin(), outputs.end()) - outputs.begin());
  }
  for (std::size_t c = 0; c < channels; ++c) {
    for (std::size_t i = 0; i < plane; ++i) csv_ += ',' + decimal(outputs[i * channels + c]);
  }
  csv_ += '\n';
  ++next_;
}

}  // namespace dcnsim
