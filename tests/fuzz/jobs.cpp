// SPDX-License-Identifier: Apache-2.0
// The image of a job that is put elsewhere, as drivers in C and the compiler in C++ do it: the
// first byte says how far, the second how many descriptors there are, the others are these.
#include <algorithm>
#include <vector>

#include "models/arch/descriptor.h"
#include "platform/compiler/move_descriptors.h"
#include "platform/driver/dcn_job.h"
#include "tests/fuzz/reader.h"

namespace dcnsim::fuzz {
namespace {

using Image = std::vector<std::uint8_t>;

DescriptorBytes descriptor(const Image& image, std::size_t index) {
  DescriptorBytes bytes{};
  std::copy_n(image.begin() + static_cast<std::ptrdiff_t>(index * kDescriptorBytes),
              kDescriptorBytes, bytes.begin());
  return bytes;
}

Image moved(Image image, std::uint32_t descriptors, std::uint64_t from, std::uint64_t to) {
  DcnJob job{};
  job.base = job.descriptor_address = from;
  job.descriptor_count = descriptors;
  dcn_move(&job, image.data(), to);
  require(job.base == to && job.descriptor_address == to, "a job lies where it was put");
  return image;
}

}  // namespace

void read_job(const std::string& bytes) {
  if (bytes.size() < 2) return;
  const std::uint64_t distance = std::uint64_t{static_cast<std::uint8_t>(bytes[0])} << 56U | 64U;
  const Image image(bytes.begin() + 2, bytes.end());
  const auto descriptors = static_cast<std::uint32_t>(
      std::min<std::size_t>(static_cast<std::uint8_t>(bytes[1]), image.size() / kDescriptorBytes));
  const Image there = moved(image, descriptors, 0, distance);
  require(moved(there, descriptors, distance, 0) == image, "a job moved back is what it was");

  Image expected = image;
  move_descriptors(expected.data(), descriptors, distance, distance);  // or refuses
  for (std::uint32_t i = 0; i < descriptors; ++i) {
    require(encode(decode(descriptor(there, i))) == descriptor(expected, i),
            "C and C++ move a job to the same");
  }
}

}  // namespace dcnsim::fuzz
