// SPDX-License-Identifier: Apache-2.0
// What a piece of work takes of memory and processor, whoever asks for it: C++, C or a library.
#pragma once

#include <cstddef>

namespace dcnsim::fuzz {

/// One at a time.
class Spending {
 public:
  Spending();

  /// The most that was in use since construction beyond what was in use then.
  std::size_t peak_bytes() const;
  /// Of the process.
  double seconds() const;

 private:
  double begin_;
};

}  // namespace dcnsim::fuzz
