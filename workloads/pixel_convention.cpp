// SPDX-License-Identifier: Apache-2.0
#include "workloads/pixel_convention.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>
#include <stdexcept>
#include <string_view>

#include "models/base/text/printable.h"
#include "models/base/text/suggest.h"

namespace dcnsim {
namespace {

constexpr char kExpected[] =
    "expected raw, unit, signed, cifar10 or imagenet, then scale=S, mean=M, std=D, rgb, bgr";
constexpr double kLargest = 1e30;

[[noreturn]] void refuse(std::string_view part, const std::string& expected) {
  throw std::invalid_argument("\"" + printable(part) + "\", " + expected);
}

double of_channel(const std::vector<double>& values, std::size_t channel, double otherwise) {
  if (values.empty()) return otherwise;
  return values.size() == 1 ? values.front() : values[channel];
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t at = 0;;) {
    const std::size_t end = text.find(separator, at);
    parts.push_back(text.substr(at, end - at));
    if (end == std::string_view::npos) return parts;
    at = end + 1;
  }
}

double number(std::string_view text, std::string_view part) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || !(std::abs(value) <= kLargest)) {
    refuse(part, "\"" + printable(text) + "\" is not a number");
  }
  return value;
}

double positive(std::string_view text, std::string_view part) {
  const double value = number(text, part);
  if (!(value >= 1 / kLargest)) refuse(part, "expected numbers above 0");
  return value;
}

std::string decimal(double value) {
  char text[64];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

std::string joined(const std::vector<double>& values) {
  std::string text;
  for (const double value : values) text += (text.empty() ? "" : ":") + decimal(value);
  return text;
}

class Parser {
 public:
  PixelConvention parse(const std::string& text) {
    for (const std::string_view part : split(text, ',')) {
      if (!take_name(part)) take_part(part);
    }
    return convention_;
  }

 private:
  bool take_name(std::string_view part) {
    for (const auto& [name, convention] : named_conventions()) {
      if (part != name) continue;
      if (!seen_.empty()) refuse(part, "expected a name only at the beginning");
      convention_ = convention;
      seen_.insert("name");
      return true;
    }
    return false;
  }

  void take_part(std::string_view part) {
    const std::size_t equals = part.find('=');
    const std::string key(part.substr(0, equals));
    const bool is_order = key == "rgb" || key == "bgr";
    if (!seen_.insert(is_order ? "order" : key).second) refuse(part, "which is there already");
    if (is_order && equals == std::string_view::npos) {
      convention_.bgr = key == "bgr";
      return;
    }
    if (equals == std::string_view::npos || (key != "scale" && key != "mean" && key != "std")) {
      refuse(part, kExpected + suggestion(key, {"raw", "unit", "signed", "cifar10", "imagenet",
                                                "scale", "mean", "std", "rgb", "bgr"}));
    }
    const std::string_view content = part.substr(equals + 1);
    if (key == "scale") {
      const std::vector<std::string_view> terms = split(content, '/');
      if (terms.size() > 2) refuse(part, "expected a number or a fraction");
      convention_.numerator = positive(terms[0], part);
      convention_.denominator = terms.size() == 2 ? positive(terms[1], part) : 1;
      return;
    }
    std::vector<double>& values = key == "mean" ? convention_.mean : convention_.deviation;
    values.clear();
    for (const std::string_view term : split(content, ':')) {
      values.push_back(key == "mean" ? number(term, part) : positive(term, part));
    }
  }

  PixelConvention convention_;
  std::set<std::string> seen_;
};

}  // namespace

double PixelConvention::value(std::size_t channel, int pixel) const {
  return (pixel * numerator / denominator - of_channel(mean, channel, 0)) /
         of_channel(deviation, channel, 1);
}

bool PixelConvention::is_raw() const {
  const auto all = [](const std::vector<double>& values, double neutral) {
    return std::all_of(values.begin(), values.end(), [&](double v) { return v == neutral; });
  };
  return numerator == denominator && all(mean, 0) && all(deviation, 1);
}

void PixelConvention::require_channels(int channels) const {
  const auto check = [&](const char* what, const std::vector<double>& values) {
    if (values.size() <= 1 || values.size() == static_cast<std::size_t>(channels)) return;
    throw std::invalid_argument(
        "pixels " + to_string(*this) + ": " + std::to_string(values.size()) + " numbers for " +
        what + ", expected one, or one for each of the " + std::to_string(channels) + " channels");
  };
  check("mean", mean);
  check("std", deviation);
}

const std::vector<std::pair<std::string, PixelConvention>>& named_conventions() {
  static const std::vector<std::pair<std::string, PixelConvention>> named{
      {"raw", {}},
      {"unit", {1, 255, {}, {}, false}},
      {"signed", {1, 127.5, {1}, {}, false}},
      {"cifar10", {1, 255, {0.4914, 0.4822, 0.4465}, {0.2470, 0.2435, 0.2616}, false}},
      {"imagenet", {1, 255, {0.485, 0.456, 0.406}, {0.229, 0.224, 0.225}, false}}};
  return named;
}

PixelConvention parse_convention(const std::string& text) { return Parser().parse(text); }

std::string to_string(const PixelConvention& convention) {
  PixelConvention rgb = convention;
  rgb.bgr = false;
  const std::string order = convention.bgr ? ",bgr" : "";
  for (const auto& [name, named] : named_conventions()) {
    if (rgb == named) return name + order;
  }
  std::string text = "raw";
  if (rgb.numerator == 1 && rgb.denominator == 255) {
    text = "unit";
  } else if (rgb.numerator != 1 || rgb.denominator != 1) {
    text = "scale=" + decimal(rgb.numerator) +
           (rgb.denominator == 1 ? "" : '/' + decimal(rgb.denominator));
  }
  if (!rgb.mean.empty()) text += ",mean=" + joined(rgb.mean);
  if (!rgb.deviation.empty()) text += ",std=" + joined(rgb.deviation);
  return text + order;
}

}  // namespace dcnsim
