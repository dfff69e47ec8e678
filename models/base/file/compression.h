// SPDX-License-Identifier: Apache-2.0
// Deflated bytes (RFC 1951) as zlib and gzip wrap them.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace dcnsim {

enum class Wrapper {
  kZlib,  ///< RFC 1950
  kGzip,  ///< RFC 1952, without name and time: equal bytes give equal bytes
};

/// `level` from 1 (fast) to 9 (small). Less than 4 GiB at a time.
std::string deflated(std::string_view bytes, Wrapper wrapper, int level = 9);

/// Whether they begin as a gzip file does.
bool is_gzip(std::string_view bytes);

/// The content of all streams in `bytes`, of either wrapper, piece by piece.
class Inflater {
 public:
  /// `bytes` must stay. Throws std::runtime_error, in one line.
  explicit Inflater(std::string_view bytes);
  ~Inflater();

  /// What comes next, until the next call; empty at the end. Throws std::runtime_error, in one
  /// line, if a stream is truncated or damaged.
  std::string_view next();

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
};

/// All of it. Also throws if there is more than `limit` bytes of content.
std::string inflated(std::string_view bytes, std::size_t limit);

}  // namespace dcnsim
