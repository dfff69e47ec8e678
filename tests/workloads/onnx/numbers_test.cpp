// SPDX-License-Identifier: Apache-2.0
// Constants in few bytes: every element type as an independent reading of its bits says.
#include "workloads/onnx/numbers.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "workloads/onnx/constant.h"
#include "workloads/onnx/fold_elements.h"

namespace dcnsim {
namespace {

using Type = onnx::TensorProto;

/// sign, exponent and fraction of so many bits, as IEEE 754 says.
double ieee(std::uint32_t bits, int exponent_bits, int fraction_bits) {
  const std::uint32_t fraction = bits & ((1U << fraction_bits) - 1);
  const int exponent = static_cast<int>(bits >> fraction_bits & ((1U << exponent_bits) - 1));
  const int bias = (1 << (exponent_bits - 1)) - 1;
  const double sign = (bits >> (exponent_bits + fraction_bits) & 1) != 0 ? -1 : 1;
  if (exponent == (1 << exponent_bits) - 1) {
    return fraction != 0 ? std::nan("") : sign * std::numeric_limits<double>::infinity();
  }
  const double whole = exponent == 0 ? 0 : 1;
  return sign * (whole + fraction / std::exp2(fraction_bits)) *
         std::exp2(std::max(exponent, 1) - bias);
}

/// Element `bits` of `type`, without the conversions of the reader.
double value_of(int type, std::uint64_t bits) {
  const auto as_signed = [&](int width) {
    const double range = std::exp2(width);
    const auto unsigned_value = static_cast<double>(bits);
    return unsigned_value < range / 2 ? unsigned_value : unsigned_value - range;
  };
  switch (type) {
    case Type::FLOAT:
      return ieee(static_cast<std::uint32_t>(bits), 8, 23);
    case Type::FLOAT16:
      return ieee(static_cast<std::uint32_t>(bits), 5, 10);
    case Type::BFLOAT16:
      return ieee(static_cast<std::uint32_t>(bits), 8, 7);
    case Type::INT8:
      return as_signed(8);
    case Type::INT16:
      return as_signed(16);
    case Type::INT32:
      return as_signed(32);
    default:
      return static_cast<double>(bits);
  }
}

struct Element {
  Type::DataType type;
  std::size_t bytes;       ///< in the file
  std::size_t held_bytes;  ///< of random elements
};

Type tensor_of(const Element& element, const std::vector<std::uint64_t>& bits) {
  Type tensor;
  tensor.set_data_type(element.type);
  tensor.add_dims(static_cast<std::int64_t>(bits.size()));
  for (const std::uint64_t of : bits) {
    for (std::size_t byte = 0; byte < element.bytes; ++byte) {
      tensor.mutable_raw_data()->push_back(static_cast<char>(of >> (8 * byte)));
    }
  }
  return tensor;
}

void expect_values(const Numbers& found, int type, const std::vector<std::uint64_t>& bits) {
  ASSERT_EQ(found.size(), bits.size());
  const std::vector<double> all = found.to_vector();
  std::size_t i = 0;
  found.for_each([&](double number) {
    const double right = value_of(type, bits[i]);
    if (std::isnan(right)) {
      EXPECT_TRUE(std::isnan(number) && std::isnan(all[i])) << i;
    } else {
      EXPECT_TRUE(number == right && all[i] == right && found[i] == right)
          << Type::DataType_Name(type) << " " << bits[i] << ": " << number << ", not " << right;
    }
    ++i;
  });
  EXPECT_EQ(i, bits.size());
}

TEST(Numbers, ReadEveryElementTypeFromFewBytes) {
  std::mt19937_64 random(1);
  for (const Element& element :
       {Element{Type::FLOAT, 4, 4}, Element{Type::FLOAT16, 2, 4}, Element{Type::BFLOAT16, 2, 4},
        Element{Type::INT8, 1, 1}, Element{Type::UINT8, 1, 2}, Element{Type::BOOL, 1, 2},
        Element{Type::INT16, 2, 2}, Element{Type::UINT16, 2, 4}, Element{Type::INT32, 4, 4},
        Element{Type::UINT32, 4, 8}}) {
    // More than one block, and every code of the types that have few.
    std::vector<std::uint64_t> bits;
    for (std::uint64_t i = 0; i < 1U << 16; ++i) {
      const std::uint64_t any = element.bytes > 2 ? random() : i;
      bits.push_back(any & (~std::uint64_t{0} >> (64 - 8 * element.bytes)));
    }
    const Constant constant = decoded(tensor_of(element, bits));
    EXPECT_EQ(constant.values.bytes(), bits.size() * element.held_bytes)
        << Type::DataType_Name(element.type);
    expect_values(constant.values, element.type, bits);
  }
}

TEST(Numbers, ReadListsLikeBytes) {
  Type floats;
  floats.set_data_type(Type::FLOAT);
  floats.add_dims(3);
  for (const float value : {1.5F, -0.1F, 3e38F}) floats.add_float_data(value);
  EXPECT_EQ(decoded(floats).values.to_vector(), (std::vector<double>{1.5, -0.1F, 3e38F}));
  EXPECT_EQ(decoded(floats).values.bytes(), 12U);

  Type integers;
  integers.set_data_type(Type::INT64);
  integers.add_dims(2);
  for (const std::int64_t value : {-3, 5}) integers.add_int64_data(value);
  EXPECT_EQ(decoded(integers).values.bytes(), 2U);
  integers.set_int64_data(1, std::int64_t{1} << 40);
  EXPECT_EQ(decoded(integers).values.to_vector(), (std::vector<double>{-3, 0x1p40}));

  Type doubles;
  doubles.set_data_type(Type::DOUBLE);
  doubles.add_dims(2);
  for (const double value : {0.1, 1e300}) doubles.add_double_data(value);
  EXPECT_EQ(decoded(doubles).values.to_vector(), (std::vector<double>{0.1, 1e300}));
}

/// Integers of several blocks, of which `odd` is one.
Numbers integers_with(double odd, std::size_t at) {
  return Numbers::of_integers(1200, [&](std::size_t first, std::size_t count, double* to) {
    for (std::size_t i = 0; i < count; ++i) {
      to[i] = first + i == at ? odd : static_cast<double>((first + i) % 100);
    }
  });
}

TEST(Numbers, HoldIntegersAtTheEndsOfTheirTypes) {
  struct Case {
    double integer;
    std::size_t bytes;
  };
  for (const Case& of :
       {Case{127, 1}, Case{-128, 1}, Case{128, 2}, Case{-129, 2}, Case{32767, 2}, Case{-32768, 2},
        Case{32768, 4}, Case{-32769, 4}, Case{0x1p31 - 1, 4}, Case{-0x1p31, 4}, Case{0x1p31, 8},
        Case{-0x1p31 - 1, 8}, Case{0x1p61, 8}}) {
    for (const std::size_t at : {0U, 511U, 512U, 700U, 1199U}) {
      const Numbers numbers = integers_with(of.integer, at);
      EXPECT_EQ(numbers.bytes(), 1200 * of.bytes) << of.integer;
      for (std::size_t i = 0; i < 1200; ++i) {
        ASSERT_EQ(numbers[i], i == at ? of.integer : static_cast<double>(i % 100));
      }
    }
  }
}

TEST(Numbers, MultiplyEachByItsFactor) {
  const Broadcast one{{0.1}}, in_turn{{0.5, 0.3, 7}, 1}, in_runs{{0.7, -2, 0.01, 4}, 300};
  for (const Broadcast& factors : {one, in_turn, in_runs}) {
    for (const double odd : {3.0, 0x1p40}) {  // integers, doubles
      const Numbers before = integers_with(odd, 600);
      Numbers numbers = before;
      numbers.multiply(factors);
      numbers.multiply(one);
      const std::vector<double> all = numbers.to_vector();
      for (std::size_t i = 0; i < 1200; ++i) {
        const double factor = factors.numbers[i / factors.run % factors.numbers.size()];
        ASSERT_EQ(numbers[i], before[i] * factor * 0.1) << i;
        ASSERT_EQ(all[i], numbers[i]);
      }
    }
  }
}

TEST(Numbers, StayIntegersBesideTheirFactors) {
  Numbers numbers = integers_with(-5, 3);
  numbers.multiply({{0.25}});
  EXPECT_EQ(numbers.bytes(), 1200U);
  EXPECT_EQ(numbers[3], -1.25);
}

TEST(Numbers, AreArrangedInRows) {
  // 2 x 3 x 4 of every kind to 2 x 4 x 3, and to 4 x 3 of its first row.
  const auto fill = [](std::size_t first, std::size_t count, double* to) {
    for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<double>(3 * (first + i)) - 100;
  };
  std::vector<double> thirds(24);
  for (std::size_t i = 0; i < 24; ++i) thirds[i] = static_cast<double>(i) / 3;
  Numbers scaled = Numbers::of_integers(24, fill), in_turn = scaled;
  scaled.multiply({{0.1}});
  in_turn.multiply({{0.1, 0.3}, 12});
  struct Case {
    Numbers numbers;
    std::size_t bytes;  ///< of each, arranged
  };
  for (const auto& [numbers, bytes] : {Case{Numbers::of_integers(24, fill), 1}, Case{scaled, 1},
                                       Case{in_turn, 4}, Case{thirds, 4}}) {
    std::vector<double> right = numbers.to_vector();
    for (double& number : right) {
      if (bytes == 4) number = double{static_cast<float>(number)};
    }
    const Numbers turned = numbers.arranged(2, 12, {0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11});
    const Numbers columns = numbers.arranged(4, 1, {0, 4, 8});
    EXPECT_EQ(turned.bytes(), 24 * bytes);
    ASSERT_EQ(turned.size(), 24U);
    ASSERT_EQ(columns.size(), 12U);
    for (std::size_t o = 0; o < 2; ++o) {
      for (std::size_t k = 0; k < 4; ++k) {
        for (std::size_t i = 0; i < 3; ++i) {
          EXPECT_EQ(turned[(o * 4 + k) * 3 + i], right[(o * 3 + i) * 4 + k]);
          EXPECT_EQ(columns[k * 3 + i], right[i * 4 + k]);
        }
      }
    }
  }
}

TEST(Broadcast, GivesEachElementWhatNumpyDoes) {
  const auto expect_like = [](const Dims& dims, std::size_t numbers, std::size_t held) {
    Constant constant{dims, {}, false, {}};
    std::vector<double> values(numbers);
    for (std::size_t i = 0; i < numbers; ++i) values[i] = static_cast<double>(i) + 0.5;
    constant.values = values;
    const Dims whole{3, 4, 5};
    const Broadcast found = broadcast_values(constant, whole);
    EXPECT_EQ(found.numbers.size(), held);
    std::size_t element = 0;
    for (std::int64_t x = 0; x < 3; ++x) {
      for (std::int64_t y = 0; y < 4; ++y) {
        for (std::int64_t z = 0; z < 5; ++z, ++element) {
          std::int64_t at = 0;
          const std::int64_t index[]{x, y, z};
          for (std::size_t i = 0; i < dims.size(); ++i) {
            at = at * dims[i] + (dims[i] == 1 ? 0 : index[3 - dims.size() + i]);
          }
          EXPECT_EQ(found[element], static_cast<double>(at) + 0.5) << element;
          EXPECT_EQ(found[std::min<std::size_t>(found.end_of_run(element), 60) - 1],
                    found[element]);
        }
      }
    }
  };
  expect_like({}, 1, 1);
  expect_like({1, 1}, 1, 1);
  expect_like({3, 1, 1}, 3, 3);
  expect_like({4, 1}, 4, 4);
  expect_like({5}, 5, 5);
  expect_like({4, 5}, 20, 20);
  expect_like({3, 4, 1}, 12, 12);
  expect_like({3, 4, 5}, 60, 60);
  expect_like({3, 1, 5}, 15, 60);  // neither together nor in runs
  EXPECT_THROW(broadcast_values({{3}, {1, 2, 3}, false, {}}, {3, 4, 5}), std::runtime_error);
}

}  // namespace
}  // namespace dcnsim
