// SPDX-License-Identifier: Apache-2.0
// Tables of a flatbuffer that nobody vouches for: each field is verified when it is asked for, with
// the library's Verifier, so that nothing outside of the bytes is read whatever they say, and no
// schema need be compiled.
#pragma once

#include <flatbuffers/flatbuffers.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dcnsim::tflite {

/// The bytes of a flatbuffer, which must stay.
class FlatBytes {
 public:
  explicit FlatBytes(std::string_view bytes);

  flatbuffers::Verifier& verifier() { return verifier_; }

  /// Counts bytes that are taken. Tables may point to the same ones, from which a short file could
  /// make much: throws std::runtime_error beyond 8 times what there is.
  void take(std::size_t bytes);

 private:
  flatbuffers::Verifier verifier_;
  std::size_t left_;
};

/// One table, or none: of that all fields are absent. All that reads throws std::runtime_error if
/// the table is damaged, by its name.
class FlatTable {
 public:
  FlatTable() = default;
  FlatTable(FlatBytes& bytes, const flatbuffers::Table* table, std::string name);
  /// The table at the root.
  static FlatTable root(FlatBytes& bytes, std::string_view all);

  bool exists() const { return table_ != nullptr; }
  const std::string& name() const { return name_; }

  template <class T>
  T number(std::uint16_t field, T absent) const {
    if (table_ == nullptr) return absent;
    if (!table_->VerifyField<T>(bytes_->verifier(), place(field), sizeof(T))) fail();
    return table_->GetField<T>(place(field), absent);
  }
  template <class T>
  std::vector<T> numbers(std::uint16_t field) const {
    const auto* const all = list<T>(field);
    std::vector<T> result;
    if (all == nullptr) return result;
    bytes_->take(all->size() * sizeof(T));
    result.reserve(all->size());
    for (flatbuffers::uoffset_t i = 0; i < all->size(); ++i) result.push_back(all->Get(i));
    return result;
  }
  /// Elements of bytes, or characters of a text, where they are.
  std::string_view bytes(std::uint16_t field) const;
  FlatTable table(std::uint16_t field, std::string name) const;
  /// Named `what` and a number.
  std::vector<FlatTable> tables(std::uint16_t field, const std::string& what) const;

 private:
  [[noreturn]] void fail() const;
  static flatbuffers::voffset_t place(std::uint16_t field) {
    return static_cast<flatbuffers::voffset_t>(4 + 2 * field);
  }
  template <class T>
  const T* pointer(std::uint16_t field) const {
    if (table_ == nullptr) return nullptr;
    if (!table_->VerifyOffset(bytes_->verifier(), place(field))) fail();
    return table_->GetPointer<const T*>(place(field));
  }
  template <class T>
  const flatbuffers::Vector<T>* list(std::uint16_t field) const {
    const auto* const all = pointer<flatbuffers::Vector<T>>(field);
    if (all != nullptr && !bytes_->verifier().VerifyVector(all)) fail();
    return all;
  }

  FlatBytes* bytes_ = nullptr;
  const flatbuffers::Table* table_ = nullptr;
  std::string name_;
};

}  // namespace dcnsim::tflite
