// SPDX-License-Identifier: Apache-2.0
// dcnsim quantize: float network to fixed point.
#include <fmt/format.h>

#include <memory>
#include <optional>

#include "analysis/cli/command.h"
#include "analysis/cli/shipped_files.h"
#include "analysis/evaluation/accuracy.h"
#include "analysis/evaluation/output_noise.h"
#include "analysis/plot/plot.h"
#include "analysis/report/quantize_report.h"
#include "models/base/file/atomic_file.h"
#include "workloads/onnx/onnx_network.h"

namespace dcnsim::cli {
namespace {

struct QuantizeCommandOptions {
  std::string network;
  WidthOptions widths;
  std::string output;
  std::string evaluate;
  std::uint64_t limit = 0;
  std::size_t jobs = default_jobs();
  bool measure = false;
  std::string json, plot;

  bool measures() const { return measure || !json.empty() || !plot.empty(); }
};

void evaluate(const FloatNetwork& floats, const FixedNetwork& fixed, const Dataset& images,
              std::size_t jobs) {
  const auto report = [&](const std::string& name, const auto& network) {
    std::size_t correct = 0;
    {
      Progress progress(name, images.size());
      correct =
          count_correct(network, images, jobs, [&](std::size_t done) { progress.update(done); });
    }
    fmt::print("accuracy, {:<12} {:.2f} % ({} of {} images)\n", name,
               100.0 * static_cast<double>(correct) / static_cast<double>(images.size()), correct,
               images.size());
  };
  report("float", floats);
  report("fixed point", fixed);
}

void print_formats(const QuantizedNetwork& quantized) {
  fmt::print("{:<24} {:>8} {:>10}\n", "tensor", "format", "SQNR dB");
  const auto print_row = [](const std::string& tensor, const FormatChoice& choice) {
    fmt::print("{:<24} {:>8} {:>10.2f}\n", elide(tensor, 24), to_string(choice.format),
               choice.sqnr_db());
  };
  for (std::size_t i = 0; i < quantized.formats.size(); ++i) {
    const LayerNode& node = quantized.network.layers[i].node;
    if (node.kind == LayerKind::kConv) {
      print_row(node.name + ".weight", quantized.formats[i].weight);
    }
    print_row(node.name + ".output", quantized.formats[i].output);
  }
}

/// Predicted and measured SQNR of every layer output on the calibration images.
QuantizeReport measure(NetworkQuantizer& quantizer, const QuantizedNetwork& quantized,
                       const Dataset& images, const QuantizeCommandOptions& options) {
  QuantizeReport report;
  report.version = DCNSIM_VERSION;
  report.inputs.push_back(describe_input("network", options.network));
  report.inputs.push_back(describe_input("calibration", options.widths.calibration_path()));
  report.network = quantized.network.name;
  report.rule = options.widths.rule;
  report.tensors = tensor_qualities(quantizer, quantized.formats);
  const FloatNetwork& network = quantizer.network();
  const std::vector<double> predicted =
      predicted_noise(network, quantizer.calibration(), tensor_noise(network, quantized.formats));
  Progress progress("measuring", images.size());
  const std::vector<double> measured =
      measured_noise(network, quantized.network, images, options.jobs,
                     [&](std::size_t done) { progress.update(done); });
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
  require_writable(options.output);
  for (const std::string& path : {options.json, options.plot}) {
    if (!path.empty()) require_writable(path);
  }
  if (!options.plot.empty()) picture_format(options.plot);
  const QuantizeOptions widths = options.widths.options();
  const FloatNetwork floats = load_float_network(options.network);
  const Dataset images = options.widths.calibration_images();
  std::optional<Dataset> evaluated;
  if (!options.evaluate.empty()) {
    evaluated = load_cifar10(options.evaluate, options.limit);
    require_cifar_input(floats.input, options.network);
  }
  std::optional<NetworkQuantizer> quantizer;
  {
    Progress progress("calibrating", images.size());
    quantizer.emplace(floats,
                      calibrate(floats, images, [&](std::size_t done) { progress.update(done); }),
                      options.widths.format_rule());
  }
  const QuantizedNetwork quantized = quantizer->quantize(widths);
  save_network(quantized.network, options.output);
  if (options.measures()) {
    const QuantizeReport report = measure(*quantizer, quantized, images, options);
    if (!options.json.empty()) write_file_atomically(options.json, to_json(report));
    if (!options.plot.empty()) draw_layers(report, options.plot);
    fmt::print("{}", to_text(report));
  } else {
    print_formats(quantized);
  }
  if (evaluated) evaluate(floats, quantized.network, *evaluated, options.jobs);
  fmt::print("written to {}\n", options.output);
}

}  // namespace

void add_quantize(CLI::App& app, Action& action) {
  auto options = std::make_shared<QuantizeCommandOptions>();
  CLI::App* quantize = app.add_subcommand("quantize", "Float network to fixed-point network");
  quantize->description(
      "Chooses a fixed-point format for every weight and activation tensor by its signal-to-\n"
      "quantization-noise ratio on calibration images and writes QONNX. Formats read like s8.5:\n"
      "signed, 8 bits, 5 of them fractional (u: unsigned).");
  quantize->add_option("network", options->network, kFloatNetworkHelp)
      ->required()
      ->type_name("FILE|NAME");
  options->widths.add_to(*quantize);
  quantize->add_option("--images", options->widths.asked.calibration, "The same as --calibration")
      ->type_name("PATH");
  quantize
      ->add_option("-o,--output", options->output,
                   "QONNX file to write; compressed if it ends in .gz")
      ->required()
      ->type_name("FILE");
  CLI::Option* evaluate =
      quantize
          ->add_option("--evaluate", options->evaluate,
                       "Report top-1 of both networks on these images (reference executors)")
          ->type_name("PATH");
  quantize->add_option("--limit", options->limit, "Evaluate only the first N images")
      ->check(CLI::PositiveNumber)
      ->needs(evaluate)
      ->type_name("N");
  quantize->add_option("-j,--jobs", options->jobs, "Worker processes for --evaluate")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  quantize->add_flag("--measure", options->measure,
                     "Also measure: SQNR of every layer output beside what the additive law "
                     "predicts,\ndistributions, growth per bit, what the paper's rule would lose");
  quantize
      ->add_option("--json", options->json,
                   "Write the measurements to FILE (schema dcnsim.quantize/1)")
      ->type_name("FILE");
  quantize->add_option("--plot", options->plot, "Draw SQNR over layers: .svg or .png")
      ->type_name("FILE");
  quantize->callback([options, &action] {
    action = [options] {
      options->network = shipped_data().network(options->network);
      quantize_command(*options);
    };
  });
}

}  // namespace dcnsim::cli
