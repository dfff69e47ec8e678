// SPDX-License-Identifier: Apache-2.0
// Claims of Lin, Talathi and Annapureddy (2016), and published results that dcnsim reproduces. Each
// is measured by one function that writes a page (Markdown), its table (CSV) and its picture (SVG)
// into a folder.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "analysis/allocation/study.h"
#include "models/base/text/text_layout.h"
#include "workloads/images/dataset.h"
#include "workloads/network.h"

namespace dcnsim {

/// A network with what its page says about it.
struct ExperimentNetwork {
  std::string file;    ///< without folders
  std::string sha256;  ///< of the file
  FloatNetwork network;
};

/// What experiments are made of and where they go.
struct Experiment {
  std::string folder;   ///< for pages, tables and pictures
  std::string command;  ///< that repeats it
  std::string date;
  std::string version;
  std::vector<ExperimentNetwork> networks;
  Dataset calibration;            ///< training images: everything is chosen on these
  std::string calibration_words;  ///< "500 training images (calibration_500.bin)"
  Dataset test;                   ///< touched once, for the table
  std::string test_words;
  std::string test_sha256;  ///< of the file of `test`
  std::vector<const Machine*> machines;
  std::string published;    ///< path of the table (CSV) to compare with, or of the folder of tables
  std::string data_folder;  ///< of the data that comes with dcnsim
  std::string results;      ///< folder of results that were made before
  std::size_t jobs = 1;
  ProgressFactory progress;
  std::function<void(const std::string&)> print;  ///< for who waits for it; may be empty
  TextLayout layout;                              ///< of what is printed
};

/// Optimal uniform quantizers: step and SQNR of four densities, 1 to 16 bits.
void quantizer_tables(const Experiment& experiment);

/// Noise adds up: the additive law and the sum of separately measured contributions against the
/// measured SQNR, by layer and over widths.
void sqnr_additivity(const Experiment& experiment);

/// Size and simulated energy at equal accuracy: equal widths against allocated ones.
void equal_against_optimised(const Experiment& experiment);

/// Error over weight and activation widths 4, 6, 8, 16 bits and float, without fine-tuning.
void error_by_width(const Experiment& experiment);

/// The same with fine-tuning, from results of `dcnsim finetune --json`, beside the paper's.
void fine_tuned_error(const Experiment& experiment);

/// Error over size and over simulated energy after fine-tuning, equal against allocated widths,
/// from results of workloads/training/fine_tune_curve.
void fine_tuned_curve(const Experiment& experiment);

/// Cycles and DRAM traffic against those Bit Fusion's authors publish, layer by layer.
void bit_fusion(const Experiment& experiment);

/// Everything published that can be compared with: cycles, traffic, energy, area.
void validation(const Experiment& experiment);

}  // namespace dcnsim
