// SPDX-License-Identifier: Apache-2.0
// A network compiled for one machine: the bytes the host puts into memory and where things are.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/arch/accelerator_config.h"
#include "models/arch/descriptor.h"
#include "models/arch/dram_spec.h"
#include "models/arch/memory_layout.h"
#include "platform/compiler/mapper/mapper.h"
#include "workloads/network.h"

namespace dcnsim {

struct ProgramLayer {
  std::string name;
  Descriptor descriptor;
};

/// Addresses are offsets from the start of the accelerator's memory. Every output that does not
/// stay on chip has a region of its own, so that it can be inspected after a run.
struct Program {
  std::vector<ProgramLayer> layers;
  std::vector<std::uint8_t> image;  ///< descriptors, weights and biases, loaded at address 0
  std::uint64_t descriptor_address = 0;
  std::uint64_t input_address = 0;  ///< where the host writes the packed input image
  Shape input_shape;
  Format input_format;
  int input_segment = 0;           ///< channels a plane of the packed image, 0 for all
  int input_strip = 0;             ///< columns a strip of its rows, 0 for all
  std::uint64_t memory_bytes = 0;  ///< everything, activations included
  /// From the maps of one image of a batch to those of the next.
  std::uint64_t map_stride = 0;
  int images = 1;  ///< of a batch
  int sets = 1;    ///< of maps, for jobs that are queued: each has a list of its own

  std::uint64_t list_address(int set) const {
    return descriptor_address + static_cast<std::uint64_t>(set) * layers.size() * kDescriptorBytes;
  }
  /// From the maps of an image in the first set to those in another.
  std::uint64_t maps_before(int set) const {
    return static_cast<std::uint64_t>(set) * static_cast<std::uint64_t>(images) * map_stride;
  }
};

/// Maps every layer (map_network), packs weights and lays out memory. Throws std::runtime_error
/// naming the layer if no mapping fits (which buffer lacks how many bytes for the smallest tile),
/// if it reads a map in other planes or strips than it is written in, or if the memory is too
/// small.
Program compile(const FixedNetwork& network, const AcceleratorConfig& config, const DramSpec& dram,
                const MapperOptions& options = {});

/// The same with mappings that have been chosen, one a layer and all for one batch. `sets` jobs
/// have maps of their own: while one of them runs, those of another may be written and read.
Program assemble(const FixedNetwork& network, const AcceleratorConfig& config,
                 const std::vector<LayerMapping>& mappings, int sets = 1);

/// The same without an image: enough to know what it takes, for networks without weights.
Program lay_out(const FixedNetwork& network, const AcceleratorConfig& config,
                const std::vector<LayerMapping>& mappings, int sets = 1);

/// Of the packed image at `input_address`.
MapLayout image_layout(const Program& program, int bus_bytes);

/// The descriptors of a program, for evaluate(); those of a set.
std::vector<Descriptor> descriptors(const Program& program, int set = 0);

/// A feature map as it lies in memory (MapLayout), and back; 0 stands for all channels or columns.
std::vector<std::uint8_t> pack_map(const CodeTensor& map, int bus_bytes, int segment = 0,
                                   int strip = 0);
CodeTensor unpack_map(const std::uint8_t* packed, const Shape& shape, const Format& format,
                      int bus_bytes, int segment = 0, int strip = 0);

}  // namespace dcnsim
