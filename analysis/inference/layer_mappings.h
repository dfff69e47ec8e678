// SPDX-License-Identifier: Apache-2.0
// How the layers of a network are mapped on a machine: as the user says, else as is best.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "analysis/evaluation/input_file.h"
#include "analysis/evaluation/machine.h"
#include "analysis/inference/run_progress.h"
#include "analysis/report/map_report.h"
#include "platform/compiler/mapper/mapper.h"
#include "workloads/network.h"

namespace dcnsim {

/// One mapping a layer. `file`: the user's mapping (mapping_yaml.h), "" for none; layers it does
/// not name are searched, with `runners_up` next best ones; it is added to `inputs`. Searches are
/// kept where the machine keeps them. `batch` images share the weights of a layer
/// (0: one). Throws
/// std::runtime_error: what parse_mapping, describe and map_network throw.
std::vector<LayerMapping> map_layers(const Machine& machine, const FixedNetwork& network,
                                     const std::string& file, std::vector<InputFile>& inputs,
                                     const OnRunProgress& progress = {}, std::size_t runners_up = 0,
                                     int batch = 0);

/// What a stream of jobs takes whose layers are mapped so, if the machine's mapping.batch asks for
/// one: of batches, mapped anew, or of one image each if that takes less time.
std::optional<MappedStream> mapped_stream(const Machine& machine, const FixedNetwork& network,
                                          const std::vector<LayerMapping>& mappings);

}  // namespace dcnsim
