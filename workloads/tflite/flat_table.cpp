// SPDX-License-Identifier: Apache-2.0
#include "workloads/tflite/flat_table.h"

#include <stdexcept>
#include <utility>

namespace dcnsim::tflite {
namespace {

constexpr std::size_t kMostTaken = 8, kAlways = 65536;

const std::uint8_t* start_of(std::string_view bytes) {
  return reinterpret_cast<const std::uint8_t*>(bytes.data());
}

}  // namespace

FlatBytes::FlatBytes(std::string_view bytes)
    : verifier_(start_of(bytes), bytes.size()), left_(kMostTaken * bytes.size() + kAlways) {}

void FlatBytes::take(std::size_t bytes) {
  if (bytes > left_) {
    throw std::runtime_error("says the same bytes too often: more than " +
                             std::to_string(kMostTaken) + " times what it has");
  }
  left_ -= bytes;
}

FlatTable::FlatTable(FlatBytes& bytes, const flatbuffers::Table* table, std::string name)
    : bytes_(&bytes), table_(table), name_(std::move(name)) {
  if (!table->VerifyTableStart(bytes.verifier())) fail();
  bytes.verifier().EndTable();
}

FlatTable FlatTable::root(FlatBytes& bytes, std::string_view all) {
  const flatbuffers::uoffset_t offset = bytes.verifier().VerifyOffset(0);
  if (offset == 0) throw std::runtime_error("is truncated or damaged: it has no model");
  return {bytes, reinterpret_cast<const flatbuffers::Table*>(start_of(all) + offset), "the model"};
}

std::string_view FlatTable::bytes(std::uint16_t field) const {
  const auto* const all = list<std::uint8_t>(field);
  if (all == nullptr) return {};
  return {reinterpret_cast<const char*>(all->Data()), all->size()};
}

FlatTable FlatTable::table(std::uint16_t field, std::string name) const {
  const auto* const at = pointer<flatbuffers::Table>(field);
  return at == nullptr ? FlatTable() : FlatTable(*bytes_, at, std::move(name));
}

std::vector<FlatTable> FlatTable::tables(std::uint16_t field, const std::string& what) const {
  const auto* const all = list<flatbuffers::uoffset_t>(field);
  std::vector<FlatTable> result;
  if (all == nullptr) return result;
  bytes_->take(all->size() * sizeof(flatbuffers::uoffset_t));
  for (flatbuffers::uoffset_t i = 0; i < all->size(); ++i) {
    const std::uint8_t* const slot = all->Data() + i * sizeof(flatbuffers::uoffset_t);
    const flatbuffers::uoffset_t offset = bytes_->verifier().VerifyOffset(slot, 0);
    if (offset == 0) fail();
    result.emplace_back(*bytes_, reinterpret_cast<const flatbuffers::Table*>(slot + offset),
                        what + ' ' + std::to_string(i));
  }
  return result;
}

void FlatTable::fail() const {
  throw std::runtime_error("is truncated or damaged: " + name_ + " is not within its bytes");
}

}  // namespace dcnsim::tflite
