// SPDX-License-Identifier: Apache-2.0
// A folder as workloads/training/fine_tune_curve fills it, without training: results and
// allocations say what a test wants them to.
#pragma once

#include <filesystem>
#include <string>

#include "analysis/evaluation/network_file.h"
#include "analysis/report/allocation_report.h"
#include "analysis/report/finetune_report.h"
#include "tests/support/temporary_folder.h"

namespace dcnsim {

inline AllocationFigures tuned_figures(const std::string& name, std::uint64_t weight_bits,
                                       double energy_pj) {
  AllocationFigures figures;
  figures.name = name;
  figures.weight_bits = weight_bits;
  figures.energy_pj = energy_pj;
  figures.measured_sqnr_db = 10;
  return figures;
}

/// For `network`, an allocation of these figures; equal widths as fixtures fill them in.
inline AllocationReport tuned_allocation(CostKind cost, const AllocationFigures& figures) {
  AllocationReport report;
  report.version = "1";
  report.inputs = {{"network", "n.onnx", "aa"}, {"accelerator", "m.yaml", "mm"}};
  report.network = "compact";
  report.accelerator = "machine";
  report.noise_model = "measured";
  report.cost_kind = cost;
  report.weights = figures.weight_bits;
  TensorReport weights;
  weights.name = "conv.weight";
  weights.choice.format = {4, 2, true, false};
  report.tensors = {weights};
  report.allocation = figures;
  return report;
}

/// A fine-tuning at equal widths of 1,000 test images.
inline FinetuneReport tuned_result(int weights, std::uint64_t seed, std::uint64_t correct) {
  FinetuneReport report;
  report.version = "1";
  report.inputs = {{"network", "n.onnx", "aa"}, {"test", "t.bin", "bb"}};
  report.network = "compact";
  report.recipe = {3, 250, 0.005, 0.002, 0.2, 2, 8, seed, 48000, 2000, "fixed"};
  report.widths = {weights, 8};
  report.accumulator_bits = 32;
  report.before = Accuracy{1000, 800};
  report.fine_tuned = Accuracy{1000, correct};
  report.seconds = 60;
  return report;
}

class TunedStudy {
 public:
  TunedStudy() { std::filesystem::create_directories(folder_.path("allocations")); }

  const std::string& path() const { return folder_.path(); }

  void write(const std::string& name, const FinetuneReport& report) const {
    folder_.write(name + ".json", to_json(report));
  }
  void write(const std::string& name, const AllocationReport& report) const {
    folder_.write("allocations/" + name + ".json", to_json(report));
  }
  std::string write_bytes(const std::string& name, const std::string& bytes) const {
    return folder_.write(name, bytes);
  }

  /// A fine-tuning of the network allocations/NAME.onnx.gz.
  FinetuneReport of_allocation(const std::string& name, std::uint64_t seed,
                               std::uint64_t correct) const {
    FinetuneReport report = tuned_result(1, seed, correct);
    report.widths = {};
    report.inputs.push_back(describe_network(
        "allocation", user_file(folder_.path("allocations/" + name + ".onnx.gz"))));
    return report;
  }

 private:
  const TemporaryFolder folder_;
};

}  // namespace dcnsim
