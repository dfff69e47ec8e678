// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/numbers.h"

#include <cstdint>
#include <cstring>
#include <utility>

namespace dcnsim {
namespace {

bool have_32_bits(const double* integers, std::size_t count) {
  return std::all_of(integers, integers + count, [](double integer) {
    return integer >= std::numeric_limits<std::int32_t>::min() &&
           integer <= std::numeric_limits<std::int32_t>::max();
  });
}

/// numbers[i] times the factor of element first + i.
void multiply_block(const Broadcast& factors, std::size_t first, std::size_t count,
                    double* numbers) {
  for (std::size_t i = 0; i < count;) {
    const double factor = factors[first + i];
    const std::size_t end = std::min(factors.end_of_run(first + i) - first, count);
    for (; i < end; ++i) numbers[i] *= factor;
  }
}

}  // namespace

Numbers Numbers::of_floats(std::string bytes) {
  Numbers result;
  result.held_ = std::move(bytes);
  return result;
}

Numbers Numbers::of_integers(std::size_t count, const Fill& fill) {
  CodeList narrow;
  narrow.reserve(count);
  std::vector<double> wide;
  std::array<double, kBlock> block;
  std::array<std::int32_t, kBlock> codes;
  for (std::size_t first = 0; first < count; first += kBlock) {
    const std::size_t next = std::min(kBlock, count - first);
    fill(first, next, block.data());
    if (wide.empty() && have_32_bits(block.data(), next)) {
      for (std::size_t i = 0; i < next; ++i) codes[i] = static_cast<std::int32_t>(block[i]);
      narrow.append(codes.data(), next);
      continue;
    }
    if (wide.empty()) {
      wide.reserve(count);
      wide.assign(narrow.begin(), narrow.end());
    }
    wide.insert(wide.end(), block.begin(), block.begin() + static_cast<std::ptrdiff_t>(next));
  }
  if (!wide.empty()) return wide;
  Numbers result;
  result.held_ = Scaled{std::move(narrow), {}};
  return result;
}

Numbers Numbers::arranged(std::size_t rows, std::size_t step,
                          const std::vector<std::size_t>& places) const {
  Numbers result;
  if (const auto* const scaled = std::get_if<Scaled>(&held_);
      scaled != nullptr && scaled->factors.numbers.size() <= 1) {
    CodeList integers;
    integers.reserve(rows * places.size());
    std::vector<std::int32_t> row(places.size());
    for (std::size_t r = 0; r < rows; ++r) {
      scaled->integers.visit([&](const auto& from) {
        for (std::size_t k = 0; k < row.size(); ++k) row[k] = from[r * step + places[k]];
      });
      integers.append(row.data(), row.size());
    }
    result.held_ = Scaled{std::move(integers), scaled->factors};
    return result;
  }
  std::string floats(rows * places.size() * sizeof(float), '\0');
  char* to = floats.data();
  for (std::size_t r = 0; r < rows; ++r) {
    for (const std::size_t place : places) {
      const auto value = static_cast<float>((*this)[r * step + place]);
      std::memcpy(to, &value, sizeof value);
      to += sizeof value;
    }
  }
  return of_floats(std::move(floats));
}

void Numbers::multiply(const Broadcast& factors) {
  if (empty()) return;
  if (auto* const scaled = std::get_if<Scaled>(&held_);
      scaled != nullptr && scaled->factors.empty()) {
    scaled->factors = factors;
    return;
  }
  std::vector<double> products = to_vector();
  multiply_block(factors, 0, products.size(), products.data());
  held_ = std::move(products);
}

std::size_t Numbers::size() const {
  if (const auto* const bytes = std::get_if<std::string>(&held_)) {
    return bytes->size() / sizeof(float);
  }
  if (const auto* const scaled = std::get_if<Scaled>(&held_)) return scaled->integers.size();
  return std::get<std::vector<double>>(held_).size();
}

double Numbers::operator[](std::size_t i) const {
  double number = 0;
  read(i, 1, &number);
  return number;
}

void Numbers::read(std::size_t first, std::size_t count, double* to) const {
  if (const auto* const bytes = std::get_if<std::string>(&held_)) {
    const char* const from = bytes->data() + first * sizeof(float);
    for (std::size_t i = 0; i < count; ++i) {
      float value = 0;
      std::memcpy(&value, from + i * sizeof value, sizeof value);
      to[i] = double{value};
    }
  } else if (const auto* const scaled = std::get_if<Scaled>(&held_)) {
    scaled->integers.visit([&](const auto& integers) {
      for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<double>(integers[first + i]);
    });
    if (!scaled->factors.empty()) multiply_block(scaled->factors, first, count, to);
  } else {
    const auto& numbers = std::get<std::vector<double>>(held_);
    std::copy_n(numbers.data() + first, count, to);
  }
}

std::vector<double> Numbers::to_vector() const {
  std::vector<double> result(size());
  read(0, result.size(), result.data());
  return result;
}

std::size_t Numbers::bytes() const {
  if (const auto* const bytes = std::get_if<std::string>(&held_)) return bytes->size();
  if (const auto* const scaled = std::get_if<Scaled>(&held_)) {
    return scaled->integers.size() * scaled->integers.bytes_each();
  }
  return size() * sizeof(double);
}

}  // namespace dcnsim
