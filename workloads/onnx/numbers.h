// SPDX-License-Identifier: Apache-2.0
// The numbers of a constant, held in about as many bytes as the file has them: the weights of a
// network are most of its file, and as doubles would take several times that.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "models/numeric/code_list.h"
#include "workloads/onnx/broadcast.h"

namespace dcnsim {

/// Read as doubles, held as float32 bytes, as integers times a factor, or as doubles.
class Numbers {
 public:
  /// Numbers that read() is best asked for at once.
  static constexpr std::size_t kBlock = 512;
  /// Writes elements `first` to before `first + count` to `to`.
  using Fill = std::function<void(std::size_t first, std::size_t count, double* to)>;

  Numbers() = default;
  /// Implicit: computed numbers are few.
  Numbers(std::vector<double> numbers) : held_(std::move(numbers)) {}
  Numbers(std::initializer_list<double> numbers) : held_(std::vector<double>(numbers)) {}
  /// Of float32 bytes in the machine's order, which are taken over.
  static Numbers of_floats(std::string bytes);
  /// `count` integers that `fill` gives, at most kBlock at a time: in few bytes if they have at
  /// most 32 bits, else as doubles.
  static Numbers of_integers(std::size_t count, const Fill& fill);

  /// Rows of `places.size()` of these numbers: row r has element r * step + places[k] as its k-th.
  /// As float32, but for integers of one factor, which stay that.
  Numbers arranged(std::size_t rows, std::size_t step,
                   const std::vector<std::size_t>& places) const;
  /// Gives each number its factor. Integers stay integers beside theirs.
  void multiply(const Broadcast& factors);

  std::size_t size() const;
  bool empty() const { return size() == 0; }
  double operator[](std::size_t i) const;
  /// Numbers `first` to before `first + count`, in a loop over what is held.
  void read(std::size_t first, std::size_t count, double* to) const;
  /// Calls function(number) for each in turn.
  template <class Function>
  void for_each(const Function& function) const {
    std::array<double, kBlock> block;
    const std::size_t total = size();
    for (std::size_t first = 0; first < total; first += kBlock) {
      const std::size_t count = std::min(kBlock, total - first);
      read(first, count, block.data());
      std::for_each(block.begin(), block.begin() + static_cast<std::ptrdiff_t>(count), function);
    }
  }
  std::vector<double> to_vector() const;
  /// Bytes of memory for all of them, factors apart.
  std::size_t bytes() const;

 private:
  struct Scaled {
    CodeList integers;
    Broadcast factors;  ///< empty: 1
  };

  std::variant<std::vector<double>, std::string, Scaled> held_;
};

}  // namespace dcnsim
