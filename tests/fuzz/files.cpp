// SPDX-License-Identifier: Apache-2.0
// Images, labels, compressed and sealed files, firmware.
#include <algorithm>

#include "models/base/file/compression.h"
#include "models/base/file/sealed_file.h"
#ifdef DCNSIM_FUZZ_RISCV
#include "platform/riscv/elf_file.h"
#include "platform/riscv/memory_map.h"
#endif
#include "tests/fuzz/reader.h"
#include "workloads/images/cifar10_file.h"
#include "workloads/images/load_images.h"
#include "workloads/images/npy_file.h"

namespace dcnsim::fuzz {
namespace {

constexpr Shape kInput{2, 3, 1};
constexpr std::size_t kMostBytes = std::size_t{1} << 22;

void hold_as_many_labels_as_images(const Dataset& images) {
  require(images.size() >= 1, "a set of images is not empty");
  require(!images.has_labels() || images.labels.size() == images.size(), "a label an image");
  require(std::all_of(images.labels.begin(), images.labels.end(), [](int l) { return l >= 0; }),
          "labels count from 0");
}

}  // namespace

void read_npy(const std::string& bytes) {
  const std::string path = file_with("images.npy", bytes);
  const NpyArray array = dcnsim::read_npy(path);
  const std::string elements(array.bytes.begin(), array.bytes.end());
  const std::string again = npy_bytes(array.type, array.dims, elements);
  must("what was written is read", [&] {
    require(dcnsim::read_npy(file_with("again.npy", again)).bytes == array.bytes,
            "an array survives its file");
  });
  hold_as_many_labels_as_images(load_images({path, ""}, kInput));
}

/// As text and as an array.
void read_labels(const std::string& bytes) {
  static const std::string images =
      file_with("labelled.npy", npy_bytes({}, {2, 2, 3}, std::string(2 * kInput.elements(), '\7')));
  const bool is_array = bytes.rfind("\x93NUMPY", 0) == 0;
  const std::string labels = file_with(is_array ? "labels.npy" : "labels.txt", bytes);
  hold_as_many_labels_as_images(load_images({images, labels}, kInput));
}

void read_cifar10(const std::string& bytes) {
  hold_as_many_labels_as_images(load_cifar10(file_with("images.bin", bytes)));
}

void read_compressed(const std::string& bytes) {
  constexpr std::size_t kLimit = std::size_t{1} << 20;
  must("what was deflated is inflated to the same", [&] {
    require(inflated(deflated(bytes, Wrapper::kGzip, 1), bytes.size()) == bytes,
            "bytes survive compression");
  });
  require(inflated(bytes, kLimit).size() <= kLimit, "a limit holds");
}

/// As checkpoints of trainings are.
void read_sealed(const std::string& bytes) {
  const std::string kind = bytes.substr(0, bytes.find('\n'));
  const auto read_back = [&](const std::string& file) {
    return read_sealed_file(file_with("sealed", file), kind, "of that kind", kMostBytes);
  };
  must("what was sealed is read",
       [&] { require(read_back(sealed(kind, bytes)) == bytes, "sealed bytes survive"); });
  require(sealed(kind, read_back(bytes)) == bytes, "nothing but what was sealed is taken");
}

#ifdef DCNSIM_FUZZ_RISCV
void read_elf(const std::string& bytes) {
  std::uint64_t sum = 0;
  for (const auto& segment : riscv::load_elf(file_with("firmware.elf", bytes)).segments) {
    sum += segment.bytes.size() + segment.zeros;
  }
  require(sum <= std::uint64_t{DCN_MAP_RAM_BYTES} + DCN_MAP_DRAM_BYTES_MAX,
          "a firmware fits the platform's memory");
}
#endif

}  // namespace dcnsim::fuzz
