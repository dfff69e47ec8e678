// SPDX-License-Identifier: Apache-2.0
// What `dcnsim finetune` did, as plain data: the source of its JSON, and of tables over many of
// them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/evaluation/input_file.h"
#include "analysis/evaluation/pixel_statement.h"

namespace dcnsim {

/// Top-1 on one set of images.
struct Accuracy {
  std::uint64_t images = 0;
  std::uint64_t correct = 0;

  double share() const { return static_cast<double>(correct) / static_cast<double>(images); }
};

/// How one fine-tuning was made.
struct FinetuneRecipe {
  std::int64_t epochs = 0;
  std::int64_t batch = 0;
  double filter_rate = 0, other_rate = 0;
  double label_smoothing = 0;
  int shift = 0, cutout = 0;  ///< pixels
  std::uint64_t seed = 0;
  std::uint64_t training_images = 0, validation_images = 0;
  std::string formats;  ///< "fixed" or "reestimate"
  bool flip = true;
  std::string scales = "power-of-two";  ///< or "per-tensor", "per-channel"
};

/// In place of a width: left in float.
inline constexpr int kFloat = 0;

/// Equal widths asked for, or kFloat; nothing where a file decided.
struct FinetuneWidths {
  std::optional<int> weights, activations;
};

struct FinetuneReport {
  std::string version;
  std::vector<InputFile> inputs;
  std::string network;
  PixelStatement pixels;  ///< of the training images
  FinetuneRecipe recipe;
  FinetuneWidths widths;
  int accumulator_bits = 0;
  double validation_accuracy = 0;              ///< 0..1, of the state that was kept
  std::optional<Accuracy> before, fine_tuned;  ///< on test images, if there were any
  double seconds = 0;                          ///< of work
};

inline constexpr const char* kFinetuneSchema = "dcnsim.finetune/1";

/// Schema dcnsim.finetune/1 (finetune_schema.md).
std::string to_json(const FinetuneReport& report);

/// Reads what to_json() wrote. Throws std::runtime_error: file, field, what was expected.
FinetuneReport load_finetune_report(const std::string& path);

}  // namespace dcnsim
