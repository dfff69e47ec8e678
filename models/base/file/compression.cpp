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

struct Inflater::Stream {
  z_stream zlib{};
  int status = Z_OK;
  std::string piece = std::string(kPieceBytes, '\0');
};

Inflater::Inflater(std::string_view bytes) : stream_(std::make_unique<Stream>()) {
  take(stream_->zlib, bytes);
  if (inflateInit2(&stream_->zlib, kWindowBits + kEitherWrapper) != Z_OK) {
    throw std::runtime_error("zlib: out of memory");
  }
}

Inflater::~Inflater() { inflateEnd(&stream_->zlib); }

std::string_view Inflater::next() {
  auto& [zlib, status, piece] = *stream_;
  std::size_t size = 0;
  while (size == 0 && (status != Z_STREAM_END || zlib.avail_in > 0)) {
    if (status == Z_STREAM_END) inflateReset(&zlib);
    give(zlib, piece);
    status = inflate(&zlib, Z_NO_FLUSH);
    if (status == Z_BUF_ERROR) throw std::runtime_error("its compressed data is truncated");
    if (status != Z_OK && status != Z_STREAM_END) {
      throw std::runtime_error("its compressed data is damaged" +
                               (zlib.msg ? ": " + std::string(zlib.msg) : std::string()));
    }
    size = piece.size() - zlib.avail_out;
  }
  return std::string_view(piece).substr(0, size);
}

std::string inflated(std::string_view bytes, std::size_t limit) {
  Inflater inflater(bytes);
  std::string content;
  for (std::string_view piece = inflater.next(); !piece.empty(); piece = inflater.next()) {
    if (piece.size() > limit - content.size()) {
      throw std::runtime_error("inflates to more than " + std::to_string(limit) + " bytes");
    }
    content += piece;
  }
  return content;
}

}  // namespace dcnsim
