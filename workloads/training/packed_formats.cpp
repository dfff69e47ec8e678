// SPDX-License-Identifier: Apache-2.0
#include "workloads/training/packed_formats.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>

namespace dcnsim {
namespace {

constexpr std::size_t kFormatFields = 4;
constexpr std::size_t kLayerFields = 2 * kFormatFields + 1;

void append(const Format& format, std::vector<std::int64_t>& fields) {
  fields.insert(fields.end(), {format.bits, format.frac, format.is_signed, format.narrow});
}

Format format_at(const std::int64_t* fields) {
  Format format{static_cast<int>(fields[0]), static_cast<int>(fields[1]), fields[2] != 0,
                fields[3] != 0};
  try {
    validate(format);
  } catch (const std::invalid_argument& error) {
    TORCH_CHECK(false, "formats: ", error.what());
  }
  return format;
}

bool is_free(const TensorFormats& layer) {
  return layer.output_step != 1 || !layer.weight_scales.empty();
}

std::int64_t bits_of(double number) {
  std::int64_t bits = 0;
  std::memcpy(&bits, &number, sizeof(bits));
  return bits;
}

/// The numbers behind the formats, one after the other.
class Rest {
 public:
  Rest(const std::int64_t* next, const std::int64_t* end) : next_(next), end_(end) {}

  bool is_empty() const { return next_ == end_; }
  std::int64_t whole() {
    TORCH_CHECK(next_ != end_, "formats: scales are missing");
    return *next_++;
  }
  double scale() {
    const std::int64_t bits = whole();
    double number = 0;
    std::memcpy(&number, &bits, sizeof(number));
    TORCH_CHECK(std::isnormal(number) && number > 0, "formats: no scale ", number);
    return number;
  }

 private:
  const std::int64_t *next_, *end_;
};

void read_scales(Rest& rest, TensorFormats& layer) {
  layer.output_step = rest.scale();
  for (std::int64_t left = rest.whole(); left > 0; --left) {
    layer.weight_scales.push_back(rest.scale());
  }
}

}  // namespace

std::vector<std::int64_t> packed(const NetworkFormats& formats) {
  std::vector<std::int64_t> fields;
  append(formats.input, fields);
  for (const TensorFormats& layer : formats.layers) {
    append(layer.weight, fields);
    append(layer.output, fields);
    fields.push_back(static_cast<std::int64_t>(layer.rounding));
  }
  if (std::none_of(formats.layers.begin(), formats.layers.end(), is_free)) return fields;
  for (const TensorFormats& layer : formats.layers) {
    fields.push_back(bits_of(layer.output_step));
    fields.push_back(static_cast<std::int64_t>(layer.weight_scales.size()));
    for (const double scale : layer.weight_scales) fields.push_back(bits_of(scale));
  }
  return fields;
}

NetworkFormats unpacked(const torch::Tensor& numbers, std::size_t layers) {
  const torch::Tensor fields = numbers.to(torch::kLong).contiguous();
  const auto expected = static_cast<std::int64_t>(kFormatFields + layers * kLayerFields);
  TORCH_CHECK(fields.numel() >= expected, "formats: ", fields.numel(), " numbers, expected ",
              expected);
  const std::int64_t* next = fields.data_ptr<std::int64_t>();
  NetworkFormats formats{format_at(next), {}};
  next += kFormatFields;
  for (std::size_t i = 0; i < layers; ++i, next += kLayerFields) {
    const std::int64_t rounding = next[2 * kFormatFields];
    TORCH_CHECK(rounding >= 0 && rounding <= static_cast<std::int64_t>(Rounding::kFloor),
                "formats: no rounding mode ", rounding);
    formats.layers.push_back(
        {format_at(next), format_at(next + kFormatFields), static_cast<Rounding>(rounding)});
  }
  Rest rest(next, fields.data_ptr<std::int64_t>() + fields.numel());
  if (rest.is_empty()) return formats;
  for (TensorFormats& layer : formats.layers) read_scales(rest, layer);
  TORCH_CHECK(rest.is_empty(), "formats: more numbers than their scales");
  return formats;
}

}  // namespace dcnsim
