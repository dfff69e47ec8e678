// SPDX-License-Identifier: Apache-2.0
#include "models/perf/dram/address_map.h"

#include <stdexcept>
#include <string>

namespace dcnsim {
namespace {

unsigned log2_of(const DramSpec& spec, const char* field, std::int64_t value) {
  if (value < 1 || (value & (value - 1)) != 0) {
    throw std::invalid_argument("dram preset " + spec.preset + ": " + field + ": " +
                                std::to_string(value) + ", expected a power of two");
  }
  unsigned bits = 0;
  while ((std::int64_t{1} << bits) < value) ++bits;
  return bits;
}

}  // namespace

AddressMap::AddressMap(const DramSpec& spec, const DramConfig& config) {
  burst_shift_ = log2_of(spec, "burst bytes", spec.burst_bytes());
  const unsigned page = log2_of(spec, "page_bytes", spec.page_bytes);
  const unsigned banks = log2_of(spec, "banks", spec.banks);
  const unsigned groups = log2_of(spec, "bank_groups", spec.bank_groups);
  const unsigned channels = log2_of(spec, "channels", config.channels);
  if (page < burst_shift_ || banks < groups) {
    throw std::invalid_argument("dram preset " + spec.preset + ": impossible organisation");
  }
  unsigned rows = 0;
  while (rows < 40 &&
         (std::int64_t{1} << (rows + page + banks + channels)) < config.capacity_bytes) {
    ++rows;
  }
  EnumArray<AddressPart, unsigned, kAddressParts> bits;
  bits[AddressPart::kRow] = rows;
  bits[AddressPart::kBank] = banks - groups;
  bits[AddressPart::kGroup] = groups;
  bits[AddressPart::kColumn] = page - burst_shift_;
  bits[AddressPart::kChannel] = channels;

  const AddressMapping mapping = parse_address_mapping(config.address_mapping);
  unsigned shift = 0;
  bool in_run = true;
  for (auto part = mapping.rbegin(); part != mapping.rend(); ++part) {
    const unsigned width = bits[*part];
    fields_[*part] = {shift, (std::uint64_t{1} << width) - 1};
    shift += width;
    // Parts of no bits neither end nor lengthen a run.
    if (width == 0 || !in_run) continue;
    if (*part == AddressPart::kRow || *part == AddressPart::kBank) {
      in_run = false;
      continue;
    }
    run_bits_ += width;
    if (*part == AddressPart::kChannel) channels_rotate_ = true;
    if (*part == AddressPart::kGroup) rotation_ = std::uint32_t{1} << width;
    if (*part == AddressPart::kColumn) in_run = false;
  }
  // Rows above all else number on: capacities need not be powers of two.
  if (mapping[0] == AddressPart::kRow) {
    fields_[AddressPart::kRow].mask = ~std::uint64_t{0};
  }
}

}  // namespace dcnsim
