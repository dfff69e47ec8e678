// SPDX-License-Identifier: Apache-2.0
#include "models/base/file/sha256.h"

#include <openssl/evp.h>

#include <istream>
#include <memory>
#include <stdexcept>

namespace dcnsim {
namespace {

class Digest {
 public:
  Digest() { require(context_ && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1); }

  void add(std::string_view bytes) {
    require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
  }

  std::string hex() {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    require(EVP_DigestFinal_ex(context_.get(), digest, &size) == 1);
    std::string text;
    for (unsigned int i = 0; i < size; ++i) {
      text += "0123456789abcdef"[digest[i] >> 4];
      text += "0123456789abcdef"[digest[i] & 15];
    }
    return text;
  }

 private:
  static void require(bool done) {
    if (!done) throw std::runtime_error("SHA-256 is not available in OpenSSL");
  }

  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_{EVP_MD_CTX_new(),
                                                                   &EVP_MD_CTX_free};
};

}  // namespace

std::string sha256_hex(std::string_view bytes) {
  Digest digest;
  digest.add(bytes);
  return digest.hex();
}

std::string sha256_hex(std::istream& bytes) {
  Digest digest;
  char block[1 << 16];
  while (bytes.read(block, sizeof block) || bytes.gcount() > 0) {
    digest.add({block, static_cast<std::size_t>(bytes.gcount())});
  }
  if (bytes.bad() || !bytes.eof()) throw std::runtime_error("cannot be read");
  return digest.hex();
}

}  // namespace dcnsim
