// SPDX-License-Identifier: Apache-2.0
// What a network gives for images, as a table for other tools: a line an image with its number,
// label, class and outputs.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "workloads/images/dataset.h"

namespace dcnsim {

/// Columns: image (from 0 on), label (empty without labels), class (index of the first largest
/// output; empty where the output is not one value a class), then logit_0, logit_1, ...: channels,
/// rows, columns. Numbers are the shortest decimals that read back as the same number.
class PredictionTable {
 public:
  /// Of a network with this output on these images, which stay.
  PredictionTable(const Shape& output, const Dataset& images);

  /// Adds the next image's outputs: rows, columns, channels.
  void add(const std::vector<float>& outputs);
  void add(const std::vector<double>& outputs);

  /// RFC 4180.
  const std::string& csv() const { return csv_; }

 private:
  template <class Value>
  void add_row(const std::vector<Value>& outputs);

  Shape output_;
  const Dataset& images_;
  std::size_t next_ = 0;
  std::string csv_;
};

}  // namespace dcnsim
