// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/hardware_survey.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "analysis/evaluation/machine.h"
#include "analysis/sweep/evaluation.h"
#include "models/base/file/sha256.h"

namespace dcnsim {
namespace {

/// Numbers things in the order in which they are first seen.
template <class Thing>
class Numbering {
 public:
  std::size_t of(const Thing& thing) {
    return numbers_.emplace(thing, numbers_.size()).first->second;
  }
  std::size_t size() const { return numbers_.size(); }

 private:
  std::map<Thing, std::size_t> numbers_;
};

AcceleratorConfig with_any_buffers(AcceleratorConfig config) {
  for (BufferConfig* buffer : {&config.input_buffer, &config.weight_buffer, &config.output_buffer,
                               &config.shared_buffer}) {
    buffer->capacity_bytes = std::min<std::int64_t>(buffer->capacity_bytes, 1);
  }
  config.accumulator_buffer_bytes = 0;
  return config;
}

}  // namespace

HardwareSurvey survey_hardware(const DesignSpace& space, const std::string& tables_dir) {
  const std::size_t count = space.hardware_count();
  const PriceTables shipped(tables_dir);
  HardwareSurvey survey;
  survey.timing_class.resize(count);
  survey.accumulator.resize(count);
  survey.problem.resize(count);
  Numbering<std::string> classes, families;
  Numbering<std::tuple<int, Overflow, int>> accumulators;
  std::map<std::pair<std::string, std::string>, DramSpec> drams;
  for (std::size_t h = 0; h < count; ++h) {
    try {
      const AcceleratorConfig config = space.machine(h);
      const std::pair dram_name(tables_folder(tables_dir, config), config.dram.preset);
      auto dram = drams.find(dram_name);
      if (dram == drams.end()) {
        dram =
            drams.emplace(dram_name, load_dram_spec(tables_of(shipped, config), dram_name.second))
                .first;
      }
      const std::string prices = config.mapping.asks_for(Objective::kEnergy)
                                     ? energy_model(CostModel(shipped, config)).identity
                                     : "";
      const std::string key = sha256_hex(timing_identity(config, dram->second, prices));
      survey.timing_class[h] = classes.of(key);
      if (classes.size() > survey.class_keys.size()) {
        survey.class_keys.push_back(key);
        survey.family.push_back(
            families.of(timing_identity(with_any_buffers(config), dram->second, prices)));
      }
      const Accumulator& accumulator = config.accumulator;
      survey.accumulator[h] =
          accumulators.of({accumulator.bits, accumulator.overflow, accumulator.multiplier_bits});
      if (accumulators.size() > survey.accumulators.size()) {
        survey.accumulators.push_back(accumulator);
      }
    } catch (const std::exception& e) {
      survey.problem[h] = e.what();
    }
  }
  return survey;
}

}  // namespace dcnsim
