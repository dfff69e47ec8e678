// SPDX-License-Identifier: Apache-2.0
#include "models/base/file/compression.h"

#define ZLIB_CONST
#include <zlib.h>

#include <limits>
#include <memory>
#include <stdexcept>

namespace dcnsim {
namespace {

constexpr int kWindowBits = 15;
constexpr int kGzipWrapper = 16, kEitherWrapper = 32;  // added to the window's bits
constexpr int kMemoryLevel = 8;                        // zlib's default
constexpr std::size_t kPieceBytes = std::size_t{1} << 16;

using End = int (*)(z_stream*);
using Guard = std::unique_ptr<z_stream, End>;

void take(z_stream& stream, std::string_view bytes) {
  if (bytes.size() > std::numeric_limits<uInt>::max()) {
    throw std::runtime_error("cannot be compressed or inflated: more than 4 GiB");
  }
  stream.next_in = reinterpret_cast<const Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
}

void give(z_stream& stream, std::string& room) {
  stream.next_out = reinterpret_cast<Bytef*>(room.data());
  stream.avail_out = static_cast<uInt>(room.size());
}

}  // namespace

std::string deflated(std::string_view bytes, Wrapper wrapper, int level) {
  z_stream stream{};
  const int window = kWindowBits + (wrapper == Wrapper::kGzip ? kGzipWrapper : 0);
  if (deflateInit2(&stream, level, Z_DEFLATED, window, kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("zlib: out of memory");
  }
  const Guard guard(&stream, deflateEnd);
  take(stream, bytes);
  std::string packed;
  std::string piece(kPieceBytes, '\0');
  int status = Z_OK;
  while (status != Z_STREAM_END) {
    give(stream, piece);
    status = deflate(&stream, Z_FINISH);
    packed.append(piece, 0, piece.size() - stream.avail_out);
  }
  return packed;
}

bool is_gzip(std::string_view bytes) { return bytes.substr(0, 2) == "\x1f\x8b"; }

std::string inflated(std::string_view bytes, std::size_t limit) {
  z_stream stream{};
  if (inflateInit2(&stream, kWindowBits + kEitherWrapper) != Z_OK) {
    throw std::runtime_error("zlib: out of memory");
  }
  const Guard guard(&stream, inflateEnd);
  take(stream, bytes);
  std::string content;
  std::string piece(kPieceBytes, '\0');
  int status = Z_OK;
  while (status != Z_STREAM_END || stream.avail_in > 0) {
    if (status == Z_STREAM_END) inflateReset(&stream);
    give(stream, piece);
    status = inflate(&stream, Z_NO_FLUSH);
    if (status == Z_BUF_ERROR) throw std::runtime_error("its compressed data is truncated");
    if (status != Z_OK && status != Z_STREAM_END) {
      throw std::runtime_error("its compressed data is damaged" +
                               (stream.msg ? ": " + std::string(stream.msg) : std::string()));
    }
    const std::size_t size = piece.size() - stream.avail_out;
    if (size > limit - content.size()) {
      throw std::runtime_error("inflates to more than " + std::to_string(limit) + " bytes");
    }
    content.append(piece, 0, size);
  }
  return content;
}

}  // namespace dcnsim
