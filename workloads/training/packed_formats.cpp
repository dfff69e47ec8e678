// SPDX-License-Identifier: Apache-2.0
#include "workloads/training/packed_formats.h"

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

}  // namespace

std::vector<std::int64_t> packed(const NetworkFormats& formats) {
  std::vector<std::int64_t> fields;
  append(formats.input, fields);
  for (const TensorFormats& layer : formats.layers) {
    append(layer.weight, fields);
    append(layer.output, fields);
    fields.push_back(static_cast<std::int64_t>(layer.rounding));
  }
  return fields;
}

NetworkFormats unpacked(const torch::Tensor& numbers, std::size_t layers) {
  const torch::Tensor fields = numbers.to(torch::kLong).contiguous();
  const auto expected = static_cast<std::int64_t>(kFormatFields + layers * kLayerFields);
  TORCH_CHECK(fields.numel() == expected, "formats: ", fields.numel(), " numbers, expected ",
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
  return formats;
}

}  // namespace dcnsim
