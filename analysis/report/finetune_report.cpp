// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/finetune_report.h"

#include "analysis/report/json_parts.h"
#include "analysis/report/result_summary.h"
#include "models/base/json/fields.h"

namespace dcnsim {
namespace {

constexpr const char* kFloatWidth = "float";

Json width_json(const std::optional<int>& width) {
  if (width && *width == kFloat) return kFloatWidth;
  return optional(width);
}

std::optional<int> width(const Fields& report, const char* pointer) {
  const Json& value = report.at(pointer);
  if (value.is_null()) return std::nullopt;
  if (value.is_string()) {
    report.one_of(pointer, {kFloatWidth});
    return kFloat;
  }
  return report.integer(pointer, kMinBits, kMaxBits);
}

Json accuracy_json(const std::optional<Accuracy>& accuracy) {
  if (!accuracy) return nullptr;
  return {{"images", accuracy->images}, {"correct", accuracy->correct}};
}

std::optional<Accuracy> accuracy(const Fields& report, const char* pointer) {
  if (report.at(pointer).is_null()) return std::nullopt;
  const Fields fields = report.object(pointer);
  Accuracy result{fields.count("/images"), fields.count("/correct")};
  if (result.images == 0) fields.fail("/images", "expected at least 1");
  if (result.correct > result.images) fields.fail("/correct", "expected no more than images");
  return result;
}

FinetuneReport report_of(const Fields& file) {
  file.one_of("/schema", {kFinetuneSchema});
  FinetuneReport report;
  report.version = file.text("/version");
  report.inputs = read_input_files(file);
  report.network = file.text("/network");
  report.pixels = pixel_statement(file);
  report.widths = {width(file, "/widths/weights"), width(file, "/widths/activations")};
  report.accumulator_bits = file.integer("/accumulator_bits", 8, 64);
  const Fields recipe = file.object("/recipe");
  report.recipe.seed = recipe.count("/seed");
  report.recipe.epochs = static_cast<std::int64_t>(recipe.count("/epochs"));
  report.recipe.batch = static_cast<std::int64_t>(recipe.count("/batch"));
  report.recipe.training_images = recipe.count("/training_images");
  report.recipe.validation_images = recipe.count("/validation_images");
  report.recipe.filter_rate = recipe.number("/filter_rate");
  report.recipe.other_rate = recipe.number("/other_rate");
  report.recipe.label_smoothing = recipe.number("/label_smoothing");
  report.recipe.shift = recipe.integer("/shift_pixels", 0, 16);
  report.recipe.cutout = recipe.integer("/cutout_pixels", 0, 32);
  if (recipe.has("/flip")) report.recipe.flip = recipe.flag("/flip");
  report.recipe.formats = recipe.text("/formats");
  if (recipe.has("/scales")) report.recipe.scales = recipe.text("/scales");
  report.seconds = file.number("/seconds");
  report.validation_accuracy = file.number("/validation_accuracy");
  report.before = accuracy(file, "/test/before");
  report.fine_tuned = accuracy(file, "/test/fine_tuned");
  return report;
}

}  // namespace

std::string to_json(const FinetuneReport& report) {
  const FinetuneRecipe& recipe = report.recipe;
  return dump({{"schema", kFinetuneSchema},
               {"version", report.version},
               {"inputs", input_files(report.inputs)},
               {"network", report.network},
               {"pixels", pixels_json(report.pixels)},
               {"widths",
                {{"weights", width_json(report.widths.weights)},
                 {"activations", width_json(report.widths.activations)}}},
               {"accumulator_bits", report.accumulator_bits},
               {"recipe",
                {{"seed", recipe.seed},
                 {"epochs", recipe.epochs},
                 {"batch", recipe.batch},
                 {"training_images", recipe.training_images},
                 {"validation_images", recipe.validation_images},
                 {"filter_rate", recipe.filter_rate},
                 {"other_rate", recipe.other_rate},
                 {"label_smoothing", recipe.label_smoothing},
                 {"shift_pixels", recipe.shift},
                 {"cutout_pixels", recipe.cutout},
                 {"flip", recipe.flip},
                 {"formats", recipe.formats},
                 {"scales", recipe.scales}}},
               {"seconds", report.seconds},
               {"validation_accuracy", report.validation_accuracy},
               {"test",
                {{"before", accuracy_json(report.before)},
                 {"fine_tuned", accuracy_json(report.fine_tuned)}}}});
}

FinetuneReport load_finetune_report(const std::string& path) {
  return read_fields(load_json(path), path, report_of);
}

}  // namespace dcnsim
