// SPDX-License-Identifier: Apache-2.0
// What a comparison with published figures starts from: tables of figures, and machines.
#pragma once

#include <cstddef>
#include <string>

#include "analysis/evaluation/machine.h"
#include "analysis/experiments/experiment.h"
#include "models/base/table/csv.h"

namespace dcnsim {

class ValidationInputs {
 public:
  /// `experiment` has the folder of published figures and the machines; it stays.
  explicit ValidationInputs(const Experiment& experiment) : experiment_(experiment) {}

  /// NAME.csv among the published figures. Throws what CsvTable::load throws.
  CsvTable table(const std::string& name) const;

  /// A machine of the experiment with some keys set otherwise: "array.rows: 32, array.columns: 32".
  /// Throws std::runtime_error if the experiment has no such machine, what set_fields and validate
  /// throw.
  AcceleratorConfig config(const std::string& name, const std::string& changes = "") const;
  /// The same with memory and prices; throws what make_machine throws as well.
  Machine machine(const std::string& name, const std::string& changes = "") const;
  /// A preset of the shipped tables. Throws what load_dram_spec throws.
  DramSpec dram(const std::string& preset) const;
  /// Worker processes.
  std::size_t jobs() const { return experiment_.jobs; }
  /// From the top of the tree.
  static std::string file_of(const std::string& name);

 private:
  const Machine& shipped(const std::string& name) const;

  const Experiment& experiment_;
};

}  // namespace dcnsim
