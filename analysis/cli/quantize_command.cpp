// SPDX-License-Identifier: Apache-2.0
// dcnsim quantize: float network to fixed point.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <optional>

#include "analysis/cli/command.h"
#include "analysis/cli/command_description.h"
#include "analysis/cli/console.h"
#include "analysis/cli/layout_options.h"
#include "analysis/cli/shipped_files.h"
#include "analysis/cli/value_checks.h"
#include "analysis/cli/words_of_options.h"
#include "analysis/evaluation/convention_check.h"
#include "analysis/evaluation/network_file.h"
#include "analysis/evaluation/output_noise.h"
#include "analysis/evaluation/predictions.h"
#include "analysis/plot/plot.h"
#include "analysis/report/quantize_report.h"
#include "models/base/file/atomic_file.h"
#include "models/base/text/printable.h"
#include "models/base/text/text_table.h"
#include "models/base/text/wrap.h"
#include "workloads/float_executor.h"
#include "workloads/images/load_images.h"
#include "workloads/images/network_input.h"
#include "workloads/onnx/onnx_network.h"

namespace dcnsim::cli {
namespace {

struct QuantizeCommandOptions {
  std::string network;
  WidthOptions widths;
  std::string output;
  std::string rounding;
  std::string scales = to_string(Scales::kPowerOfTwo), format = "qonnx";
  PixelOptions pixels;
  std::string evaluate, labels;
  std::optional<std::string> predictions;  ///< of the float network
  std::uint64_t limit = 0;
  std::size_t jobs = default_jobs();
  bool measure = false;
  LayoutOptions layout;
  std::optional<std::string> json, plot;

  bool measures() const { return measure || json || plot; }
  std::vector<std::string> stages() const {
    std::vector<std::string> names{"calibrating", "trying --pixels"};
    if (measures()) names.push_back("measuring");
    if (predictions) names.push_back("predicting");
    if (!evaluate.empty()) names.insert(names.end(), {"float", "fixed point"});
    return names;
  }
};

/// Whether there is an accuracy on these images. Throws std::runtime_error if there is none, unless
/// predictions are asked for, which need none.
bool check_accuracy(const FloatNetwork& network, const Dataset& images,
                    const QuantizeCommandOptions& options) {
  const std::string reason = why_no_accuracy(network.layers.back().node.output_shape(), images);
  if (reason.empty() || options.predictions) return reason.empty();
  throw std::runtime_error(options.evaluate + ": no accuracy: " + reason);
}

/// Formats that were chosen from the test images look better on them than on any others.
void warn_of_same_images(const QuantizeCommandOptions& options,
                         const std::vector<InputFile>& inputs, PixelStatement& statement) {
  const InputFile tested = describe_input("test images", user_file(options.evaluate));
  for (const InputFile& input : inputs) {
    if (input.role != "calibration" || input.sha256 != tested.sha256) continue;
    statement.warnings.push_back(
        "--calibration and --images are the same: formats were chosen from the test images, and "
        "the accuracy on others may be lower");
  }
}

std::string float_predictions(const FloatNetwork& network, const Dataset& images,
                              const ProgressFactory& stage) {
  PredictionTable table(network.layers.back().node.output_shape(), images);
  FloatExecutor executor(network);
  const FloatInput input(network, images);
  const OnProgress progress = stage("predicting", images.size());
  for (std::size_t i = 0; i < images.size(); ++i) {
    table.add(executor.run(input(i)).back());
    progress(i + 1);
  }
  return table.csv();
}

bool has_signs(const FixedNetwork& network) {
  return std::any_of(network.layers.begin(), network.layers.end(), [](const FixedLayer& layer) {
    return layer.node.kind == LayerKind::kConv && layer.weight.is_sign();
  });
}

void evaluate(const FloatNetwork& floats, const FixedNetwork& fixed, const Dataset& images,
              std::size_t jobs, const ProgressFactory& stage) {
  const auto report = [&](const std::string& name, const auto& network) {
    const std::size_t correct = count_correct(network, images, jobs, stage(name, images.size()));
    say("accuracy, {:<12} {:.2f} % ({} of {} images)\n", name,
        100.0 * static_cast<double>(correct) / static_cast<double>(images.size()), correct,
        images.size());
  };
  report("float", floats);
  report("fixed point", fixed);
}

void print_formats(const QuantizedNetwork& quantized, const TextLayout& layout) {
  TextTable table({{"tensor", TextTable::Align::kLeft}, {"format"}, {"SQNR dB"}});
  const auto add = [&](const std::string& tensor, const FormatChoice& choice) {
    table.add({elide(tensor, 24), to_string(choice), fmt::format("{:.2f}", choice.sqnr_db())});
  };
  for (std::size_t i = 0; i < quantized.formats.size(); ++i) {
    const LayerNode& node = quantized.network.layers[i].node;
    if (node.kind == LayerKind::kConv) {
      add(node.name + ".weight", quantized.formats[i].weight);
    }
    add(node.name + ".output", quantized.formats[i].output);
  }
  say_text(table.text(layout));
}

/// Predicted and measured SQNR of every layer output on the calibration images.
QuantizeReport measure(NetworkQuantizer& quantizer, const QuantizedNetwork& quantized,
                       const Dataset& images, const QuantizeCommandOptions& options,
                       const ProgressFactory& stage) {
  QuantizeReport report;
  report.version = DCNSIM_VERSION;
  report.network = quantized.network.name;
  report.rule = options.widths.rule;
  report.tensors = tensor_qualities(quantizer, quantized.formats, *scales_named(options.scales));
  const FloatNetwork& network = quantizer.network();
  const std::vector<double> predicted =
      predicted_noise(network, quantizer.calibration(), tensor_noise(network, quantized.formats));
  const std::vector<double> measured = measured_noise(
      network, quantized.network, images, options.jobs, stage("measuring", images.size()));
  for (std::size_t i = 0; i < measured.size(); ++i) {
    report.layers.push_back({network.layers[i].node.name, to_db(predicted[i]), to_db(measured[i])});
  }
  report.warnings = law_warnings(report.tensors, report.layers);
  return report;
}

void draw_layers(const QuantizeReport& report, const std::string& path) {
  Plot plot;
  plot.title = report.network + ": SQNR of layer outputs";
  plot.subtitle = "against the float network, on calibration images";
  plot.y_label = "SQNR, dB";
  Series predicted{"additive law", {}}, measured{"measured", {}};
  for (std::size_t i = 0; i < report.layers.size(); ++i) {
    plot.x_ticks.push_back(report.layers[i].name);
    predicted.points.push_back({static_cast<double>(i), report.layers[i].predicted_db});
    measured.points.push_back({static_cast<double>(i), report.layers[i].measured_db});
  }
  plot.series = {std::move(predicted), std::move(measured)};
  draw(plot, path);
}

void quantize_command(const QuantizeCommandOptions& options) {
  FileClaims claims;
  claim_network(claims, "network", network_file(options.network, {}).path);
  claim_widths(claims, options.widths.request(), shipped_data());
  claims.reads_folder("test images", options.evaluate, ".bin");
  claims.reads("labels", options.labels);
  claims.writes("--output", options.output);
  claims.writes("--predictions", options.predictions);
  claims.writes("--json", options.json);
  claims.writes("--plot", options.plot);
  claim(claims);
  if (options.plot) require_picture("--plot", *options.plot);
  QuantizeOptions widths = options.widths.options();
  const QuantizedForm form = options.format == "qdq" ? QuantizedForm::kQdq : QuantizedForm::kQonnx;
  // QDQ knows no other.
  const bool rounds_to_even =
      options.rounding.empty() ? form == QuantizedForm::kQdq : options.rounding == "half-even";
  if (rounds_to_even) widths.rounding = Rounding::kHalfEven;
  widths.scales = *scales_named(options.scales);
  const InputPath file = network_file(options.network, {});
  const StatedNetwork stated = load_stated_floats(file, options.pixels);
  const auto& floats = std::get<FloatNetwork>(stated.network);
  std::vector<InputFile> inputs{describe_network("network", file)};
  const Dataset images = options.widths.calibration_images(file.path, floats.input, inputs);
  if (const std::string& path = options.widths.asked.file; !path.empty()) {
    inputs.push_back(describe_input("widths", user_file(path)));
  }
  PixelStatement pixels = about(stated.pixels, images);
  std::optional<Dataset> evaluated;
  bool has_accuracy = false;
  if (!options.evaluate.empty()) {
    evaluated = load_images({options.evaluate, options.labels}, floats.input, options.limit);
    note_limit(options.limit, evaluated->size());
    warn_of_same_images(options, inputs, pixels);
    add_note(*evaluated, pixels);
    has_accuracy = check_accuracy(floats, *evaluated, options);
  }
  const ProgressFactory stage = on_terminal(options.stages());
  NetworkQuantizer quantizer(floats, calibrate(floats, images, stage("calibrating", images.size())),
                             options.widths.format_rule());
  try_conventions(floats, images, quantizer.calibration().top1, pixels,
                  stage("trying --pixels", named_conventions().size()));
  const QuantizedNetwork quantized = quantizer.quantize(widths);
  const TextLayout layout = options.layout.layout();
  say("{}\n", wrapped(elide(floats.name, 48) + ": " + pixels.text(), layout.columns));
  save_network(quantized.network, options.output, form);
  if (options.measures()) {
    QuantizeReport report = measure(quantizer, quantized, images, options, stage);
    report.inputs = inputs;
    report.pixels = pixels;
    report.warnings.insert(report.warnings.begin(), pixels.warnings.begin(), pixels.warnings.end());
    if (options.json) write_file_atomically(*options.json, to_json(report));
    if (options.plot) draw_layers(report, *options.plot);
    say_text(to_text(report, layout));
  } else {
    for (const std::string& warning : pixels.warnings) {
      say("{}\n", wrapped("warning: " + warning, layout.columns));
    }
    print_formats(quantized, layout);
  }
  if (evaluated) {
    if (options.predictions) {
      write_file_atomically(*options.predictions, float_predictions(floats, *evaluated, stage));
      say("predictions of the float network written to {}\n", output_name(*options.predictions));
    }
    if (has_accuracy) evaluate(floats, quantized.network, *evaluated, options.jobs, stage);
  } else if (has_signs(quantized.network) &&
             why_no_accuracy(floats.layers.back().node.output_shape(), images).empty()) {
    say("weights of -1 and +1 leave, on the calibration images:\n");
    evaluate(floats, quantized.network, images, options.jobs, stage);
  }
  say("written to {}\n", output_name(options.output));
}

}  // namespace

void add_quantize(CLI::App& app, Action& action) {
  auto options = std::make_shared<QuantizeCommandOptions>();
  CLI::App* quantize = add_command(
      app, "quantize", "Float network to fixed-point network",
      "Chooses a fixed-point format for every weight and activation tensor by its\n"
      "signal-to-quantization-noise ratio on calibration images and writes QONNX. Formats read "
      "like s8.5:\n"
      "signed, 8 bits, 5 of them fractional (u: unsigned).",
      {{"dcnsim quantize cifar10_plain7 -w 6 -a 8 -o w6a8.onnx", ""},
       {"dcnsim quantize cifar10_plain7 --measure -o w8a8.onnx", "and what each tensor loses"},
       {"dcnsim run w6a8.onnx", "what that is worth on an accelerator"}});
  quantize->add_option("network", options->network, kFloatNetworkHelp)
      ->required()
      ->type_name("FILE|NAME");
  options->widths.add_to(*quantize);
  quantize
      ->add_option("-o,--output", options->output,
                   "ONNX file to write; compressed if it ends in .gz")
      ->required()
      ->type_name(kOutputType);
  CLI::Option* evaluate =
      file_of(quantize->add_option(
                  "--images,--evaluate", options->evaluate,
                  "Report top-1 of both networks on these images (reference executors):\n" +
                      std::string(kImagesHelp)),
              {FileKind::kImages}, "PATH");
  quantize->add_option("--labels", options->labels, kLabelsHelp)
      ->needs(evaluate)
      ->type_name("FILE");
  quantize
      ->add_option("--predictions", options->predictions,
                   "Write the label, the float network's class and its outputs of every evaluated "
                   "image\nto FILE (CSV)")
      ->needs(evaluate)
      ->type_name(kOutputType);
  options->pixels.add_to(*quantize);
  whole(quantize->add_option("--limit", options->limit, "Evaluate only the first N images"), 1)
      ->needs(evaluate);
  whole(quantize->add_option("-j,--jobs", options->jobs, "Worker processes for --evaluate"), 1,
        1024)
      ->capture_default_str();
  one_of(quantize->add_option(
             "--rounding", options->rounding,
             "Of outputs that are never negative: half-up, or half-even, which other tools take\n"
             "(hls4ml, FINN, Brevitas)"),
         {"half-up", "half-even"})
      ->default_str("half-up");
  add_scales(*quantize, options->scales);
  one_of(
      quantize->add_option("--format", options->format,
                           "Of the file: qonnx, or qdq, which onnxruntime runs (rounds half-even)"),
      {"qonnx", "qdq"})
      ->capture_default_str();
  options->layout.add_to(*quantize);
  quantize->add_flag("--measure", options->measure,
                     "Also measure: SQNR of every layer output beside what the additive law "
                     "predicts,\ndistributions, growth per bit, what the paper's rule would lose");
  quantize
      ->add_option("--json", options->json,
                   "Write the measurements to FILE (schema dcnsim.quantize/1)")
      ->type_name(kOutputType);
  quantize->add_option("--plot", options->plot, "Draw SQNR over layers: .svg or .png")
      ->type_name(kPictureType);
  quantize->callback([options, &action] { action = [options] { quantize_command(*options); }; });
}

}  // namespace dcnsim::cli
