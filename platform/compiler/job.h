// SPDX-License-Identifier: Apache-2.0
// A job: a network compiled for one machine, with an address. What is to be loaded where, where the
// input goes and how its codes lie, where the output comes. Plain data that any platform can take:
// job_files.h writes it, VirtualPlatform and Simulation need no more than it.
//
//     FixedNetwork network = std::get<FixedNetwork>(load_network("net.onnx"));
//     NetworkJob job = compile_job(network, config, dram, 0x80000000);
//     memory.load(job.base, job.image);                    // once; job.bytes from base are taken
//     memory.load(job.input.address, pack_pixels(job, pixels));
//     // DESCRIPTOR_ADDRESS, DESCRIPTOR_COUNT, START, interrupt (platform/driver/driver.h)
//     CodeTensor logits = unpack(job.output, memory.at(job.output.address));
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/arch/memory_layout.h"
#include "models/numeric/format.h"
#include "models/numeric/tensor.h"
#include "platform/compiler/mapper/mapper.h"

namespace dcnsim {

struct AcceleratorConfig;
struct DramSpec;
struct FixedNetwork;
struct Program;

/// Jobs begin at multiples of so many bytes, which every bus width divides.
inline constexpr std::uint64_t kJobAlignment = 64;

/// A feature map in the accelerator's memory.
struct JobMap {
  std::uint64_t address = 0;
  Shape shape;
  Format format;
  int segment = 0;  ///< channels a plane
  int strip = 0;    ///< columns a strip
  int bus_bytes = 0;
  double scale = 1;  ///< value = (code - format.zero_point) * scale

  MapLayout layout() const { return {shape, format.bits, segment, strip, bus_bytes}; }
  std::uint64_t bytes() const { return static_cast<std::uint64_t>(layout().bytes()); }
};

/// Addresses are those that the accelerator puts on its memory port.
struct NetworkJob {
  std::string network, accelerator;  ///< their names
  std::uint64_t base = 0;
  std::vector<std::uint8_t> image;  ///< to be loaded at `base`: descriptors, weights, biases
  std::uint64_t bytes = 0;          ///< the job's own from `base` on: the image, room for the maps
  std::uint64_t maps_address = 0;   ///< where this room begins; the input is the first map
  std::uint64_t descriptor_address = 0;
  std::uint32_t descriptor_count = 0;
  std::vector<std::string> layers;  ///< one a descriptor: what ERROR_LAYER counts
  JobMap input, output;
  /// Codes of the input for pixels 0..255, 256 a channel of the network, those of channel 0 first.
  std::vector<std::int32_t> pixel_codes;
  /// What a pixel is to the network, outside of its graph (pixel_convention.h); whether nobody says
  /// so: neither its file nor who compiled it.
  std::string pixels = "raw";
  bool pixels_are_assumed = true;
  bool bgr = false;  ///< the network's channel 0 is the last of an RGB image's planes

  std::uint64_t end() const { return base + bytes; }
};

/// `program` is `network` compiled for `config`. Throws std::invalid_argument: a base that is no
/// multiple of kJobAlignment, an end beyond 64 bits.
NetworkJob make_job(const FixedNetwork& network, const AcceleratorConfig& config,
                    const Program& program, std::uint64_t base);

/// From the network on; with `options.energy` where the machine's mapping.objective is energy.
/// Throws what compile() and make_job() throw.
NetworkJob compile_job(const FixedNetwork& network, const AcceleratorConfig& config,
                       const DramSpec& dram, std::uint64_t base, const MapperOptions& options = {});

/// The same job elsewhere. Throws as make_job().
NetworkJob moved(const NetworkJob& job, std::uint64_t base);

/// For another accelerator of the same kind: descriptors and room for maps of its own at `base`,
/// with the weights of `job`, which must be loaded. Throws as make_job().
NetworkJob sharing_weights(const NetworkJob& job, std::uint64_t base);

/// Throws std::invalid_argument if the job does not end within 2^bits bytes.
void require_address_bits(const NetworkJob& job, int bits);

/// The bytes of the input map for its codes, or for an image of as many planes of 8-bit pixels as
/// the network has channels, row by row, red first. Throws std::invalid_argument for a tensor of
/// another shape or format, or another count of pixels.
std::vector<std::uint8_t> pack_input(const NetworkJob& job, const CodeTensor& codes);
std::vector<std::uint8_t> pack_pixels(const NetworkJob& job,
                                      const std::vector<std::uint8_t>& pixels);

/// The codes in the `map.bytes()` bytes of a map.
CodeTensor unpack(const JobMap& map, const std::uint8_t* bytes);

}  // namespace dcnsim
